import Domain
import Features
import Foundation
import Learning
import Models
import Testing

@Suite struct ResponseFitTests {
    @Test func gradientsAgreeWithFiniteDifferences() {
        let step = 1e-4
        for label in [0.0, 1] {
            for price in [-0.4, -0.05, 0.0, 0.3] {
                for (intercept, logSlope) in [(-3.0, 0.7), (0.0, 0.0), (2.5, 1.5)] {
                    func loss(_ da: Double, _ df: Double) -> Double {
                        ResponseGradient.loss(
                            intercept: intercept + da, logSlope: logSlope + df, price: price, label: label)
                    }
                    let gradient = ResponseGradient(
                        intercept: Float(intercept), logSlope: Float(logSlope), price: Float(price),
                        label: Float(label))
                    #expect(close(gradient.intercept, (loss(step, 0) - loss(-step, 0)) / (2 * step)))
                    #expect(close(gradient.logSlope, (loss(0, step) - loss(0, -step)) / (2 * step)))
                    let curvature = (loss(step, 0) - 2 * loss(0, 0) + loss(-step, 0)) / (step * step)
                    #expect(close(gradient.interceptWeight, curvature))
                    // The slope's weight is the expected curvature: that of the loss along a = −B·q.
                    let steepness = exp(logSlope) * price
                    #expect(close(gradient.logSlopeWeight, max(curvature * steepness * steepness, 1e-6)))
                }
            }
        }
    }

    @Test(arguments: [-1.5, 0.4, 3.0], [0.0, 1])
    func gradientsUnderASaturationAgreeWithFiniteDifferences(saturation: Double, label: Double) {
        let step = 1e-4
        for (intercept, logSlope, price) in [(1.5, 2.7, 0.05), (0.2, 1, -0.2), (-1, 0.5, 0.3)] {
            func loss(_ da: Double, _ df: Double, _ du: Double) -> Double {
                ResponseGradient.loss(
                    intercept: intercept + da, logSlope: logSlope + df, saturation: saturation + du, price: price,
                    label: label)
            }
            let gradient = ResponseGradient(
                intercept: Float(intercept), logSlope: Float(logSlope), saturation: Float(saturation),
                price: Float(price),
                label: Float(label))
            #expect(close(gradient.intercept, (loss(step, 0, 0) - loss(-step, 0, 0)) / (2 * step)))
            #expect(close(gradient.logSlope, (loss(0, step, 0) - loss(0, -step, 0)) / (2 * step)))
            #expect(close(gradient.saturation, (loss(0, 0, step) - loss(0, 0, -step)) / (2 * step)))
            #expect(gradient.interceptWeight > 0 && gradient.logSlopeWeight > 0 && gradient.saturationWeight > 0)
        }
    }

    /// Above the reference price everybody minds twice as much; the shape has to say so, and not the forests.
    @Test func aBendThatAllShareIsFound() throws {
        var generator = Lottery(seed: 43)
        var matrix = TrainingMatrix(width: 2)
        for _ in 0..<40_000 {
            let row = [Float.random(in: 0...1, using: &generator), Float.random(in: 0...1, using: &generator)]
            let price = Double.random(in: -0.3...0.3, using: &generator)
            let slope = 3 + 2 * Double(row[0])
            let logOdds = 0.5 * Double(row[1]) - slope * (price > 0 ? 2 * price : price)
            let buys = Double.random(in: 0..<1, using: &generator) < 1 / (1 + exp(-logOdds))
            matrix.append(row: row, logRelativePrice: Float(price), bought: buys, product: 0)
        }
        var settings = ResponseSettings(
            intercept: ForestSettings(rounds: 80, depth: 3, learningRate: 0.1, shrinkage: 5, leafWeight: 20),
            slope: ForestSettings(rounds: 80, depth: 3, learningRate: 0.1, shrinkage: 5, leafWeight: 20))
        settings.knots = [0]
        let shape = try ResponseFit(matrix, settings: settings).model.shape
        #expect(shape.gradients.count == 2)
        #expect(abs(shape.gradients[1] / shape.gradients[0] - 2) < 0.25)
    }

