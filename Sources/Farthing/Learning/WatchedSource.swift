// What a round of `farthing learn watch` learns from, and the serving model that it is held against.

import Configuration
import Domain
import Learning
import Models

struct WatchedSource {
    let judge: ModelJudge
    /// Of the model to learn.
    let version: UInt64

    /// A model that might serve.
    struct Candidate {
        /// The version that serves; nil when none does.
        var serving: UInt64?
        /// The file that workers load.
        var bundle: [UInt8]
        /// Fitted on.
        var rows: Int
        /// On the rows held out of its fit.
        var logLoss: Double
        var findings: [ModelGates.Finding]
    }

    private static let servingModel = "the serving model"

    /// From the cluster's own log.
    func learn() throws -> Candidate {
        let kept = try judge.serving()
        let serving = try kept.map { try judge.logged($0.bytes, Self.servingModel) }
        let learner = try judge.learner()
        let (bundle, report, judges) = try learner.learn(version: version)
        return Candidate(
            serving: kept?.version, bundle: bundle.encode(), rows: report.trainedRows,
            logLoss: report.evaluation.logLoss,
            findings: judge.findings(bundle, against: serving, on: judges, of: learner.data))
    }

    /// From a file of exposures.
    func learn(fromFile path: String, types: String?) throws -> Candidate {
        let kept = try judge.serving()
        let serving = try kept.map { try judge.fitted($0.bytes, Self.servingModel) }
        let table = try ExposureTable(path: path, for: .outcomes, kinds: try ColumnTypes.read(types))
        let asked = try serving.map { ($0, try judge.reread(path, as: table, for: $0)) }
        let (bundle, report) = try ExposureLearner().learn(table, version: version)
        let seen = serving?.information.trainedWeeks.upperBound
        return Candidate(
            serving: kept?.version, bundle: bundle.encode(), rows: report.trainedRows,
            logLoss: report.heldOut.logLoss,
            findings: judge.findings(
                JudgedBundle(bundle, predicting: report.unserved, on: table.judges(after: seen)),
                against: asked.map { JudgedBundle($0, on: $1.judges(after: seen)) }))
    }
}
