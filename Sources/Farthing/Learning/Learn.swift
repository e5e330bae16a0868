import ArgumentParser

struct Learn: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Learn how shoppers respond to prices.",
        discussion: """
            From exposures, one line for each price that was shown, as a CSV with the columns
            user,item,time,reference_price,price,unit_cost,bought, optionally propensity, and any number of features:

              farthing learn fit --exposures exposures.csv --out shop.bundle
              farthing learn price --bundle shop.bundle --input questions.csv --out prices.csv
              farthing learn evaluate --exposures later.csv --bundle shop.bundle
              farthing learn compare --exposures exposures.csv

            The market, from files of sales and prices: what will sell, and what cannot be true:

              farthing learn forecast --sales sales.csv --out forecast.csv
              farthing learn anomalies --input observations.csv --out alarms.csv

            Whether shoppers are still those that a model was learned from:

              farthing learn drift --reference exposures.csv --input later.csv

            Which offer to make whom, under a budget:

              farthing learn offers fit --exposures offers.csv --out offers.bundle
              farthing learn offers allocate --bundle offers.bundle --input users.csv --budget 5000 --out plan.csv

            Tastes: who is like whom, and what to show next:

              farthing learn profiles --purchases purchases.csv --out profiles.bundle

            The model that the cluster serves is learned from the sample data, or from the cluster's own log:

              farthing learn && farthing activate
              farthing learn log && farthing activate
            """,
        subcommands: [
            LearnJourney.self, LearnLog.self, LearnWatch.self, LearnFit.self, LearnPrice.self, LearnEvaluate.self,
            LearnCompare.self, LearnDrift.self, LearnForecast.self, LearnAnomalies.self, LearnOffers.self,
            LearnProfiles.self, LearnRatings.self,
        ],
        defaultSubcommand: LearnJourney.self)
}