    @Test func heldOutRowsEndTheGrowingAndWhatCameAfterTheirBestIsDropped() throws {
        let rows = syntheticDemand(rows: 4_000).matrix
        let heldOut = rows.rows(at: Array(0..<1_000))
        let trained = rows.rows(at: Array(1_000..<4_000))
        let settings = ResponseSettings(
            intercept: ForestSettings(rounds: 300, depth: 6, learningRate: 0.3, shrinkage: 1, leafWeight: 1),
            slope: ForestSettings(rounds: 300, depth: 3, learningRate: 0.1, shrinkage: 5, leafWeight: 20))
        let stopped = try ResponseFit(trained, settings: settings, heldOut: heldOut)
        #expect(stopped.rounds < 100)
        #expect(stopped.model.intercept.trees.count <= stopped.rounds)
        // Overfitting is what is left when nobody ends it.
        let loss = try #require(stopped.heldOutLogLoss)
        let grown = try ResponseFit(trained, settings: settings)
        #expect(Evaluation(grown.model, on: heldOut).logLoss > loss)
    }

    /// Shoppers' true elasticities follow a feature; the fit has to find them behind differing intercepts.
    @Test func aFitRecoversPositiveSlopesThatFollowTheTruth() throws {
        let truth = syntheticDemand(rows: 40_000)
        let fit = try ResponseFit(truth.matrix, settings: settings(trained: 0...1, tested: 2...3).response)
        var fitted: [Double] = []
        for row in stride(from: 0, to: truth.matrix.count, by: 7) {
            let slope = fit.model.referenceScore(truth.matrix.row(row)).slope
            #expect(slope > 0)
            fitted.append(log(Double(slope)))
        }
        let expected = stride(from: 0, to: truth.matrix.count, by: 7).map { log(truth.slopes[$0]) }
        #expect(correlation(fitted, expected) > 0.9)
        let level = fitted.reduce(0, +) / Double(fitted.count) - expected.reduce(0, +) / Double(expected.count)
        #expect(abs(level) < 0.25)
        #expect(fit.largestDifference <= 1e-5)
        #expect(fit.model.intercept.trees.count > 10)
    }

    /// What a forest says in steps, a surface says at once; a column of one value and a column twice are no harm.
    @Test func aSurfaceFindsSlopesAlongLinesAndProducts() throws {
        let truth = curvedDemand(rows: 20_000)
        func agreement(_ settings: ResponseSettings) throws -> (Double, ResponseFit) {
            let fit = try ResponseFit(truth.matrix, settings: settings)
            let fitted = (0..<truth.matrix.count).map {
                log(Double(fit.model.referenceScore(truth.matrix.row($0)).slope))
            }
            return (correlation(fitted, truth.logSlopes), fit)
        }
        let forest = ForestSettings(rounds: 30, depth: 3, learningRate: 0.1, shrinkage: 5, leafWeight: 20)
        var settings = ResponseSettings(intercept: forest, slope: forest)
        let (alone, _) = try agreement(settings)
        settings.hasSurface = true
        let (found, fit) = try agreement(settings)
        #expect(found > 0.97, "with a surface \(found)")
        #expect(1 - found < (1 - alone) / 4, "without \(alone)")
        let surface = try #require(fit.model.surface)
        #expect(surface.inputs.map(\.place) == [0, 1, 2, 3])
        #expect(surface.curved == 3)
    }

    /// Prices that a model chose follow the rows, and then intercepts and slopes see each other.
    @Test func aSurfaceFindsSlopesWherePricesFollowTheRows() throws {
        let truth = curvedDemand(rows: 20_000, pricesFollow: true)
        let forest = ForestSettings(rounds: 1, depth: 1, learningRate: 0.01, shrinkage: 5, leafWeight: 20)
        var settings = ResponseSettings(intercept: forest, slope: forest)
        settings.hasSurface = true
        let model = try ResponseFit(truth.matrix, settings: settings).model
        let fitted = (0..<truth.matrix.count).map { log(Double(model.referenceScore(truth.matrix.row($0)).slope)) }
        let found = correlation(fitted, truth.logSlopes)
        #expect(found > 0.9, "\(found)")
    }

