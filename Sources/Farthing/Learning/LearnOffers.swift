import ArgumentParser

struct LearnOffers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offers",
        abstract: "Learn which offer to make whom, and spend a budget on it.",
        discussion: """
            From offers that were made at random, one line for each user who could have been made one, as a CSV with the
            columns user,time,offer,propensity,cost,profit, optionally converted, and any number of features:

              farthing learn offers fit --exposures offers.csv --out offers.bundle
              farthing learn offers allocate --bundle offers.bundle --input users.csv --budget 5000 --out plan.csv
            """,
        subcommands: [LearnOffersFit.self, LearnOffersAllocate.self])
}
