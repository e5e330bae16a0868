import ArgumentParser
import Configuration
import Domain
import Foundation
import Learning
import Models
import Operations

struct ModelsJudge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge", abstract: "Ask the gates of `learn watch` about a bundle, before it serves.",
        discussion: """
            The bundle and the model that serves are asked about weeks of the cluster's log that neither was fitted on;
            bundles of `farthing learn fit` about such weeks of a file of exposures, and one user in five. Status 1
            when a gate keeps the bundle out. Nothing changes.

              farthing models judge model.bundle && farthing activate model.bundle
              farthing models judge fitted.bundle --exposures shown.csv
            """)

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var output: OutputOption
    @OptionGroup var gates: GateOptions

    @Argument(help: "The bundle's file.")
    var bundle: String

    @Option(help: "A CSV of exposures, for a bundle of `farthing learn fit`.")
    var exposures: String?

    private struct Report: Encodable {
        var version: UInt64
        /// nil when no model serves.
        var serving: UInt64?
        var gates: [ModelGates.Finding]
        var passes: Bool

        init(_ version: UInt64, against serving: UInt64?, _ findings: [ModelGates.Finding]) {
            self.version = version
            self.serving = serving
            gates = findings
            passes = findings.allSatisfy(\.passes)
        }

        var text: String {
            let other = serving.map { "model \($0) serves" } ?? "no model serves"
            return Table(gates).text + "\n  model \(version) \(passes ? "may serve" : "is kept out"); \(other)"
        }
    }

    func run() throws {
        let report = try orStatus2 {
            let judge = ModelJudge(
                try configuration.load(), gates: gates.gates(), groups: try gates.shopperGroups())
            guard let bytes = FileManager.default.contents(atPath: bundle) else {
                throw Refusal(
                    .invalidFile, place: bundle, value: "no readable file",
                    remedy: "Check the path and its permissions.")
            }
            return if let exposures { try judged([UInt8](bytes), judge, on: exposures) } else {
                try judgedOnLog([UInt8](bytes), judge)
            }
        }
        try output.report(report) { report.text + (gates.notJudged.map { "\n  \($0)" } ?? "") }
        if !report.passes { throw ExitCode(1) }
    }

    private func judgedOnLog(_ bytes: [UInt8], _ judge: ModelJudge) throws -> Report {
        let candidate = try judge.logged(bytes, bundle)
        let kept = try judge.serving()
        let serving = try kept.map { try judge.logged($0.bytes, "the serving model") }
        let learner = try judge.learner()
        let seen = [candidate, serving].compactMap { $0?.information.trainedWeeks.upperBound }.max() ?? 0
        let judges = try learner.judges(after: seen)
        return Report(
            candidate.version, against: kept?.version,
            judge.findings(candidate, against: serving, on: judges, of: learner.data))
    }

    private func judged(_ bytes: [UInt8], _ judge: ModelJudge, on path: String) throws -> Report {
        let candidate = try judge.fitted(bytes, bundle)
        let kept = try judge.serving()
        let serving = try kept.map { try judge.fitted($0.bytes, "the serving model") }
        let table = try ExposureTable(path: path, for: .outcomes, kinds: candidate.preparation.kinds)
        let asked = try serving.map { ($0, try judge.reread(path, as: table, for: $0)) }
        let seen = [candidate, serving].compactMap { $0?.information.trainedWeeks.upperBound }.max()
        return Report(
            candidate.version, against: kept?.version,
            judge.findings(
                JudgedBundle(candidate, on: table.judges(after: seen)),
                against: asked.map { JudgedBundle($0, on: $1.judges(after: seen)) }))
    }
}
