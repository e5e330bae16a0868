import ArgumentParser
import Client
import Configuration
import Dispatch
import Domain
import Features
import Foundation
import Learning
import Models
import Operations

struct LearnWatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Learn from the cluster's log again and again, and serve what passes the gates.",
        discussion: """
            Each round learns as `farthing learn log` does, and asks the new model and the one that serves about the
            held-out weeks. It is activated when it predicts purchases no worse, is right about how many there are,
            moves prices by little, and treats groups of shoppers alike, if --groups names a file `user,group`;
            otherwise the one that serves goes on, and the reasons are said. With --share it is put on trial instead. A
            round that fails changes nothing, and the next one comes. Going back: `farthing models rollback`.

              farthing learn watch --every 1440
              farthing learn watch --every 1440 --share 5% --groups age.csv
              farthing learn watch --once --dry-run
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Option(help: "Minutes between two rounds.")
    var every: UInt32 = 1_440

    @Flag(help: "One round; status 1 when the new model is kept out, 2 when the round fails.")
    var once = false

    @Flag(help: "Activate nothing.")
    var dryRun = false

    @Option(help: "Log-loss that is allowed, over the serving model's.")
    var largestLoss = ModelGates().largestLossRatio

    @Option(help: "Median move of a personal price that is allowed, as a share of it.")
    var largestMove = ModelGates().largestMedianMove

    @Option(help: "A file user,group: shoppers who must not be treated differently. Judges prices, makes none.")
    var groups: String?

    @Option(help: "Gap between the mean prices of two groups that is allowed, as a share of the public price.")
    var largestGap = ModelGates().largestGroupGap

    @Option(help: "Put the model on trial for these shoppers (5% or 0.05; 0 prices nobody) instead of serving it.")
    var share: ShopperShare?

    func validate() throws {
        guard every > 0 else { throw ValidationError("--every takes at least one minute.") }
        guard largestLoss >= 1, largestMove >= 0, largestGap >= 0 else {
            throw ValidationError("--largest-loss takes 1 or more, --largest-move and --largest-gap 0 or more.")
        }
    }

    func run() throws {
        if once {
            let round = try orStatus2 { try learn() }
            try output.report(round) { round.text }
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
            try output.reportAtOnce(round) { round.text }
        } catch {
            StandardStream.error.write("this round changed nothing: \(error)\n")
        }
    }

    private func learn() throws -> WatchRound {
        let configuration = try target.configuration.load()
        let calendar = try configuration.calendar()
        let shop = try configuration.loggedShop(configuration.shop.tenant, calendar)
        let serving = try shop.activation.map { try configuration.keptModel($0) }
        guard serving?.profiles == nil else {
            throw Refusal(
                .invalidFile, place: "the serving model", value: "fitted to a file of exposures",
                remedy:
                    "The log lacks the columns to compare with: fit again with `farthing learn fit`, or first activate a "
                    + "model that `farthing learn log` wrote.")
        }
        let learner = Learner(try shop.trainingData(), calendar: calendar, settings: try shop.settings())
        let version = UInt64(Clock.timestamp().milliseconds / 1_000)
        let (bundle, report, judges) = try learner.learn(version: version)

        var gates = ModelGates()
        gates.largestLossRatio = largestLoss
        gates.largestMedianMove = largestMove
        gates.largestGroupGap = largestGap
        let known = try groups.map(ShopperGroups.init(path:))
        let groupsOfShoppers = known.map { known in learner.data.shoppers.map(known.group) }
        let range = PersonalRange(
            learner.data, conversionValueRatio: configuration.pricing.conversionValueRatio,
            largestDiscountRatio: configuration.pricing.largestDiscountRatio)
        let findings = gates.judge(
            bundle.response, against: serving?.response, on: judges, range: range,
            groups: groupsOfShoppers)
        var round = WatchRound(
            version: version, serving: serving?.version, rows: report.trainedRows,
            logLoss: report.evaluation.logLoss, gates: findings.map(WatchRound.Gate.init), isTrial: false,
            activatedAt: nil)
        guard round.passes, !dryRun else { return round }
        let path = URL(filePath: configuration.model.bundleFile).standardizedFileURL
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bundle.encode()).write(to: path, options: .atomic)
        let (_, client) = try target.connect(deadlineMilliseconds: 30_000)
        round.isTrial = share != nil
        let file = ModelSource.file(path.path)
        round.activatedAt = try client.order(share.map { .tryOut(file, sharePerMille: $0.perMille) } ?? .serve(file))
            .value.index
        return round
    }
}

/// What one round has found and done.
struct WatchRound: Encodable {
    struct Gate: Encodable {
        var gate: String
        var value: Double
        var demanded: String
        var passes: Bool

        init(_ finding: ModelGates.Finding) {
            gate = finding.gate
            value = finding.value
            demanded = finding.demanded
            passes = finding.passes
        }
    }
    var version: UInt64
    var serving: UInt64?
    var rows: Int
    var logLoss: Double
    var gates: [Gate]
    /// Whether it is tried instead of served.
    var isTrial: Bool
    /// Broadcast index from which on it serves, or is on trial.
    var activatedAt: UInt64?

    var passes: Bool { gates.allSatisfy(\.passes) }

    var text: String {
        var table = Table(["gate", "value", "demanded", ""])
        for gate in gates {
            table.add([
                gate.gate, String(format: "%.4f", gate.value), gate.demanded, gate.passes ? "passes" : "KEPT OUT",
            ])
        }
        let verdict =
            if let activatedAt {
                "model \(version) \(isTrial ? "is on trial" : "serves") from broadcast index \(activatedAt) on"
            } else if passes {
                "model \(version) would be activated"
            } else {
                "model \(serving.map(String.init) ?? "none") goes on serving"
            }
        return table.text + "\n  \(rows) rows, log-loss \(String(format: "%.5f", logLoss)); \(verdict)"
    }
}

extension ClusterConfiguration {
    /// The bundle of an activation, from the copies that the log keeps.
    fileprivate func keptModel(_ activation: ModelActivation) throws -> ModelBundle {
        let path = "\(log.directory)/models/\(hexadecimal(activation.checksum)).bundle"
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Refusal(
                .invalidFile, place: path, value: "no readable file",
                remedy: "Activate the serving model again, so that the log keeps a copy of it here.")
        }
        return try ModelBundle.decode([UInt8](bytes), featureNames: FeatureSchema.names)
    }
}
