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
}
