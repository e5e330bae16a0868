// What operators see.

/// The state of one partition, from the worker that leads it.
public struct PartitionStatus: Equatable, Sendable {
    public var partition: PartitionID
    public var leader: String
    public var index: UInt64
    public var epoch: UInt64
    /// Shoppers whose state this partition holds.
    public var shoppers: UInt64
    /// Digest of the whole state; equal on every replica at the same index.
    public var stateHash: UInt64

    public init(
        partition: PartitionID, leader: String, index: UInt64, epoch: UInt64, shoppers: UInt64, stateHash: UInt64
    ) {
        self.partition = partition
        self.leader = leader
        self.index = index
        self.epoch = epoch
        self.shoppers = shoppers
        self.stateHash = stateHash
    }
}

/// A worker's heartbeat.
public struct WorkerReport: Equatable, Sendable {
    public var name: String
    /// True once the broadcast partition is read and the model that shall serve is loaded.
    public var isReady: Bool
    public var modelVersion: UInt64
    public var catalogueProducts: UInt64
    public var broadcastIndex: UInt64
    /// Requests answered since it started.
    public var answered: UInt64
    /// What an operator should know, empty when all is well.
    public var problem: String
    /// Its share of the partitions, relative to the other workers'.
    public var weight: UInt32
    /// Whether it is handing over what it holds.
    public var isDraining: Bool
    /// Products whose prices are frozen, of all tenants.
    public var frozenProducts: UInt64
    /// How much of its time the loop that prices has worked lately, in thousandths.
    public var busyPerMille: UInt32
    /// Everything it holds, the broadcast partition last.
    public var replicas: [ReplicaReport]
    public var models: ModelReport

    public static let defaultWeight: UInt32 = 100

    public init(
        name: String, isReady: Bool, modelVersion: UInt64, catalogueProducts: UInt64, broadcastIndex: UInt64,
        answered: UInt64, problem: String, weight: UInt32 = defaultWeight, isDraining: Bool = false,
        frozenProducts: UInt64 = 0, busyPerMille: UInt32 = 0, replicas: [ReplicaReport] = [],
        models: ModelReport = ModelReport()
    ) {
        self.name = name
        self.isReady = isReady
        self.modelVersion = modelVersion
        self.catalogueProducts = catalogueProducts
        self.broadcastIndex = broadcastIndex
        self.answered = answered
        self.problem = problem
        self.weight = weight
        self.isDraining = isDraining
        self.frozenProducts = frozenProducts
        self.busyPerMille = busyPerMille
        self.replicas = replicas
        self.models = models
    }

    /// How many partitions it leads.
    public var led: Int { replicas.count { $0.role == .leading } }
}

/// A worker as the router sees it.
public struct WorkerStatus: Equatable, Sendable {
    public var report: WorkerReport
    public var silentMilliseconds: UInt32
    public var inFlight: UInt32

    public init(report: WorkerReport, silentMilliseconds: UInt32, inFlight: UInt32) {
        self.report = report
        self.silentMilliseconds = silentMilliseconds
        self.inFlight = inFlight
    }
}

/// Answers a router has sent to price requests, by how they came out, and everything else it answered.
public struct AnswerCounts: Equatable, Sendable {
    public var personal: UInt64 = 0
    public var segment: UInt64 = 0
    public var list: UInt64 = 0
    public var refused: UInt64 = 0
    /// Requests that did not ask for a price.
    public var other: UInt64 = 0

    public init() {}

    public mutating func count(_ status: AnswerStatus, of kind: MessageKind) {
        switch status {
        case .refused: refused += 1
        case .answered(let level):
            guard kind == .price else { return other += 1 }
            switch level {
            case .personal: personal += 1
            case .segment: segment += 1
            case .list: list += 1
            }
        }
    }
}

public struct ClusterStatus: Equatable, Sendable {
    public var cluster: String
    public var router: String
    public var uptimeMilliseconds: UInt64
    public var partitions: UInt32
    public var inFlight: UInt32
    public var answers: AnswerCounts
    public var workers: [WorkerStatus]

    public init(
        cluster: String, router: String, uptimeMilliseconds: UInt64, partitions: UInt32, inFlight: UInt32,
        answers: AnswerCounts, workers: [WorkerStatus]
    ) {
        self.cluster = cluster
        self.router = router
        self.uptimeMilliseconds = uptimeMilliseconds
        self.partitions = partitions
        self.inFlight = inFlight
        self.answers = answers
        self.workers = workers
    }
}
