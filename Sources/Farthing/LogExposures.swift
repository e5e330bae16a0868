import ArgumentParser
import Configuration
import Domain
import Foundation
import Learning
import Log
import Operations
import Pricing

struct LogExposures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exposures",
        abstract: "Write the prices that were shown and what came of them, as a CSV.",
        discussion: """
            Reads the log beside a running cluster or one that stands still. The file has the public form of exposures:
            what works on files of exposures works on a cluster's own traffic.

              farthing log exposures --out shown.csv
              farthing log exposures --from 2026-11-01T00:00:00 --out this-month.csv
              farthing learn drift --reference last-month.csv --input this-month.csv
              farthing log exposures --arm model --out trial.csv
              farthing experiment analyse --input trial.csv
            """)

    enum Arm: String, ExpressibleByArgument, CaseIterable {
        /// Of the experiment.
        case experiment
        /// The model that priced it: who was in a trial, and who was not.
        case model
    }

    @OptionGroup var options: ShownPricesOptions

    @Option(help: "Where to write.")
    var out: String

    @Option(help: "What the column arm says: experiment or model.")
    var arm: Arm = .experiment

    func run() throws {
        let shown = try options.read()
        var draft = try DraftFile(out)
        try shown.write(to: &draft, arm: arm)
        try draft.finish()
        let bought = shown.exposures.count { $0.quantity > 0 }
        say("\(shown.exposures.count) exposures, \(bought) bought, in \(out); \(shown.open) are still open")
    }
}
