import ArgumentParser
import Configuration
import Domain
import Foundation
import Learning
import Models
import Operations

struct LearnJourney: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journey",
        abstract: "Fit the model that the cluster serves to the sample data.",
        discussion: """
            Replays the history through the same code that serves, fits the varying-coefficient model on weeks
            9 to 34, and judges it on weeks 35 to 40, beside the figures of the data's README. Then:

              farthing activate            make a running cluster serve it
            """)

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The folder of the Complete Journey data.")
    var data = "Data/complete-journey"

    @Option(help: "Where to write the bundle; model.bundle of the configuration unless given.")
    var out: String?

    @Flag(help: "Also fit without price and promotion, and withhold them, to see what they are worth.")
    var withoutMarket = false

    func run() throws {
        let loaded = try configuration.load()
        let path = out ?? loaded.model.bundleFile
        let report = try Self.learn(data: data, out: path)
        var references = LearningReport.completeJourneyReferences
        if withoutMarket { references += try Self.learner(data).referencesWithoutMarket() }
        try output.report(ServedFitReport(report, path: path, references: references)) {
            ServedFitReport.text(report, path: path, references: references, judgedOn: "weeks 35 to 40")
        }
    }

    /// Learns and writes the bundle whole or not at all.
    static func learn(data: String, out: String) throws -> LearningReport {
        var bar = ProgressBar("learning ")
        return try learner(data).write(to: out, &bar)
    }

    private static func learner(_ data: String) throws -> Learner {
        guard let calendar = ShopCalendar(timeZone: CompleteJourney.timeZone) else {
            throw Refusal(
                .invalidConfiguration, place: "time zone", value: CompleteJourney.timeZone,
                remedy: "Install the time zone database (apt-get install tzdata).")
        }
        let journey = try CompleteJourney(folder: data, calendar: calendar)
        return Learner(journey.trainingData(calendar: calendar), calendar: calendar, settings: .completeJourney)
    }
}

extension Learner {
    /// Learns and writes the bundle, whole or not at all.
    func write(to path: String, _ bar: inout ProgressBar) throws -> LearningReport {
        let version = UInt64(Clock.timestamp().milliseconds / 1_000)
        let (bundle, report, _) = try learn(version: version) { phase, share in
            let start = phase == .replaying ? 0 : phase == .fitting ? 0.1 : 0.95
            let span = phase == .replaying ? 0.1 : phase == .fitting ? 0.85 : 0.05
            bar.update(start + span * share, note: phase.rawValue)
        }
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bundle.encode()).write(to: URL(filePath: path), options: .atomic)
        bar.finish("log-loss \(String(format: "%.5f", report.evaluation.logLoss)), written to \(path)")
        return report
    }
}
