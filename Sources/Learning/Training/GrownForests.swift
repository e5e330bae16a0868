// What a fit needs before its first tree and leaves behind after its last, wherever the trees are grown.

import Domain
import Glibc
import Models

/// The values before the first tree, all in log-odds or logarithms.
struct StartingPoint: Encodable {
    var intercept: Float
    var logSlope: Float
    var saturation: Float?

    /// Where fits with a saturation start: a saturation above the rate of purchases, below it a steep slope.
    private static let saturationStart = (aboveRate: Float(0.5), intercept: Float(1.5), slope: Float(15))

    /// - Parameter slope: the slope of a fit without a saturation.
    /// - Precondition: the matrix has purchases, and rows without.
    init(_ matrix: TrainingMatrix, saturated: Bool, slope: Float) {
        let rate = Float(log(Double(matrix.positives) / Double(matrix.count - matrix.positives)))
        intercept = saturated ? Self.saturationStart.intercept : rate
        logSlope = logf(saturated ? Self.saturationStart.slope : slope)
        saturation = saturated ? rate + Self.saturationStart.aboveRate : nil
    }
}

/// The forests of one fit.
struct GrownForests {
    let intercept: SavedForest
    let slope: SavedForest
    let saturation: SavedForest?
    let start: StartingPoint
    let centre: Float
    let shape: PriceShape
    var surface: ResponseSurface?

    /// - Parameters:
    ///   - width: of a row.
    ///   - slopes: that a served model may have.
    func model(width: Int, slopes: ClosedRange<Float>) throws(LearningError) -> ResponseModel {
        do {
            return try ResponseModel(
                intercept: FlatForest(trees: intercept.trees, featureCount: width),
                logSlope: FlatForest(trees: slope.trees, featureCount: width),
                interceptBase: start.intercept + intercept.constant, logSlopeBase: start.logSlope + slope.constant,
                centre: centre, slopes: slopes, shape: shape,
                saturation: saturation.map {
                    .init(
                        forest: FlatForest(trees: $0.trees, featureCount: width),
                        base: (start.saturation ?? 0) + $0.constant)
                }, surface: surface)
        } catch {
            throw LearningError(place: error.place, value: error.value, remedy: error.remedy)
        }
    }
}

extension TrainingMatrix {
    /// Mean of ln(price / reference).
    var centre: Float { Float(logRelativePrices.reduce(0.0) { $0 + Double($1) } / Double(max(1, count))) }

    func refuseOneClass() throws(LearningError) {
        guard positives == 0 || positives == count else { return }
        throw LearningError(
            place: "training rows", value: "\(positives) purchases in \(count) rows",
            remedy: "Give rows in which something was bought, and not always.")
    }
}
