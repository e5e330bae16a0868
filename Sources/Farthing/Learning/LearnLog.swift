import ArgumentParser
import Configuration
import Domain
import Learning
import Operations

struct LearnLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Fit the model that the cluster serves to the cluster's own log.",
        discussion: """
            Reads every partition: baskets, catalogue, and the prices that shoppers were shown, which count instead of
            the public ones. The last weeks are held out to judge by. It only reads; the cluster may run. Shoppers of
            the exploring arm (experiments.exploring_share) teach most about prices. Then:

              farthing activate
            """)

    @OptionGroup var options: ConfigurationOption
    @OptionGroup var output: OutputOption

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    @Option(help: "Where to write the bundle; model.bundle of the configuration unless given.")
    var out: String?

    func run() throws {
        let configuration = try options.load()
        let path = out ?? configuration.model.bundleFile
        let learner = try configuration.learner(of: tenant ?? configuration.shop.tenant)
        var bar = ProgressBar("learning ")
        let report = try learner.write(to: path, &bar)
        try output.report(ServedFitReport(report, path: path, references: [])) {
            let weeks = learner.settings.testedWeeks
            return ServedFitReport.text(
                report, path: path, references: [],
                judgedOn: weeks.count == 1 ? "the last week" : "the last \(weeks.count) weeks")
        }
    }
}

extension ClusterConfiguration {
    /// What there is to learn from the log of a tenant, up to now.
    func learner(of tenant: String) throws -> Learner {
        let calendar = try calendar()
        var shop = LoggedShop(tenant: tenant, calendar: calendar)
        try forEachRecord { shop.add($0) }
        return Learner(
            try shop.trainingData(), calendar: calendar, settings: try shop.settings(at: Clock.timestamp()))
    }
}
