import ArgumentParser
import Configuration
import Domain
import Foundation
import Learning
import Log
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
        let calendar = try configuration.calendar()
        let shop = try configuration.loggedShop(tenant ?? configuration.shop.tenant, calendar)
        let learner = Learner(
            try shop.trainingData(), calendar: calendar, settings: try shop.settings(at: Clock.timestamp()))
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
    func calendar() throws(Refusal) -> ShopCalendar {
        guard let calendar = ShopCalendar(timeZone: shop.timeZone) else {
            throw Refusal(
                .invalidConfiguration, place: "shop.time_zone", value: shop.timeZone,
                remedy: "Name a time zone that this machine's database knows.")
        }
        return calendar
    }

    /// Everything that the log knows of a tenant.
    func loggedShop(_ tenant: String, _ calendar: ShopCalendar) throws -> LoggedShop {
        var shop = LoggedShop(tenant: tenant, calendar: calendar)
        try forEachRecord { shop.add($0) }
        return shop
    }

    /// The model that serves; nil when none does.
    func servingModel() throws -> ModelActivation? {
        var serving: ModelActivation?
        try forEachRecord(of: [.broadcast]) { record in
            if case .modelActivated(let activation) = record { serving = activation }
        }
        return serving
    }

    /// Everything in the log, one partition after the other, the broadcast one last.
    func forEachRecord(_ body: (Record) -> Void) throws {
        try forEachRecord(of: (0..<cluster.partitions).map { PartitionID(UInt16($0)) } + [.broadcast], body)
    }

    private func forEachRecord(of partitions: [PartitionID], _ body: (Record) -> Void) throws {
        let log = try openExistingLog()
        for partition in partitions {
            let last = try log.lastIndex(of: partition)
            var index: UInt64 = 0
            while index < last {
                for entry in try log.read(partition, after: index, limit: 4_096) {
                    entry.records.forEach(body)
                    index = entry.lastIndex
                }
            }
        }
    }

    /// - Throws: where no cluster has ever run: opening would make an empty log.
    func openExistingLog() throws -> any PartitionLog {
        let file = self.log.directory + "/cluster.sqlite"
        guard self.log.kind != .embedded || FileManager.default.fileExists(atPath: file) else {
            throw Refusal(
                .invalidFile, place: "log.directory", value: file,
                remedy: "Start the cluster once with `farthing up`, or name its configuration with --config.")
        }
        return try openLog(self.log.kind)
    }
}