    /// A surface must not take chance for curvature: where slopes are alike, it says so.
    @Test func aSurfaceOfFewRowsSaysNextToNothing() throws {
        let matrix = curvedDemand(rows: 2_000, areAlike: true).matrix
        let forest = ForestSettings(rounds: 1, depth: 1, learningRate: 0.01, shrinkage: 5, leafWeight: 20)
        var settings = ResponseSettings(intercept: forest, slope: forest)
        settings.hasSurface = true
        let model = try ResponseFit(matrix, settings: settings).model
        for row in 0..<200 { #expect(abs(log(model.referenceScore(matrix.row(row)).slope / 3)) < 0.5) }
    }

    @Test func aMatrixThatNamesNoNumbersGetsNoSurface() throws {
        var matrix = curvedDemand(rows: 2_000).matrix
        matrix.numbers = []
        let forest = ForestSettings(rounds: 3, depth: 2, learningRate: 0.1, shrinkage: 5, leafWeight: 20)
        var settings = ResponseSettings(intercept: forest, slope: forest)
        let plain = try ResponseFit(matrix, settings: settings).model
        settings.hasSurface = true
        #expect(try ResponseFit(matrix, settings: settings).model == plain)
    }

    @Test func aFitWithoutPurchasesIsRefused() throws {
        var quiet = littleShop(shoppers: 5, weeks: 4)
        for index in quiet.events.indices { quiet.events[index].event.basket.items = [] }
        let matrix = try MatrixReplay(quiet, calendar: .utc, ratesThrough: week + 3)
            .matrices(of: [week...(week + 3)])[0]
        let error = #expect(throws: LearningError.self) {
            try ResponseFit(matrix, settings: settings(trained: 0...3, tested: 4...5).response)
        }
        #expect(error?.place == "training rows")
    }

    private func close(_ found: Float, _ expected: Double) -> Bool {
        abs(Double(found) - expected) < 1e-4 + 1e-3 * abs(expected)
    }

    private func correlation(_ first: [Double], _ second: [Double]) -> Double {
        let count = Double(first.count)
        let (meanOfFirst, meanOfSecond) = (first.reduce(0, +) / count, second.reduce(0, +) / count)
        var (cross, squareOfFirst, squareOfSecond) = (0.0, 0.0, 0.0)
        for (a, b) in zip(first, second) {
            cross += (a - meanOfFirst) * (b - meanOfSecond)
            squareOfFirst += (a - meanOfFirst) * (a - meanOfFirst)
            squareOfSecond += (b - meanOfSecond) * (b - meanOfSecond)
        }
        return cross / (squareOfFirst * squareOfSecond).squareRoot()
    }

    /// Logit demand whose slopes follow a product and a line; the third column is the first once more, the fourth a mark,
    /// the fifth always the same.
    private func curvedDemand(rows: Int, areAlike: Bool = false, pricesFollow: Bool = false) -> (
        matrix: TrainingMatrix, logSlopes: [Double]
    ) {
        var draws = Draws(seed: 47, "curved demand")
        var matrix = TrainingMatrix(width: 5)
        matrix.numbers = [0, 1, 2, 4]
        var logSlopes: [Double] = []
        for _ in 0..<rows {
            let (first, second) = (draws.normal(), draws.normal())
            let logSlope = areAlike ? log(3) : 1.3 + 0.5 * first * second + 0.3 * first
            let drawn = 0.8 * draws.fraction() - 0.4
            let price = pricesFollow ? 0.15 * (first * second - first) + 0.3 * drawn : drawn
            let buys = draws.fraction() < 1 / (1 + exp(exp(logSlope) * price - 0.5 * second))
            matrix.append(
                row: [Float(first), Float(second), Float(first), draws.fraction() < 0.5 ? 1 : 0, 7],
                logRelativePrice: Float(price), bought: buys, product: 0)
            logSlopes.append(logSlope)
        }
        return (matrix, logSlopes)
    }

    /// Logit demand with slopes from 1 to 5 along the share of lines on deal, and prices drawn at random.
    private func syntheticDemand(rows: Int) -> (matrix: TrainingMatrix, slopes: [Double]) {
        var generator = Lottery(seed: 41)
        var matrix = TrainingMatrix()
        var slopes: [Double] = []
        let dealColumn = FeatureSchema.names.firstIndex(of: "share of lines on deal") ?? 0
        let shareColumn = FeatureSchema.names.firstIndex(of: "personal share") ?? 0
        for _ in 0..<rows {
            var row = (0..<FeatureSchema.count).map { _ in Float.random(in: 0...1, using: &generator) }
            row[shareColumn] = Float.random(in: 0...1, using: &generator)
            let slope = 1 + 4 * Double(row[dealColumn])
            let price = Double.random(in: -0.4...0.4, using: &generator)
            let logOdds = 2 * Double(row[shareColumn]) - 1.5 - slope * price
            let buys = Double.random(in: 0..<1, using: &generator) < 1 / (1 + exp(-logOdds))
            matrix.append(row: row, logRelativePrice: Float(price), bought: buys, product: 0)
            slopes.append(slope)
        }
        return (matrix, slopes)
    }
}
