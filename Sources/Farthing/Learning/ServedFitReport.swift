import Foundation
import Learning
import Models

/// The outcome of a fit of the model that the cluster serves.
struct ServedFitReport: Encodable {
    struct Figures: Encodable {
        var model: String
        var logLoss: Double
        var auc: Double
        var averagePrecision: Double
    }
    struct Forest: Encodable {
        var trees: Int
        var depth: Int
        var leaves: Int
    }
    var bundle: String
    var trainedRows: Int
    var trainedPositives: Int
    var testedRows: Int
    var testedPositives: Int
    var logLoss: Double
    var auc: Double
    var averagePrecision: Double
    var elasticity: [String: Double]
    var slopeErrors: SlopeErrors?
    var smallestSlope: Float
    var interceptForest: Forest
    var slopeForest: Forest
    var largestDifferenceFromLibxgboost: Float
    var seconds: [String: Double]
    var references: [Figures]

    /// - Parameter references: figures of other models on the same rows.
    init(_ report: LearningReport, path: String, references: [LearningReport.Reference]) {
        let evaluation = report.evaluation
        bundle = path
        trainedRows = report.trainedRows
        trainedPositives = report.trainedPositives
        testedRows = evaluation.rows
        testedPositives = evaluation.positives
        logLoss = evaluation.logLoss
        auc = evaluation.auc
        averagePrecision = evaluation.averagePrecision
        elasticity = [
            "p5": evaluation.elasticity.low, "p50": evaluation.elasticity.median, "p95": evaluation.elasticity.high,
        ]
        slopeErrors = report.slopeErrors
        smallestSlope = evaluation.smallestSlope
        interceptForest = Forest(report.intercept)
        slopeForest = Forest(report.slope)
        largestDifferenceFromLibxgboost = report.largestDifference
        seconds = Dictionary(
            report.durations.map { ($0.phase.rawValue, $0.duration.seconds) }, uniquingKeysWith: { first, _ in first })
        self.references = references.map {
            Figures(model: $0.model, logLoss: $0.logLoss, auc: $0.auc, averagePrecision: $0.averagePrecision)
        }
    }

    static func text(
        _ report: LearningReport, path: String, references: [LearningReport.Reference], judgedOn weeks: String
    ) -> String {
        let evaluation = report.evaluation
        var table = Table(["model, on \(weeks)", "log-loss", "AUC", "avg precision"])
        func add(_ name: String, _ logLoss: Double, _ auc: Double, _ precision: Double) {
            table.add([
                name, String(format: "%.5f", logLoss), String(format: "%.4f", auc), String(format: "%.4f", precision),
            ])
        }
        for reference in references {
            add(reference.model, reference.logLoss, reference.auc, reference.averagePrecision)
        }
        add("→ Farthing, varying coefficients", evaluation.logLoss, evaluation.auc, evaluation.averagePrecision)
        let elasticity = evaluation.elasticity
        let seconds = report.durations.reduce(0) { $0 + $1.duration.seconds }
        return """
            \(table.text)
              fitted on \(report.trainedRows) rows (\(report.trainedPositives) purchases), \
            judged on \(evaluation.rows) (\(evaluation.positives))
              size of the price elasticity: median \(String(format: "%.2f", elasticity.median)), \
            5 % below \(String(format: "%.2f", elasticity.low)), 5 % above \(String(format: "%.2f", elasticity.high)); \
            smallest slope \(String(format: "%.3f", evaluation.smallestSlope))\(SlopeErrors.text(report.slopeErrors))
              forests: \(report.intercept.trees) trees of depth \(report.intercept.depth) for the intercept, \
            \(report.slope.trees) of depth \(report.slope.depth) for the slope; \
            largest difference from libxgboost \(String(format: "%.1e", report.largestDifference))
              \(String(format: "%.1f", seconds)) s in all, written to \(path)
            """
    }
}

extension ServedFitReport.Forest {
    init(_ size: LearningReport.ForestSize) {
        trees = size.trees
        depth = size.depth
        leaves = size.leaves
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
