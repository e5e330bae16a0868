import ArgumentParser
import Learning
import World

struct WorldCorrect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct",
        abstract: "Say what the online correction earns, in a world that changes after the fit.",
        discussion: """
            Fits a model to random prices; then a share of the shoppers and of the items change their demand, up or down, \
            in a way that no column tells. Two shops sell to them, one by the model alone, one that learns from each \
            day. Says of each fifth of the days, before the arrow and after it: the share of the gap between the best \
            uniform price and the oracle, and the log-loss of purchases; of all decisions, of those about a shopper or \
            an item that changed, and of the others. With --exploring the second shop draws its prices from what it \
            believes.
            """)

    @OptionGroup var world: WorldOption
    @OptionGroup var output: OutputOption

    @Option(help: "Random prices to fit the model to.")
    var rows = 60_000

    @Option(help: "Shoppers in the world.")
    var shoppers = 2_000

    @Option(help: "Days to sell.")
    var days = 40

    @Option(help: "Prices shown a day.")
    var decisions = 4_000

    @Option(help: "Partitions that items are learned in apart.")
    var partitions = 16

    @Option(help: "Of shoppers, and of items, who change.")
    var moved = 0.1

    @Option(
        help: "How far around the best price the shop that learns draws its prices; the standard deviation of ln slope."
    )
    var exploring: Double?

    func validate() throws {
        guard 1_000...10_000_000 ~= rows, 10...1_000_000 ~= shoppers, 5...1_000 ~= days, 100...100_000 ~= decisions
        else {
            throw ValidationError(
                "--rows takes 1000 to 10000000, --shoppers 10 to 1000000, --days 5 to 1000, --decisions 100 to 100000.")
        }
        guard 1...1_024 ~= partitions, 0...1 ~= moved else {
            throw ValidationError("--partitions takes 1 to 1024, --moved 0 to 1.")
        }
        guard 0.01...2 ~= exploring ?? 0.3 else {
            throw ValidationError("--exploring takes 0.01 to 2.")
        }
    }

    func run() throws {
        var settings = CorrectionCourse.Settings()
        settings.fittedRows = rows
        settings.shoppers = shoppers
        settings.days = days
        settings.decisionsPerDay = decisions
        settings.partitions = UInt64(partitions)
        settings.movedShare = moved
        settings.exploringDeviation = exploring
        var course = try CorrectionCourse(world.make(), settings)
        var stretches: [CorrectionCourse.Stretch] = []
        try course.run { stretch in
            stretches.append(stretch)
            if output.format == .text { say(stretch.text) }
        }
        if output.format == .json { try output.report(stretches) { "" } }
    }
}
