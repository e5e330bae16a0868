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
            Sends catalogue rows and baskets as any producer would: acknowledged when durable. Importing twice
            counts every basket once. Either the Complete Journey data of a folder, or files of your own:

              catalogue CSV   product,list_price,unit_cost and, where known, name,category,minimum_price,
                              deal_price,deal_ends_at,display_share,mailer_share,effective_at
              baskets CSV     basket,user,time,product,quantity,paid (one line for each item) and, where known,
                              spend,lines,deal_lines of the whole basket

            The sample data is from 2017. With --rebase now its last week becomes the current one, whole weeks at a time,
            so that today's features and deals are those of that week; baskets that would lie in the future are
            left out.

              farthing import Data/complete-journey
              farthing import --catalogue shop.csv --baskets baskets.csv
            """)

    enum Rebase: String, ExpressibleByArgument, CaseIterable {
        case none, now
    }

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The folder of the Complete Journey data.")
    var data = "Data/complete-journey"

    @Option(help: "A catalogue of your own, in place of the folder.")
    var catalogue: String?

    @Option(help: "Baskets of your own, in place of the folder.")
    var baskets: String?

    @Option(help: "Move the last week of the history to the current one. (default: now for the folder, none for files)")
    var rebase: Rebase?

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
        let (configuration, endpoints) = try target.resolve()
        let shop = tenant ?? configuration.shop.tenant
        let result =
            catalogue == nil && baskets == nil
            ? try Self.load(data, into: endpoints, tenant: shop, rebase: rebase != Rebase.none)
            : try loadFiles(configuration, into: endpoints, tenant: shop)
        let report = Report(
            catalogueRows: result.rows, events: result.accepted, duplicates: result.duplicates,
            shoppers: result.shoppers, seconds: result.seconds)
        try output.report(report) { result.text }
    }

    private func loadFiles(
        _ configuration: ClusterConfiguration, into endpoints: [String], tenant: String
    ) throws -> ImportResult {
        let currency = configuration.shop.currency
        var history = TrainingData(description: "files", products: [], events: [], catalogue: [])
        if let catalogue {
            // A row that does not say since when it holds has always held.
            history.catalogue = try ShopFiles.catalogue(
                catalogue, currency: currency, effectiveAt: Timestamp(milliseconds: 0))
        }
        if let baskets { history.events = try ShopFiles.baskets(baskets, currency: currency) }
        if rebase == .now, let calendar = ShopCalendar(timeZone: configuration.shop.timeZone) {
            history = Rebasing(history, to: Clock.timestamp(), calendar: calendar).data
        }
        return try Importer(endpoints: endpoints, tenant: tenant).send(history)
    }

    /// Loads the data set and sends it, with a progress bar.
    static func load(_ folder: String, into endpoints: [String], tenant: String, rebase: Bool) throws -> ImportResult {
        guard let calendar = ShopCalendar(timeZone: CompleteJourney.timeZone) else {
            throw Refusal(
                .invalidConfiguration, place: "time zone", value: CompleteJourney.timeZone,
                remedy: "Install the time zone database (apt-get install tzdata).")
        }
        let journey = try CompleteJourney(folder: folder, calendar: calendar)
        var data = journey.trainingData(calendar: calendar)
        if rebase { data = Rebasing(data, to: Clock.timestamp(), calendar: calendar).data }
        return try Importer(endpoints: endpoints, tenant: tenant).send(data)
    }
}
