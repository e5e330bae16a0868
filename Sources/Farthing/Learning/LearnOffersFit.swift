import ArgumentParser
import Domain
import Foundation
import Learning
import Operations

struct LearnOffersFit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Learn what each offer brings and costs.",
        discussion: """
            The offer “none”, or a blank, is the control. profit is what the shopper brought before the offer's cost,
            cost what the offer cost (0 when it was not redeemed), propensity the chance with which this row's offer, or
            none, was drawn. When choosing for each user cannot be shown to earn more than the best offer for all, the
            bundle tells nobody from anybody.
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "A CSV of offers that were made, plain or gzip.")
    var exposures: String

    @Option(help: "Where to write the bundle. Nothing is written when the data cannot be learned from.")
    var out: String

    @Option(help: "A YAML that says which columns are numeric and which categorical, for example “age: numeric”.")
    var types: String?

    func validate() throws { try FilePaths.check(reads: [exposures, types], writes: [out]) }

    func run() throws {
        let started = ContinuousClock.now
        // A path that cannot be written is better known before the fit.
        var draft = try DraftFile(out)
        let table = try OfferTable(path: exposures, for: .outcomes, kinds: try ColumnTypes.read(types))
        let version = UInt64(Clock.timestamp().milliseconds / 1_000)
        let (bundle, report) = try OfferLearner().learn(table, version: version)
        try draft.write(bundle.encode())
        try draft.finish()
        let rendered = OfferFitReport(
            report, isPersonal: bundle.isPersonal, path: out, seconds: (ContinuousClock.now - started).seconds)
        try output.report(rendered) { rendered.text }
    }
}
