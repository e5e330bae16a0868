import ArgumentParser
import Domain
import Foundation
import Learning
import World

struct WorldRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Let pricing learn while it sells, in a world whose oracle is known.",
        discussion: """
            Begins with trial prices between 0.80 and 1.10 of the reference price, all equally likely; then prices are
            drawn from the model's posterior, and the range opens as far as predictions hold, at most to --lowest and
            --highest. Says after each stretch what share of the gap between the best uniform price and the oracle,
            both free within these bounds, the prices shown have earned, exploration included, and what was lost against
            the oracle so far.

            With --stock, shelves are filled each Monday and the learner prices each day by the shadow price of what is
            left. The oracle then knows who will come, in which order, but not who will buy.
            """)

    @OptionGroup var world: WorldOption
    @OptionGroup var output: OutputOption

    @Option(help: "Decisions in all.")
    var decisions = 1_000_000

    @Option(help: "Of those, with trial prices; a tenth unless given, and at most 100000.")
    var trial: Int?

    @Option(help: "Decisions between two reports, 10000 at least; a twentieth of all unless given.")
    var stretch: Int?

    @Option(help: "As low as prices may ever go, relative to the reference price.")
    var lowest = 0.7

    @Option(help: "As high.")
    var highest = 1.4

    @Flag(help: "Let shelves run empty.")
    var stock = false

    @Flag(inversion: .prefixedNo, help: "Whether stock counts in prices; off, to see what that is worth.")
    var shadowPrice = true

    @Option(help: "Where to write the course, as CSV.")
    var out: String?

    private var trialDecisions: Int { trial ?? max(1_000, min(decisions / 10, 100_000)) }

    func validate() throws {
        guard 1_000...100_000_000 ~= decisions, 1_000...decisions ~= trialDecisions else {
            throw ValidationError("--decisions takes 1000 to 100000000, --trial 1000 to --decisions.")
        }
        guard 0.01...0.8 ~= lowest, 1.1...100 ~= highest else {
            throw ValidationError("--lowest takes 0.01 to 0.8, --highest 1.1 to 100.")
        }
        guard stretch ?? 10_000 >= 10_000, stretch == nil || !stock else {
            throw ValidationError("--stretch takes 10000 or more, and --stock reports as often as shelves are filled.")
        }
        guard shadowPrice || stock else { throw ValidationError("--no-shadow-price says how to sell --stock.") }
    }

    func run() throws {
        var settings = SequentialPricing.Settings()
        settings.trialDecisions = trialDecisions
        settings.ratios = lowest...highest
        settings.seed = world.make().seed
        let stretches = try stock ? stocked(settings) : plain(settings)
        if let out {
            var file = try DraftFile(out)
            try file.write(stretches.reduce(CourseStretch.header) { $0 + $1.csv })
            try file.finish()
        }
        if output.format == .json { try output.report(stretches) { "" } }
    }

    private func plain(_ settings: SequentialPricing.Settings) throws -> [CourseStretch] {
        var course = PricingCourse(world.make(), settings)
        try course.run(decisions: decisions, stretch: stretch ?? decisions / 20, show)
        return course.stretches
    }

    private func stocked(_ settings: SequentialPricing.Settings) throws -> [CourseStretch] {
        var course = StockedCourse(
            world.make(hasStock: true), settings, decisions: decisions, usesShadowPrice: shadowPrice)
        try course.run(show)
        return course.stretches
    }

    private func show(_ stretch: CourseStretch) {
        if output.format == .text { say(stretch.text) }
    }
}
