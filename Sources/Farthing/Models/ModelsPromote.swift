import ArgumentParser
import Client
import Domain
import Foundation
import Operations

struct ModelsPromote: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Let the model on trial serve everybody.",
        discussion: """
            Refused while a worker has not loaded it, before enough lines have been compared, or when it moves prices
            by more than is allowed. It is in memory by then: the change takes effect between two carts.

              farthing models promote
              farthing models promote --largest-move 20%
            """)

    @OptionGroup var workers: ModelsOrder

    @Option(help: "Lines that must have been compared.")
    var lines: UInt64 = 1_000

    @Option(help: "Mean move of a price that is allowed.")
    var largestMove = ShopperShare(perMille: 100)

    @Flag(help: "Promote whatever the comparison says.")
    var force = false

    func run() throws {
        let (_, client) = try workers.target.connect(deadlineMilliseconds: 30_000)
        let models = ClusterModels(try client.status().value)
        guard let trial = models.trial else { throw ValidationError("No model is on trial.") }
        if let obstacle = obstacle(trial, models), !force {
            StandardStream.error.write("Error: model \(trial.version) is not promoted: \(obstacle), or use --force.\n")
            throw ExitCode(1)
        }
        try workers.serve(.kept(trial.checksum), client)
    }

    private func obstacle(_ trial: TrialReport, _ models: ClusterModels) -> String? {
        let comparison = trial.comparison
        if models.workersWithTrial < models.workers {
            return "\(models.workers - models.workersWithTrial) of \(models.workers) workers have not loaded it; wait"
        }
        if comparison.lines < lines {
            return "\(comparison.lines) lines have been compared; wait for \(lines)"
        }
        let allowed = Double(largestMove.perMille) / 1_000
        guard comparison.meanMove > allowed else { return nil }
        return String(
            format: "it moves a price by %.1f %% on average; allow that with --largest-move", 100 * comparison.meanMove)
    }
}

struct ModelsWithdraw: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "End the trial: the model that serves prices everybody.")

    @OptionGroup var workers: ModelsOrder

    func run() throws {
        let (_, client) = try workers.target.connect(deadlineMilliseconds: 30_000)
        _ = try client.order(.endTrial)
        try workers.report(client) { !$0.isAnyTried }
    }
}

struct ModelsRollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Serve the model that served before, and end any trial.",
        discussion: """
            Twice goes back twice. The copy that the log keeps is served, whatever became of the file.

              farthing models rollback
            """)

    @OptionGroup var workers: ModelsOrder

    func run() throws {
        let (_, client) = try workers.target.connect(deadlineMilliseconds: 30_000)
        let models = ClusterModels(try client.status().value)
        guard let previous = models.previous else {
            throw ValidationError("No model served before this one: `farthing activate FILE` serves another.")
        }
        if models.trial != nil { _ = try client.order(.endTrial) }
        try workers.serve(.kept(previous.checksum), client)
    }
}

extension ModelsOrder {
    /// Serves a model, and waits until every worker does.
    fileprivate func serve(_ source: ModelSource, _ client: PricingClient) throws {
        let served = try client.order(.serve(source)).value
        try report(client) { $0.isServedByAll(served.checksum) }
    }
}
