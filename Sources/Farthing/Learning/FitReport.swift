import Foundation
import Learning
import Models

/// The outcome of `farthing learn fit`.
struct FitReport: Encodable {
    struct Candidate: Encodable {
        var law: String
        var heldOutLogLoss: Double
        var priceLoss: Double
        var rounds: Int
        var isChosen: Bool
    }
    struct Cross: Encodable {
        var columns: [String]
        var cells: Int
        /// Standard deviations above what chance gives.
        var rateExcess: Double
        var slopeExcess: Double
        var isKept: Bool
    }
    struct Search: Encodable {
        var chosen: String
        var usual: String
        var chosenPriceLoss: Double
        var usualPriceLoss: Double
        var foldsWon: Int
        var evaluations: Int
    }
    var bundle: String
    var findings: [String]
    var columns: [ColumnFinding]
    var droppedColumns: [String: String]
    var duplicates: Int
    var crosses: [Cross]
    var combinedColumns: [String]
    var components: Int
    var search: Search?
    var trainedRows: Int
    var heldOutRows: Int
    var features: Int
    var candidates: [Candidate]
    var logLoss: Double
    var auc: Double
    var elasticityMedian: Double
    var elasticityLow: Double
    var elasticityHigh: Double
    var slopeErrors: SlopeErrors?
    /// "personal" or "uniform".
    var policy: String
    var uniformRatio: Double
    var uniformProfit: Double
    var personalProfit: Double
    var gain: Double
    var gainStandardError: Double
    var seconds: Double

    init(
        _ report: ExposureLearner.Report, _ outcome: SettingsSearch.Outcome?, path: String, seconds: Double
    ) {
        bundle = path
        findings = report.sentences
        columns = report.columns
        droppedColumns = report.findings.droppedColumns
        duplicates = report.findings.duplicates
        crosses = report.crosses.map {
            Cross(
                columns: $0.columns, cells: $0.cells, rateExcess: $0.rateExcess, slopeExcess: $0.slopeExcess,
                isKept: $0.isKept)
        }
        combinedColumns = report.combined.columns
        components = report.combined.components
        search = outcome.map {
            Search(
                chosen: $0.chosen.description, usual: $0.usual.description, chosenPriceLoss: $0.chosenLoss,
                usualPriceLoss: $0.usualLoss, foldsWon: $0.foldsWon, evaluations: $0.evaluations.count)
        }
        findings += PropensitySentences.findings(report.propensities, report.unused)
        trainedRows = report.trainedRows
        heldOutRows = report.heldOutRows
        features = report.featureNames.count
        candidates = report.candidates.map {
            Candidate(
                law: $0.candidate.rawValue, heldOutLogLoss: $0.fit.heldOutLogLoss ?? .nan, priceLoss: $0.priceLoss,
                rounds: $0.fit.rounds, isChosen: $0.candidate == report.chosen)
        }
        logLoss = report.heldOut.logLoss
        auc = report.heldOut.auc
        elasticityMedian = report.heldOut.elasticity.median
        elasticityLow = report.heldOut.elasticity.low
        elasticityHigh = report.heldOut.elasticity.high
        slopeErrors = report.slopeErrors
        policy = report.comparison.policy == .personal ? "personal" : "uniform"
        uniformRatio = report.comparison.uniformRatio
        uniformProfit = report.comparison.uniform.value
        personalProfit = report.comparison.personal.value
        gain = report.comparison.gain.value
        gainStandardError = report.comparison.gain.standardError
        self.seconds = seconds
    }

    var text: String {
        var table = Table(["law of demand", "log-loss", "price loss", "rounds"])
        for candidate in candidates {
            table.add([
                (candidate.isChosen ? "→ " : "  ") + candidate.law, String(format: "%.5f", candidate.heldOutLogLoss),
                String(format: "%.6f", candidate.priceLoss), "\(candidate.rounds)",
            ])
        }
        let verdict =
            policy == "personal"
            ? "personal prices are served"
            : "personal prices cannot be shown to earn more: everybody gets the best price for all"
        let searched = search.map {
            String(
                format: "  searched: %@ (price loss %.6f) over %@ (%.6f), better in %d folds, %d evaluations",
                $0.chosen, $0.chosenPriceLoss, $0.usual, $0.usualPriceLoss, $0.foldsWon, $0.evaluations)
        }
        return """
            \((findings.map { "  " + $0 } + [searched, table.text].compactMap { $0 }).joined(separator: "\n"))
              fitted on \(trainedRows) rows of \(features) features, judged on \(heldOutRows) of users not seen before
              on those: log-loss \(String(format: "%.5f", logLoss)), AUC \(String(format: "%.4f", auc)); size of the \
            elasticity: median \(String(format: "%.2f", elasticityMedian)), 5 % below \
            \(String(format: "%.2f", elasticityLow)), 5 % above \(String(format: "%.2f", elasticityHigh))\(SlopeErrors.text(slopeErrors))
              profit per exposure: best price for all (\(String(format: "%.3f", uniformRatio)) of the reference) \
            \(String(format: "%.4f", uniformProfit)), personal \(String(format: "%.4f", personalProfit)); \
            gain \(String(format: "%.4f ± %.4f", gain, 1.96 * gainStandardError))
              \(verdict)
              \(String(format: "%.1f", seconds)) s in all, written to \(bundle)
            """
    }
}
