// The router as a value: events in, decisions out. It reads headers, never bodies; it has no clock, socket or
// thread. Its promise: every request that comes in is answered exactly once by its deadline, by a worker, or by the
// router itself when no worker can (docs/adr/0009 and docs/architecture.md tell the life of a request).
//
// Actions are appended to a list that the caller keeps. It takes each one out before it carries it out, so that what is
// left in the list has not happened: when a worker turns out to be gone, that is how the router knows what never
// reached it.
//
//     RouterCore+Requests   a request comes in
//     RouterCore+Targets    which worker gets a partition's requests, and moving them to another one
//     RouterCore+Suspects   requests that may have stopped a worker
//     RouterCore+Workers    reports, answers and the end of workers
//     RouterCore+Placement  who should hold what
//     RouterCore+Time       deadlines, silence, pacing

import Domain

public struct RouterCore: Sendable {
    public let configuration: RouterConfiguration
    let startedAt: MonotonicInstant
    /// In the order of their first reports. A number stays a worker's until it has been gone for long and all are taken.
    var workers: [WorkerView] = []
    /// By chain: the keyed partitions, then the broadcast one.
    var partitions: [PartitionView]
    var inFlight: InFlightTable
    var deadlines: DeadlineWheel
    var quarantine = Quarantine()
    var answers = AnswerCounts()

    var placement: Placement
    var placedMembers: [Placement.Member] = []
    /// The workers that the placement was made for, by their place in it.
    var placedWorkers: [Int] = []
    var lastTick: MonotonicInstant
    var lastAssignments: MonotonicInstant
    var lastMove: MonotonicInstant
    var lastPlaced: MonotonicInstant
    /// How often connections are still to be tried, because one has closed.
    var probesLeft = 0
    var lastProbe: MonotonicInstant

    public init(_ configuration: RouterConfiguration, now: MonotonicInstant) {
        self.configuration = configuration
        startedAt = now
        partitions = (0..<configuration.partitions).map { PartitionView(id: PartitionID(UInt16($0))) }
        partitions.append(PartitionView(id: .broadcast))
        // One more chain, for requests to a worker by its name.
        inFlight = InFlightTable(capacity: configuration.inFlightCapacity, chains: partitions.count + 1)
        deadlines = DeadlineWheel(now: now)
        placement = Placement(members: [], partitions: configuration.partitions, replicas: configuration.replicas)
        lastProbe = now
        lastTick = now
        lastAssignments = now
        lastMove = now
        lastPlaced = now
    }

    /// Workers that a router knows at once. Further ones take the places of those that are gone.
    public static let workerCapacity = 256

    /// - Returns: nil for a partition that this cluster does not have.
    func chain(of partition: PartitionID) -> Int? {
        if partition == .broadcast { return configuration.partitions }
        return Int(partition.number) < configuration.partitions ? Int(partition.number) : nil
    }

    /// The chain of requests to a worker by its name.
    var directChain: Int { partitions.count }

    // MARK: - Ending a request

    /// Takes a request out of the table and every count.
    mutating func end(
        _ slot: Slot, _ status: AnswerStatus, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) -> InFlightRequest? {
        guard let request = inFlight.remove(slot) else { return nil }
        answers.count(status, of: request.header.kind)
        if let worker = request.worker { workers[worker].load.taken(request.header) }
        if request.chain != directChain {
            if request.isSuspect {
                suspectEnded(slot, request, now, &actions)
            } else if request.worker == nil {
                partitions[request.chain].parked -= 1
            }
        }
        return request
    }

    mutating func refuse(
        _ slot: Slot, _ refusal: Refusal, _ now: MonotonicInstant, _ actions: inout [RouterAction]
    ) {
        guard let header = inFlight[slot]?.header else { return }
        // Said before what follows from it, so that a client hears of its request before others take its place.
        actions.append(.refuse(slot, header.reply(.refused(refusal.code)), refusal))
        _ = end(slot, .refused(refusal.code), now, &actions)
    }

    func outcomeUnknown(_ why: String) -> Refusal {
        Refusal(
            .outcomeUnknown, place: "router \(configuration.name)", value: why,
            remedy: "It may or may not have happened: send it again with the same ids, which counts it once.")
    }

    // MARK: - Queries

    public var hasRequestsInFlight: Bool { inFlight.count > 0 }

    /// Whether requests have to come with their fingerprints.
    public var wantsFingerprints: Bool { !quarantine.isEmpty }

    /// Whether time matters at the next millisecond: a deadline may pass, or a connection is being tried.
    public func isBusy(now: MonotonicInstant) -> Bool { hasRequestsInFlight || probesLeft > 0 }

    public func name(ofWorker worker: Int) -> String { workers[worker].name }

    /// The worker that gets a partition's requests; nil while nobody can.
    public func target(of partition: PartitionID) -> Int? { chain(of: partition).flatMap { partitions[$0].target } }

    public func status(now: MonotonicInstant) -> ClusterStatus {
        ClusterStatus(
            cluster: configuration.cluster, router: configuration.name,
            uptimeMilliseconds: now.microseconds(since: startedAt) / 1_000,
            partitions: UInt32(configuration.partitions), inFlight: UInt32(inFlight.count), answers: answers,
            workers: workers.sorted { $0.name < $1.name }.map { worker in
                var report = worker.report
                report.isReady = worker.isTrusted(now: now)
                if report.problem.isEmpty, worker.isConnected, !report.isReady { report.problem = worker.trouble(now) }
                return WorkerStatus(
                    report: report,
                    silentMilliseconds: worker.isConnected
                        ? UInt32(clamping: now.microseconds(since: worker.lastHeard) / 1_000) : 0,
                    inFlight: UInt32(worker.load.inFlight))
            })
    }
}
