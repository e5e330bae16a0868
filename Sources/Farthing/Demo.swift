import ArgumentParser
import Client
import Configuration
import Domain
import Foundation
import Learning
import Models
import Operations

struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a cluster, load a real shop, price real carts, and stay up. What `./run` calls.",
        discussion: """
            Learns a model first if there is none, which takes a minute or two. With --smoke, checks every step
            instead of staying up, and exits 0 or says what is wrong.
            """)

    @OptionGroup var options: ConfigurationOption

    @Argument(help: "The folder of the Complete Journey data.")
    var data = "Data/complete-journey"

    @Flag(help: "Check every step, then end.")
    var smoke = false

    func run() throws {
        let configuration = try options.load()
        try learnIfMissing(configuration)
        let cluster = try LocalCluster(configurationPath: options.config)
        try cluster.start()
        do {
            guard try cluster.waitUntilReady(seconds: 120) else { throw ExitCodeError(message: "interrupted") }
            let imported = try Import.load(
                data, into: configuration.endpoints, tenant: configuration.shop.tenant, rebase: true)
            let client = try PricingClient(endpoints: configuration.endpoints)
            try activateIfOther(configuration, client)
            let shown = try showCarts(configuration, client)
            if cluster.isAskedToStop {
                try cluster.waitForEnd()
                throw ExitCodeError(message: "interrupted")
            }
            if smoke {
                try SmokeCheck(client: client, configuration: configuration).check(imported, shown)
                cluster.stop()
                try cluster.waitForEnd()
                say("smoke: everything checked holds")
                return
            }
        } catch {
            cluster.stop()
            throw error
        }
        say(
            """

            The cluster stays up at \(cluster.addresses). In another terminal:
              farthing quote --user 2337 --line 1082185:2 --line 995242:1 --explain
              farthing status --partitions
              farthing bench price
            Ctrl-C ends it.
            """)
        try cluster.waitForEnd()
    }

    private func learnIfMissing(_ configuration: ClusterConfiguration) throws {
        let path = configuration.model.bundleFile
        if let bytes = FileManager.default.contents(atPath: path),
            (try? ModelBundle.checksum(ofFile: [UInt8](bytes))) != nil
        {
            return
        }
        _ = try LearnJourney.learn(data: data, out: path)
    }

    /// The log may have an older model in force than the one on disk, for example after `farthing learn`.
    private func activateIfOther(_ configuration: ClusterConfiguration, _ client: PricingClient) throws {
        let path = URL(filePath: configuration.model.bundleFile).standardizedFileURL.path
        let version = try client.activate(path: path).value.version
        // Every worker follows within moments; carts are shown when all have.
        let deadline = Clock.monotonic().adding(microseconds: 10_000_000)
        while try client.status().value.workers.contains(where: { $0.report.modelVersion != version }) {
            guard Clock.monotonic() < deadline else {
                throw ExitCodeError(message: "not every worker serves model \(version) after 10 s")
            }
        }
    }

    private func showCarts(
        _ configuration: ClusterConfiguration, _ client: PricingClient
    ) throws -> [Answer<SignedQuote>] {
        guard let calendar = ShopCalendar(timeZone: CompleteJourney.timeZone) else { return [] }
        let journey = try CompleteJourney(folder: data, calendar: calendar)
        let names = Dictionary(
            journey.products.map { ($0.id, $0.name.capitalized) }, uniquingKeysWith: { first, _ in first })
        let carts = DemoCarts(journey, tenant: configuration.shop.tenant, currency: configuration.shop.currency)
        say("\nFive shoppers and a stranger, their usual carts, priced now:\n")
        return try carts.requests.map { request in
            let answer = try client.price(request)
            say(QuoteRendering.text(answer, nil, names: names) + "\n")
            return answer
        }
    }
}
