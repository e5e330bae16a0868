// Everything that one seed decides before the run begins: the shape of the cluster, how its machines behave, what its
// clients ask, what goes wrong.

import Domain
import Pricing
import RouterCore
import WorkerCore

public struct Scenario: Sendable {
    public var seed: UInt64
    // The cluster
    public var routers: Int
    public var workers: Int
    public var replicas: Int
    public var partitions: Int
    /// Version N of the configuration, and N + 1, which nodes that have been upgraded run under.
    var settings: [NodeSettings]
    package var network: NetworkSettings
    var disk: DiskSettings
    public var faults: FaultMix
    // The load
    var load: LoadSettings

    public init(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: "scenario")
        self.seed = seed
        routers = random.number(in: 1...3)
        workers = random.number(in: 2...5)
        replicas = random.number(in: 1...3)
        partitions = random.element(of: [1, 2, 3, 4, 6, 8])
        settings = [NodeSettings(drawnFrom: &random), NodeSettings(drawnFrom: &random)]
        var corrections = SeededRandom(seed: seed, stream: "corrections")
        for version in settings.indices { settings[version].correctsOnline = corrections.chance(0.7) }
        faults = FaultMix(drawnFrom: &random)
        network = NetworkSettings(drawnFrom: &random, faults)
        disk = DiskSettings(drawnFrom: &random)
        load = LoadSettings(drawnFrom: &random)
    }

    /// Workers that a run may have at most, those that operators add included.
    static let mostWorkers = 7
    static let mostRouters = 3

    func routerConfiguration(_ router: Int, _ settings: NodeSettings) -> RouterConfiguration {
        RouterConfiguration(
            cluster: "simulated", name: "r\(router + 1)", partitions: partitions, replicas: replicas,
            inFlightCapacity: settings.inFlightCapacity, heartbeatMicroseconds: settings.heartbeatMicroseconds,
            suspectAfterMicroseconds: settings.suspectAfterMicroseconds)
    }

    func workerConfiguration(_ worker: Int, _ settings: NodeSettings) -> WorkerConfiguration {
        WorkerConfiguration(
            name: "w\(worker + 1)", partitions: partitions, calendar: .utc, policy: PaperShop.policy,
            experiment: Experiment(salt: "simulated", controlShare: 0.2, exploringShare: 0.3),
            quoteWindowMilliseconds: load.quoteWindowMilliseconds, snapshotEveryRecords: settings.snapshotEveryRecords,
            logExposuresEveryMicroseconds: settings.exposuresMicroseconds,
            onlineCorrection: settings.correctsOnline ? OnlineCorrectionSettings(outcomeWithinMilliseconds: 3_000) : nil
        )
    }
}

/// What a node's configuration says. Nodes of two versions may live in one cluster.
struct NodeSettings: Sendable {
    var heartbeatMicroseconds: UInt64
    var suspectAfterMicroseconds: UInt64
    var inFlightCapacity: Int
    var snapshotEveryRecords: UInt64
    var exposuresMicroseconds: UInt64
    /// Between two looks at a log that others append to.
    var pollMicroseconds: UInt64
    /// What workers fold must not depend on it: those of two versions may differ.
    var correctsOnline = false

    init(drawnFrom random: inout SeededRandom) {
        heartbeatMicroseconds = random.element(of: [100_000, 200_000, 250_000, 400_000])
        suspectAfterMicroseconds = max(1_000_000, heartbeatMicroseconds * UInt64(random.number(in: 3...8)))
        inFlightCapacity = random.element(of: [4, 64, 512])
        snapshotEveryRecords = random.element(of: [3, 10, 50, 200, 1_000])
        exposuresMicroseconds = random.element(of: [50_000, 200_000, 1_000_000])
        pollMicroseconds = random.element(of: [20_000, 50_000, 100_000, 200_000])
    }
}

extension NetworkSettings {
    init(drawnFrom random: inout SeededRandom, _ faults: FaultMix) {
        let least = random.logUniform(20...2_000)
        delay = least...(least + random.logUniform(50...5_000))
        lost = faults.contains(.drop) ? random.element(of: [0.002, 0.01, 0.05]) : 0
        doubled = faults.contains(.duplicate) ? random.element(of: [0.002, 0.01, 0.1]) : 0
        overtaken = faults.contains(.reorder) ? random.element(of: [0.002, 0.01, 0.1]) : 0
        redialMicroseconds = random.element(of: [10_000, 50_000, 100_000])
    }
}
