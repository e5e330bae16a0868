// Fits the response model: two boosters step together, from derivatives taken at the same point, one growing the
// intercept and one the logarithm of the slope. Two single-output boosters instead of one with two outputs,
// because the forests want different depths, columns and shrinkage, and the slope's should be small.

import Domain
import Features
import Glibc
import Models

/// A fitted response model and what its columns were worth.
public struct ResponseFit {
    public let model: ResponseModel
    /// Total gain in the intercept's forest, by column of the row.
    public let interceptGains: [Double]
    /// Total gain in the slope's forest, by column of the row.
    public let slopeGains: [Double]
    /// Largest difference between libxgboost's sums and the flat forests' over the checked rows.
    public let largestDifference: Float

    /// Fits to a matrix.
    /// - Parameter progress: called after each round with the share done.
    /// - Throws: when the data cannot carry a fit, or the flat forests differ from libxgboost by more than 1e-5.
    public init(
        _ matrix: TrainingMatrix, settings: LearningSettings, progress: (Double) -> Void = { _ in }
    ) throws(LearningError) {
        let positives = matrix.positives
        guard positives > 0, positives < matrix.count else {
            throw LearningError(
                place: "training rows", value: "\(positives) purchases in \(matrix.count) rows",
                remedy: "Give weeks in which products were bought, and not by everybody.")
        }
        let columns = try Self.columns(named: settings.slopeColumns)
        let intercept = try Member(
            matrix.features, width: FeatureSchema.count, settings: settings.intercept, threads: settings.threads)
        let slope = try Member(
            Self.selecting(columns, of: matrix), width: columns.count, settings: settings.slope,
            threads: settings.threads)
        let centre = Self.mean(matrix.logRelativePrices)
        let base = Float(log(Double(positives) / Double(matrix.count - positives)))
        let logSlopeBase = logf(settings.startingSlope)

        var state = BoostingState(matrix, centre: centre)
        let rounds = max(settings.intercept.rounds, settings.slope.rounds)
        for round in 0..<rounds {
            state.differentiate(interceptBase: base, logSlopeBase: logSlopeBase)
            if round < settings.intercept.rounds { try state.grow(intercept, \.intercept) }
            if round < settings.slope.rounds { try state.grow(slope, \.logSlope) }
            progress(Double(round + 1) / Double(rounds))
        }

        let a = try intercept.saved(columns: Array(0..<FeatureSchema.count), place: "intercept")
        let b = try slope.saved(columns: columns, place: "slope")
        interceptGains = a.gains
        slopeGains = b.gains
        do {
            model = try ResponseModel(
                intercept: FlatForest(trees: a.trees, featureCount: FeatureSchema.count),
                logSlope: FlatForest(trees: b.trees, featureCount: FeatureSchema.count),
                interceptBase: base + a.constant, logSlopeBase: logSlopeBase + b.constant, centre: centre,
                slopes: settings.slopes)
        } catch {
            throw LearningError(place: error.place, value: error.value, remedy: error.remedy)
        }
        let difference = max(
            Self.difference(model.intercept, plus: a.constant, from: state.intercept.sums, matrix),
            Self.difference(model.logSlope, plus: b.constant, from: state.logSlope.sums, matrix))
        guard difference <= 1e-5 else {
            throw LearningError(
                place: "flat forests", value: "a difference of \(difference) from libxgboost",
                remedy: "Do not serve this model: check the libxgboost version against the README.")
        }
        largestDifference = difference
    }

    private static func columns(named names: [String]) throws(LearningError) -> [Int] {
        var columns: [Int] = []
        for name in names {
            guard let column = FeatureSchema.names.firstIndex(of: name) else {
                throw LearningError(
                    place: "settings.slopeColumns", value: name,
                    remedy: "Use features of the schema: \(FeatureSchema.names.joined(separator: ", ")).")
            }
            columns.append(column)
        }
        return columns
    }

    private static func selecting(_ columns: [Int], of matrix: TrainingMatrix) -> [Float] {
        var selected: [Float] = []
        selected.reserveCapacity(matrix.count * columns.count)
        for row in 0..<matrix.count {
            for column in columns { selected.append(matrix.features[row * FeatureSchema.count + column]) }
        }
        return selected
    }

    private static func mean(_ values: [Float]) -> Float {
        var sum = 0.0
        for value in values { sum += Double(value) }
        return Float(sum / Double(max(1, values.count)))
    }

    /// The largest difference over every row, from the sums that libxgboost reached while training.
    private static func difference(
        _ forest: FlatForest, plus constant: Float, from sums: [Float], _ matrix: TrainingMatrix
    ) -> Float {
        var ours = [Float](repeating: 0, count: sums.count)
        var span = ours.mutableSpan
        forest.score(matrix.features.span, into: &span)
        var largest: Float = 0
        for index in sums.indices { largest = max(largest, abs(ours[index] + constant - sums[index])) }
        return largest
    }
}
