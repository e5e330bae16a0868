import Domain
import Foundation

/// What `farthing models` shows, for machines and for people.
struct ModelsReport: Encodable {
    struct Serving: Encodable {
        var version: UInt64
        var checksum: String
        var workers: Int
    }

    struct Trial: Encodable {
        var version: UInt64
        var checksum: String
        var share: Double
        /// That have loaded it.
        var workers: Int
        var lines: UInt64
        var lower: UInt64
        var higher: UInt64
        /// Mean size of the change of a price, as a share of it.
        var meanMove: Double
        /// Purchases that it expects at the prices shown, over those that the serving model expects.
        var purchaseRatio: Double?

        init(_ report: TrialReport, workers: Int) {
            let comparison = report.comparison
            version = report.version
            checksum = hexadecimal(report.checksum)
            share = Double(report.sharePerMille) / 1_000
            self.workers = workers
            lines = comparison.lines
            lower = comparison.lower
            higher = comparison.higher
            meanMove = comparison.meanMove
            purchaseRatio = comparison.purchaseRatio
        }
    }

    var workers: Int
    var serving: [Serving]
    var previous: Serving?
    var trial: Trial?
    var kept: [KeptModel]

    init(_ models: ClusterModels, kept: [KeptModel]) {
        workers = models.workers
        serving = models.serving.sorted { $0.value > $1.value }.map {
            Serving(version: models.versions[$0.key] ?? 0, checksum: hexadecimal($0.key), workers: $0.value)
        }
        previous = models.previous.map {
            Serving(version: $0.version, checksum: hexadecimal($0.checksum), workers: models.serving[$0.checksum] ?? 0)
        }
        trial = models.trial.map { Trial($0, workers: models.workersWithTrial) }
        self.kept = kept
    }

    var text: String {
        var lines = serving.map { model in
            model.version == 0
                ? "no model serves on \(model.workers) of \(workers) workers: they answer public prices"
                : "model \(model.version) serves on \(model.workers) of \(workers) workers"
        }
        if let previous { lines.append("`farthing models rollback` would serve model \(previous.version)") }
        if let trial { lines.append(trial.text(of: workers)) }
        if !kept.isEmpty { lines.append(table) }
        return lines.joined(separator: "\n")
    }

    private var table: String {
        var table = Table(["model", "checksum", "bytes", "kept since", ""])
        for model in kept {
            table.add([
                "\(model.version)", model.checksum, "\(model.bytes)", model.keptAt.formatted(.iso8601),
                model.problem.isEmpty ? role(of: model) : model.problem,
            ])
        }
        return table.text
    }

    private func role(of model: KeptModel) -> String {
        if serving.contains(where: { $0.checksum == model.checksum }) { return "serves" }
        if trial?.checksum == model.checksum { return "on trial" }
        return previous?.checksum == model.checksum ? "served before" : ""
    }
}

extension ModelsReport.Trial {
    func text(of all: Int) -> String {
        var text = "model \(version) is on trial on \(workers) of \(all) workers, "
        text += share > 0 ? "and prices \(percent(share)) of shoppers" : "and prices nobody"
        guard lines > 0 else { return text + "; no lines have been compared yet" }
        text += "\n  \(lines) lines compared: \(percent(Double(lower) / Double(lines))) lower, "
        text += "\(percent(Double(higher) / Double(lines))) higher, \(percent(meanMove)) of a price on average"
        guard let purchaseRatio else { return text }
        return text
            + "\n  expects \(String(format: "%.3f", purchaseRatio)) of the purchases that the serving model expects"
    }

    private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

extension TrialComparison {
    /// 0 before a line has been compared.
    var meanMove: Double { lines == 0 ? 0 : Double(movedMillionths) / 1e6 / Double(lines) }

    /// nil while the serving model expects no purchase.
    var purchaseRatio: Double? {
        servingMillionths == 0 ? nil : Double(trialMillionths) / Double(servingMillionths)
    }
}
