import Configuration
import Foundation
import Testing

/// The `cluster.yaml` in the repository's root.
let shippedFile = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("cluster.yaml")

struct ShippedFileTests {
    @Test
    func theShippedFileSaysTheDefaults() throws {
        let text = try String(contentsOf: shippedFile, encoding: .utf8)
        #expect(try ClusterConfiguration.parse(yaml: text, source: "cluster.yaml") == ClusterConfiguration())
    }

    @Test
    func leavingEverythingOutLeavesTheDefaults() throws {
        for text in ["", "# nothing\n", "---\n", "pricing:\n", "{}", "shop: {}\nmodel: ~\n"] {
            #expect(try ClusterConfiguration.parse(yaml: text, source: "cluster.yaml") == ClusterConfiguration())
        }
    }

    @Test
    func relativePathsStartAtTheFile() throws {
        let configuration = try ClusterConfiguration.load(path: shippedFile.path)
        let folder = shippedFile.deletingLastPathComponent().path
        #expect(configuration.log.directory == folder + "/.farthing/log")
        #expect(configuration.quotes.keyFile == folder + "/.farthing/quote.key")
        #expect(configuration.model.bundleFile == folder + "/.farthing/model.bundle")

        let text = "log: {directory: /var/lib/farthing}\nmodel: {bundle: m.bundle}"
        let other = try ClusterConfiguration.parse(yaml: text, source: "x.yaml", directory: "/etc/farthing")
        #expect(other.log.directory == "/var/lib/farthing")
        #expect(other.model.bundleFile == "/etc/farthing/m.bundle")
        #expect(other.quotes.keyFile == "/etc/farthing/.farthing/quote.key")
    }

    @Test
    func aFileThatIsNotThereIsNamed() {
        #expect {
            try ClusterConfiguration.load(path: "/nowhere/cluster.yaml")
        } throws: { error in
            "\(error)".hasPrefix("INVALID_CONFIGURATION (300): 1 problem\n/nowhere/cluster.yaml: cannot be read")
        }
    }

    @Test
    func everyValueCanBeSet() throws {
        let text = """
            cluster: {name: shop, partitions: 64, replicas: 5}
            routers:
              - {name: north, clients: "tcp://10.0.0.1:1", workers: "tcp://[::1]:65535"}
              - {name: south, clients: "tcp://10.0.0.2:1", workers: "tcp://[::2]:65535"}
            workers: {count: 9}
            log: {kind: jetstream, directory: d, servers: ["nats://n.example:4222"], replicas: 1}
            shop: {time_zone: Asia/Tokyo, tenant: t, currency: JPY}
            quotes: {window: 2h, key_file: k}
            pricing: {objective: revenue, minimum_margin: 12.5%, smoothing: 1, largest_daily_move: 0%,
                      largest_discount: 90%, price_ending: nine, online_correction: true, outcome_within: 2h}
            experiments: {salt: s, control_share: 50%, exploring_share: 5%, exploring_deviation: 40%}
            model: {bundle: b}
            limits: {in_flight: 64}
            heartbeats: {interval: 1500us, suspect_after: 1s}
            snapshots: {every_records: 1000}
            exposures: {flush_every: 10s}
            """
        let found = try ClusterConfiguration.parse(yaml: text, source: "cluster.yaml")
        #expect(found.cluster.name == "shop" && found.cluster.partitions == 64)
        #expect(found.cluster.replicas == 5)
        #expect(found.routers.map(\.name) == ["north", "south"])
        #expect(found.routers[0].clients == Endpoint(host: "10.0.0.1", port: 1))
        #expect(found.routers[0].workers.description == "tcp://[::1]:65535")
        #expect(found.log.kind == .jetstream && found.log.replicas == 1)
        #expect(found.log.servers == ["nats://n.example:4222"])
        #expect(found.workers.names == (1...9).map { "w\($0)" })
        #expect(found.shop.timeZone == "Asia/Tokyo" && found.shop.tenant == "t")
        #expect(found.quotes.window == .seconds(7_200) && found.quotes.keyFile == "k")
        #expect(found.pricing.objective == .revenue && found.pricing.priceEnding == .nine)
        #expect(found.pricing.minimumMarginRatio == 0.125 && found.pricing.smoothingRatio == 1)
        #expect(found.pricing.largestDailyMoveRatio == 0 && found.pricing.largestDiscountRatio == 0.9)
        #expect(found.pricing.correctsOnline && found.pricing.outcomeWithin == .seconds(7_200))
        #expect(found.experiments.salt == "s" && found.experiments.controlShare == 0.5)
        #expect(found.experiments.exploringShare == 0.05 && found.experiments.exploringDeviation == 0.4)
        #expect(found.limits.inFlight == 64 && found.snapshots.everyRecords == 1_000)
        #expect(found.heartbeats.interval.wholeMicroseconds == 1_500)
        #expect(found.heartbeats.suspectAfter.wholeMilliseconds == 1_000)
        #expect(found.exposures.flushEvery == .seconds(10))
    }

    @Test func exploringIsAsWideAsTheModelSaysUnlessTheOperatorDoes() throws {
        for (text, deviation) in [("exploring_deviation: model", nil), ("exploring_deviation: 25%", 0.25)] {
            let found = try ClusterConfiguration.parse(yaml: "experiments: {\(text)}", source: "cluster.yaml")
            #expect(found.experiments.exploringDeviation == deviation)
        }
    }

    @Test
    func theCommandLineOverridesTheNumberOfWorkers() throws {
        #expect(try ClusterConfiguration().withWorkers(5).workers.names.last == "w5")
        for count in [0, -1, 65, .max] {
            #expect {
                try ClusterConfiguration().withWorkers(count)
            } throws: { error in
                let problem = "workers.count is “\(count)”; expected a whole number from 1 to 64"
                return (error as? ConfigurationError)?.lines == ["--workers: \(problem)"]
            }
        }
    }
}
