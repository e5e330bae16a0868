// What an operator writes to break a cluster on purpose: which cluster, under which load, and what happens to it
// when. `deploy/chaos/*.yaml` are examples; `ChaosPlan+Reading.swift` reads them.

import Domain

public struct ChaosPlan: Equatable, Sendable {
    /// Of targets, jitter and shoppers: the same seed chooses the same again.
    public var seed: UInt64 = 1
    public var cluster = ClusterShape()
    public var load = LoadShape()
    public var faults: [FaultStep] = []

    public init() {}
}

/// The cluster that is broken: real processes on this machine, in a folder of their own.
public struct ClusterShape: Equatable, Sendable {
    public enum Network: String, CaseIterable, Sendable {
        /// Straight over loopback; nothing can be cut.
        case loopback
        /// Every link passes a TCP proxy of our own, which can hold, delay, throttle and reset it.
        case proxy
        /// Every worker in a network namespace of its own, whose cable can be pulled. Needs root.
        case namespaces
    }

    public enum Log: String, CaseIterable, Sendable {
        /// SQLite files.
        case embedded
        /// NATS servers, which belong to the cluster and can be hit, too.
        case jetstream
    }

    public var workers = 3
    public var routers = 2
    public var partitions = 16
    public var network = Network.loopback
    /// How long the supervisor waits before it starts again what has ended.
    public var restartAfter: Duration = .milliseconds(100)
    public var log = Log.embedded
    /// NATS servers of a jetstream log; each stream is kept by up to three.
    public var logServers = 3
    /// The log lies on a file system in memory of this size, which can be filled; nil for the ordinary disk.
    /// Needs root. Unit: MiB.
    public var logMebibytes: Int?

    public init() {}
}

/// What clients ask meanwhile.
public struct LoadShape: Equatable, Sendable {
    public var rate = LoadRate.share(0.7)
    public var mix = LoadMix()
    public var users = 5_000
    public var deadline: Duration = .seconds(2)
    /// Connections, each with a thread of its own.
    public var clients = 2
    /// Lines in a cart.
    public var lines = 5
    /// Share of the price requests that insist on having seen the shopper's own acknowledged events.
    public var ownWrites = 0.1

    public init() {}
}

public enum LoadRate: Equatable, Sendable {
    /// Requests in a second, all clients together.
    case perSecond(Int)
    /// Of what the cluster answers when it is asked as fast as it can.
    case share(Double)
}

/// Shares of the kinds of request; they add up to 1.
public struct LoadMix: Equatable, Sendable {
    public var price = 0.90
    public var events = 0.09
    public var verify = 0.01

    public init() {}
}

/// One line of the plan: what happens, to whom, when and how often.
public struct FaultStep: Equatable, Sendable {
    public var action: FaultAction
    public var target: FaultTarget
    /// When first, counted from the start of the load.
    public var at: Duration
    /// How long after the beginning of one the next begins; nil for once.
    public var every: Duration?
    /// Each is up to this much later than due, evenly drawn.
    public var jitter: Duration = .zero
    /// nil for as often as there is time.
    public var times: Int?
    /// What to call it in the report.
    public var name: String

    public init(action: FaultAction, target: FaultTarget, at: Duration, name: String) {
        self.action = action
        self.target = target
        self.at = at
        self.name = name
    }
}
