// Does a user's own past help? Quick forests with it and without it predict users that neither has seen; the columns stay
// only where the log-loss is better by more than chance. Where all that matters is in the other columns, a past is noise
// that every row would carry.

import Domain
import Models

/// Whether users' own past became columns.
public enum HistoryFinding: Equatable, Sendable {
    /// Too few users came back, or the file has columns of these names.
    case untried
    /// Nats of log-loss per row: not more than chance gives.
    case useless(gain: Double)
    case kept(gain: Double)

    package var isKept: Bool { if case .kept = self { true } else { false } }
}

enum HistoryScreen {
    private static let mostRows = 40_000
    /// Standard errors by which the loss must be better.
    private static let demanded = 2.0

    private static let quick: ResponseSettings = {
        let intercept = ForestSettings(rounds: 60, depth: 4, learningRate: 0.2, shrinkage: 5, leafWeight: 20)
        var slope = intercept
        slope.depth = 2
        var settings = ResponseSettings(intercept: intercept, slope: slope)
        settings.threads = 1
        return settings
    }()

    /// - Parameter columns: names of the columns in question, which both tables have.
    static func judge(
        _ columns: [String], trained: ExposureTable, heldOut: ExposureTable
    ) throws(LearningError) -> HistoryFinding {
        let sides = [sample(trained), sample(heldOut)]
        let losses = try ConcurrentFits.run(2) { (without) throws(LearningError) in
            var (rows, judges) = (sides[0], sides[1])
            if without == 1 {
                rows.features.removeAll { columns.contains($0.name) }
                judges.features.removeAll { columns.contains($0.name) }
            }
            let preparation = Preparation(fitting: rows)
            let judged = preparation.matrix(of: judges)
            let fit = try ResponseFit(preparation.trainingMatrix(of: rows), settings: quick, heldOut: judged)
            let coefficients = Coefficients(fit.model, judged)
            return judged.labels.indices.map { row in
                let chance = coefficients.probability(row, logPrice: Double(judged.logRelativePrices[row]))
                let kept = min(max(judged.labels[row] > 0.5 ? chance : 1 - chance, 1e-6), 1)
                return -logarithm(kept)
            }
        }
        let gain = IntervalEstimate(zip(losses[1], losses[0]).map { $0 - $1 }, RowClusters(sides[1].users))
        let isKept = gain.value > demanded * gain.standardError
        return isKept ? .kept(gain: gain.value) : .useless(gain: gain.value)
    }

    private static func sample(_ table: ExposureTable) -> ExposureTable {
        let step = (table.count + mostRows - 1) / mostRows
        return step <= 1 ? table : table.rows(at: Array(stride(from: 0, to: table.count, by: step)))
    }
}
