// How well a model predicts rows it has not seen, and how strongly it says that shoppers respond to prices.

import Features
import Glibc
import Models

/// Held-out figures of a response model.
public struct Evaluation: Equatable, Sendable {
    public var rows: Int
    public var positives: Int
    /// Mean negative log-likelihood, nats.
    public var logLoss: Double
    /// Area under the ROC curve: the chance that a purchase is ranked above a non-purchase.
    public var auc: Double
    /// Area under the precision-recall curve, as the mean precision at each purchase.
    public var averagePrecision: Double
    /// d ln P / d ln p at the week's price, its size, over the rows.
    public var elasticity: Quantiles
    /// Smallest slope of any row; positive by construction, and worth seeing.
    public var smallestSlope: Float

    public init(_ model: ResponseModel, on matrix: TrainingMatrix) {
        var intercepts = [Float](repeating: 0, count: matrix.count)
        var slopes = intercepts
        var interceptSpan = intercepts.mutableSpan
        var slopeSpan = slopes.mutableSpan
        model.score(matrix.features.span, intercepts: &interceptSpan, slopes: &slopeSpan)
        var probabilities: [Double] = []
        var elasticities: [Double] = []
        probabilities.reserveCapacity(matrix.count)
        elasticities.reserveCapacity(matrix.count)
        for row in 0..<matrix.count {
            let probability = model.probability(
                intercept: intercepts[row], slope: slopes[row],
                logRelativePrice: Double(matrix.logRelativePrices[row]))
            probabilities.append(probability)
            elasticities.append(Double(slopes[row]) * (1 - probability))
        }
        rows = matrix.count
        positives = matrix.positives
        logLoss = Self.logLoss(probabilities, matrix.labels)
        let ranking = Self.ranking(probabilities, matrix.labels)
        auc = ranking.auc
        averagePrecision = ranking.averagePrecision
        elasticity = Quantiles(elasticities)
        smallestSlope = slopes.min() ?? 0
    }

    /// Mean negative log-likelihood; probabilities are kept a hair away from 0 and 1.
    public static func logLoss(_ probabilities: [Double], _ labels: [Float]) -> Double {
        var sum = 0.0
        for (probability, label) in zip(probabilities, labels) {
            let kept = min(max(probability, 1e-9), 1 - 1e-9)
            sum -= label > 0.5 ? log(kept) : log1p(-kept)
        }
        return sum / Double(max(1, labels.count))
    }

    /// Ranking figures in one pass over the rows from the most to the least likely; ties share their rank.
    public static func ranking(
        _ probabilities: [Double], _ labels: [Float]
    ) -> (auc: Double, averagePrecision: Double) {
        let order = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
        var positives = 0.0
        var negatives = 0.0
        var area = 0.0
        var precision = 0.0
        var start = 0
        while start < order.count {
            var end = start
            var found = 0.0
            while end < order.count, probabilities[order[end]] == probabilities[order[start]] {
                found += labels[order[end]] > 0.5 ? 1 : 0
                end += 1
            }
            let missed = Double(end - start) - found
            area += missed * (positives + found / 2)
            positives += found
            negatives += missed
            precision += found * positives / (positives + negatives)
            start = end
        }
        guard positives > 0, negatives > 0 else { return (0.5, positives > 0 ? 1 : 0) }
        return (area / (positives * negatives), precision / positives)
    }
}

/// Three points of a distribution.
public struct Quantiles: Equatable, Sendable {
    public var low: Double
    public var median: Double
    public var high: Double

    /// The 5 %, 50 % and 95 % points; zeros of nothing.
    public init(_ values: [Double]) {
        let sorted = values.sorted()
        func point(_ share: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[Int((Double(sorted.count - 1) * share).rounded())]
        }
        low = point(0.05)
        median = point(0.5)
        high = point(0.95)
    }
}
