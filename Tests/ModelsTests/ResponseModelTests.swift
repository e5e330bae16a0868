import Models
import Testing

@Suite struct ResponseModelTests {
    @Test func slopesStayPositiveAndInsideTheirBounds() throws {
        var generator = Lottery(seed: 2)
        let steep = try DecisionTree(
            nodes: [.split(feature: 0, threshold: 0, left: 1), .leaf(-30), .leaf(30)], featureCount: 3, place: "tree")
        let model = try ResponseModel(
            intercept: try generator.forest(trees: 4, depth: 3, features: 3),
            logSlope: FlatForest(trees: [steep], featureCount: 3), interceptBase: 0, logSlopeBase: 0, centre: 0,
            slopes: 0.25...8)
        let rows: [Float] = [-1, 0, 0, 1, 0, 0]
        var intercepts: [Float] = [0, 0]
        var slopes: [Float] = [0, 0]
        var interceptSpan = intercepts.mutableSpan
        var slopeSpan = slopes.mutableSpan
        model.score(rows.span, intercepts: &interceptSpan, slopes: &slopeSpan)
        #expect(slopes == [0.25, 8])
        #expect(intercepts[1] == model.referenceScore([1, 0, 0]).intercept)
    }

    @Test func aHigherPriceNeverSellsMore() throws {
        let model = try bundle().response
        let (intercept, slope, _) = model.referenceScore([1, 1, 1])
        let curve = stride(from: -1.0, through: 1, by: 0.01).map {
            model.probability(intercept: intercept, slope: slope, logRelativePrice: $0)
        }
        #expect(zip(curve, curve.dropFirst()).allSatisfy { $0 > $1 })
        #expect(curve.allSatisfy { $0 > 0 && $0 < 1 })
    }

    @Test func numbersThatAreNotNumbersAreRefused() throws {
        let forest = FlatForest(trees: [], featureCount: 1)
        for (base, slope, centre, bounds) in [
            (Float.nan, Float(0), Float(0), Float(0.2)...8), (0, .infinity, 0, 0.2...8), (0, 0, .nan, 0.2...8),
            (0, 0, 0, 0.2...Float.infinity), (0, 0, 0, 0...8), (0, 0, 0, -1...8),
        ] {
            #expect(throws: ModelError.self) {
                try ResponseModel(
                    intercept: forest, logSlope: forest, interceptBase: base, logSlopeBase: slope, centre: centre,
                    slopes: bounds)
            }
        }
    }

    @Test func aSurfaceAddsLinesAndProductsToWhatTheForestsSay() throws {
        let forest = FlatForest(trees: [], featureCount: 3)
        let surface = try ResponseSurface(
            inputs: [
                .init(place: 2, centre: 1, scale: 2), .init(place: 0, centre: 0, scale: 1),
                .init(place: 1, centre: 5, scale: 1),
            ], curved: 2, intercepts: [1, 10, 100, 0.1, 0.2, 0.3], logSlopes: [0, 0, 0, 0, 0.5, 0])
        let model = try ResponseModel(
            intercept: forest, logSlope: forest, interceptBase: 7, logSlopeBase: 0, centre: 0, slopes: 0.01...100,
            surface: surface)
        // The third column stands 1 · 2 off its mean, the first 0.5, and the second so far that it counts as 4.
        let row: [Float] = [0.5, 99, 2]
        let scored = model.referenceScore(row)
        let lines: Float = 1 * 2 + 10 * 0.5 + 100 * 4
        let products: Float = 0.1 * 4 + 0.2 * 1 + 0.3 * 0.25
        #expect(abs(scored.intercept - (7 + lines + products)) < 1e-3)
        #expect(abs(scored.slope - 1.648_721) < 1e-5)

        let rows: [Float] = [0, 5, 1] + row
        var intercepts: [Float] = [0, 0]
        var slopes = intercepts
        var interceptSpan = intercepts.mutableSpan
        var slopeSpan = slopes.mutableSpan
        model.score(rows.span, intercepts: &interceptSpan, slopes: &slopeSpan)
        #expect(intercepts == [7, scored.intercept])
        #expect(slopes == [1, scored.slope])
    }
}
