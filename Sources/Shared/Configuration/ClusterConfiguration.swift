// What `cluster.yaml` says, as typed values. The file in the repository's root documents every key: unit,
// reason, default, danger. The property defaults below are those defaults; a test holds the two together.

import Domain

/// The one source of configuration, read once at start by every process of a cluster.
public struct ClusterConfiguration: Equatable, Sendable {
    public var cluster = ClusterSettings()
    /// One or more, with names and addresses of their own. They do not know of each other.
    public var routers = [RouterSettings()]
    public var workers = WorkerSettings()
    public var log = LogSettings()
    public var shop = ShopSettings()
    public var quotes = QuoteSettings()
    public var pricing = PricingSettings()
    public var experiments = ExperimentSettings()
    public var model = ModelSettings()
    public var limits = LimitSettings()
    public var heartbeats = HeartbeatSettings()
    public var snapshots = SnapshotSettings()
    public var exposures = ExposureSettings()

    /// Every default; paths are relative to the working directory.
    public init() {}

    /// The same cluster with another number of workers, for a command-line override.
    /// - Throws: when `count` is outside `WorkerSettings.acceptableCount`; the place is `source`.
    public func withWorkers(_ count: Int, source: String = "--workers") throws(ConfigurationError) -> Self {
        guard WorkerSettings.acceptableCount.contains(count) else {
            let range = WorkerSettings.acceptableCount
            throw ConfigurationError(
                source: source,
                problem:
                    "workers.count is “\(count)”; expected a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        var copy = self
        copy.workers.count = count
        return copy
    }
}

public struct ClusterSettings: Equatable, Sendable {
    public var name = "farthing"
    /// How many partitions users are hashed to. Fixed when the log is created.
    public var partitions = 16
    /// Workers that hold each partition.
    public var replicas = 2
}

public struct RouterSettings: Equatable, Sendable {
    public var name = "r1"
    /// Where checkouts and producers connect.
    public var clients = Endpoint(host: "127.0.0.1", port: 7400)
    /// Where workers connect.
    public var workers = Endpoint(host: "127.0.0.1", port: 7401)

    public static let acceptableCount = 1...16
}

public struct WorkerSettings: Equatable, Sendable {
    public var count = 3

    public static let acceptableCount = 1...64

    /// `w1` to `wN`, the names that partitions are placed by.
    public var names: [String] { (0..<count).map { "w\($0 + 1)" } }
}

public struct LogSettings: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// SQLite files on this machine.
        case embedded
        /// Streams of NATS JetStream, on servers of their own.
        case jetstream
    }

    public var kind = Kind.embedded
    /// The folder that holds the partitions' files, and the activated models whatever the kind.
    public var directory = ".farthing/log"
    /// NATS servers, such as `nats://127.0.0.1:4222`; only for `jetstream`.
    public var servers = ["nats://127.0.0.1:4222", "nats://127.0.0.1:4223", "nats://127.0.0.1:4224"]
    /// How many servers keep each stream: 1, 3 or 5; only for `jetstream`.
    public var replicas = 3
}

public struct ShopSettings: Equatable, Sendable {
    /// An IANA identifier that this machine's time zone database knows.
    public var timeZone = "America/New_York"
    /// The tenant that the command line uses when none is named.
    public var tenant = "demo"
    public var currency = Currency(code: "USD")!
}

public struct QuoteSettings: Equatable, Sendable {
    /// How long a quoted price is honoured, and never raised.
    public var window: Duration = .seconds(900)
    /// The file of the key that authenticates quotes.
    public var keyFile = ".farthing/quote.key"
}

public struct PricingSettings: Equatable, Sendable {
    public enum Objective: String, CaseIterable, Sendable {
        case profit, revenue, conversion
    }

    public enum PriceEnding: String, CaseIterable, Sendable {
        /// Any minor unit.
        case none
        /// The last digit of a price is 9.
        case nine
    }

    public var objective = Objective.profit
    /// What winning a purchase is worth beyond its own margin, as a share of the list price.
    public var conversionValueRatio = 0.40
    /// The floor lies this share of the unit cost above it: 0.05 is cost plus 5 %.
    public var minimumMarginRatio = 0.05
    /// α of `p ← p + α(p* − p)`, once a day; 1 moves all the way.
    public var smoothingRatio = 0.5
    /// The largest move of a personal price in one day, as a share of the day's anchor.
    public var largestDailyMoveRatio = 0.10
    /// How far below the list price a personal price may fall.
    public var largestDiscountRatio = 0.30
    public var priceEnding = PriceEnding.none
    /// Whether outcomes move the demand of their shopper and product between two fits.
    public var correctsOnline = false
    /// How long after a quote has expired a purchase still counts as its outcome.
    public var outcomeWithin: Duration = .seconds(86_400)
}

public struct ExperimentSettings: Equatable, Sendable {
    /// Mixed into the hash that draws a shopper's arm; a new salt draws everybody again.
    public var salt = "farthing"
    /// Share of shoppers who see the public price.
    public var controlShare = 0.10
    /// Share of shoppers whose prices are drawn around the best one, to learn from.
    public var exploringShare = 0.0
    /// How far: standard deviation of the logarithm of the slope that a price is drawn for, before any outcome.
    /// nil: as the model says.
    public var exploringDeviation: Double?
}

public struct ModelSettings: Equatable, Sendable {
    /// The model bundle loaded at start, if the file is there.
    public var bundleFile = ".farthing/model.bundle"
}

public struct LimitSettings: Equatable, Sendable {
    /// Requests that a router retains until they are answered; more are refused as `overloaded`.
    public var inFlight = 65_536
}

public struct HeartbeatSettings: Equatable, Sendable {
    public var interval: Duration = .milliseconds(50)
    /// Silence after which a worker is suspected and its requests go to a sibling.
    public var suspectAfter: Duration = .milliseconds(500)
}

public struct SnapshotSettings: Equatable, Sendable {
    /// Records of one partition between two snapshots at most: about the longest replay.
    public var everyRecords = 50_000
}

public struct ExposureSettings: Equatable, Sendable {
    /// How long shown prices wait to be logged in one batch.
    public var flushEvery: Duration = .milliseconds(50)
}
