import ArgumentParser
import World

struct WorldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "world",
        abstract: "Make shoppers whose every wish is known, and score prices against the best there are.",
        discussion: """
            What a model earns on real shoppers nobody knows exactly: each saw one price. Here the truth is a function
            of a law and a seed, and a claim about learning is a share of what the oracle earns.

              farthing world generate --law logit --seed 1 --rows 200000 --out exposures.csv \\
                --questions 20000 --questions-out questions.csv
              farthing world score --law logit --seed 1 --prices priced.csv
              farthing world run --law logit --seed 1 --decisions 1000000 --out course.csv
              farthing world correct --law logit --seed 1
              farthing world offers --budget 30000 --decisions 50000

            --competitors, --seasons and --stock add what surrounds a decision: see docs/world.md.
            """,
        subcommands: [
            WorldGenerate.self, WorldScore.self, WorldRun.self, WorldCorrect.self, WorldOffers.self, WorldPlot.self,
        ])
}

extension DemandLaw: ExpressibleByArgument {}

/// Which world. All commands need the same to speak of the same shoppers.
struct WorldOption: ParsableArguments {
    @Option(help: "The shape of demand.")
    var law: DemandLaw

    @Option(help: "Of the shoppers, the items and what they depend on.")
    var seed: UInt64 = 1

    @Option(help: "Rivals that sell the same items; the cheapest that has one moves its demand.")
    var competitors = 0

    @Flag(help: "Let demand follow the week, the year and holidays.")
    var seasons = false

    func validate() throws {
        guard 0...Surroundings.mostCompetitors ~= competitors else {
            throw ValidationError("--competitors takes 0 to \(Surroundings.mostCompetitors).")
        }
    }

    func make(hasStock: Bool = false) -> KnownWorld {
        KnownWorld(
            law: law, seed: seed, Surroundings(competitors: competitors, hasSeasons: seasons, hasStock: hasStock))
    }
}
