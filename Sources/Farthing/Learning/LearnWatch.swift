import ArgumentParser
import Client
import Configuration
import Dispatch
import Domain
import Foundation
import Learning
import Operations

struct LearnWatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Learn again and again, from the cluster's log or a file, and serve what passes the gates.",
        discussion: """
            Each round learns from the cluster's log, as `farthing learn log` does, or with --exposures from a file that
            others keep up to date, as `farthing learn fit` does. It asks the new model and the one that serves about
            rows that neither was fitted on: the last weeks of the log; of a file, the weeks that the serving model has
            not seen, of one user in five. It is activated when it predicts purchases no worse, is right about how many
            there are, moves prices by little, and treats groups of shoppers alike, if --groups names a file
            `user,group`; otherwise the one that serves goes on, and the reasons are said. With --share it is put on
            trial instead. A round that fails changes nothing, and the next one comes. Going back: `farthing models
            rollback`.

              farthing learn watch --every 1440
              farthing learn watch --every 1440 --share 5% --groups age.csv
              farthing learn watch --every 1440 --exposures shown.csv
              farthing learn watch --once --dry-run
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption
    @OptionGroup var gates: GateOptions

    @Option(help: "A CSV of exposures to learn from instead of the log; read anew in every round.")
    var exposures: String?

    @Option(help: "With --exposures: a YAML that says which columns are numeric, categorical or a time.")
    var types: String?

    @Option(help: "Minutes between two rounds.")
    var every: UInt32 = 1_440

    @Flag(help: "One round; status 1 when the new model is kept out, 2 when the round fails.")
    var once = false

    @Flag(help: "Activate nothing.")
    var dryRun = false

    @Option(help: "Put the model on trial for these shoppers (5% or 0.05; 0 prices nobody) instead of serving it.")
    var share: ShopperShare?

    func validate() throws {
        guard every > 0 else { throw ValidationError("--every takes at least one minute.") }
        guard types == nil || exposures != nil else { throw ValidationError("--types: add --exposures.") }
    }

    func run() throws {
        if once {
            let round = try orStatus2 { try learn() }
            try output.report(round) { text(round) }
            if !round.passes { throw ExitCode(1) }
            return
        }
        // A round that takes longer than the interval makes the next one come at once, and no more of them.
        let timer = DispatchSource.makeTimerSource()
        timer.setEventHandler { round() }
        timer.schedule(deadline: .now(), repeating: .seconds(Int(every) * 60))
        timer.resume()
        dispatchMain()
    }

    private func round() {
        do {
            let round = try learn()
            try output.reportAtOnce(round) { text(round) }
        } catch {
            StandardStream.error.write("this round changed nothing: \(error)\n")
        }
    }

    private func text(_ round: WatchRound) -> String {
        round.text + (gates.notJudged.map { "\n  \($0)" } ?? "")
    }

    private func learn() throws -> WatchRound {
        let configuration = try target.configuration.load()
        let source = WatchedSource(
            judge: ModelJudge(configuration, gates: gates.gates(), groups: try gates.shopperGroups()),
            version: UInt64(Clock.timestamp().milliseconds / 1_000))
        let candidate =
            if let exposures { try source.learn(fromFile: exposures, types: types) } else { try source.learn() }
        var round = WatchRound(candidate, version: source.version)
        guard round.passes, !dryRun else { return round }
        let path = URL(filePath: configuration.model.bundleFile).standardizedFileURL
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(candidate.bundle).write(to: path, options: .atomic)
        let (_, client) = try target.connect(deadlineMilliseconds: 30_000)
        round.isTrial = share != nil
        let file = ModelSource.file(path.path)
        round.activatedAt = try client.order(share.map { .tryOut(file, sharePerMille: $0.perMille) } ?? .serve(file))
            .value.index
        return round
    }
}
