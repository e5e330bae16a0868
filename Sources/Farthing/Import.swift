import ArgumentParser
import Client
import Configuration
import Domain
import Foundation
import Learning
import Operations

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a shop's catalogue and history to the cluster, through the front door.",
        discussion: """
            Reads the Complete Journey data of a folder and sends it as any producer would: catalogue rows and
            baskets, acknowledged when durable. Importing twice counts every basket once.

            The data is from 2017. With --rebase now its last week becomes the current one, whole weeks at a time,
            so that today's features and deals are those of that week; baskets that would lie in the future are
            left out.

              farthing import Data/complete-journey --rebase now
            """)

    enum Rebase: String, ExpressibleByArgument, CaseIterable {
        case none, now
    }

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The folder of the data.")
    var data = "Data/complete-journey"

    @Option(help: "Move the data's last week to the current one, or not.")
    var rebase = Rebase.now

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    private struct Report: Encodable {
        var catalogueRows: Int
        var events: Int
        var duplicates: Int
        var shoppers: Int
        var seconds: Double
    }

    func run() throws {
        let (configuration, endpoint) = try target.resolve()
        let result = try Self.load(
            data, into: endpoint, tenant: tenant ?? configuration.shop.tenant, rebase: rebase == .now)
        let report = Report(
            catalogueRows: result.rows, events: result.accepted, duplicates: result.duplicates,
            shoppers: result.shoppers, seconds: result.seconds)
        try output.report(report) { result.text }
    }

    /// Loads the data set and sends it, with a progress bar.
    static func load(_ folder: String, into endpoint: String, tenant: String, rebase: Bool) throws -> ImportResult {
        guard let calendar = ShopCalendar(timeZone: CompleteJourney.timeZone) else {
            throw Refusal(
                .invalidConfiguration, place: "time zone", value: CompleteJourney.timeZone,
                remedy: "Install the time zone database (apt-get install tzdata).")
        }
        let journey = try CompleteJourney(folder: folder, calendar: calendar)
        var data = journey.trainingData(calendar: calendar)
        if rebase { data = Rebasing(data, to: Clock.timestamp(), calendar: calendar).data }
        return try Importer(endpoint: endpoint, tenant: tenant).send(data)
    }
}
