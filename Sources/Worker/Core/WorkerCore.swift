// What a worker knows and decides, as one value: records, requests and the passing of time go in, decisions come out.
// It has no clock, disk, socket or thread; the shell brings those, and the simulator brings others. State changes only
// by applying records that the log has made durable, so what is served was acknowledged, and what was acknowledged is
// served.
//
// WorkerCore+Replication: what it holds, and as what.   WorkerCore+Writing: requests that go into a log.
// WorkerCore+Pricing, +Explaining: requests that read.  WorkerCore+Reporting: what others see of it.
// WorkerCore+Trial: a model on trial beside the one that serves.

import Domain
import Features
import Models

public struct WorkerCore: Sendable {
    let configuration: WorkerConfiguration
    /// By partition number; nil where this worker holds nothing.
    var keyed: [Replica<PartitionState>?]
    var broadcast = Replica<BroadcastState>(.broadcast)
    /// `Replica.bounced` of partitions that are not held.
    var bouncedUnheld: [PartitionID: Set<Int>] = [:]
    var isDraining = false
    var lastAssignment: MonotonicInstant?
    /// No later than the first lead that was asked for too early is due.
    var nextClaim: MonotonicInstant?
    var nextExposures = MonotonicInstant(microseconds: 0)
    var models = LoadedModels()
    var scratch = ScoringScratch()
    /// Quote ids: which start of which worker, and a count.
    private let incarnation: UInt64
    private var quotesIssued: UInt64 = 0
    public internal(set) var answered: UInt64 = 0
    /// Goes up when a replica's role changes: routers should hear of it at once.
    public private(set) var roleChanges: UInt64 = 0

    /// - Parameter incarnation: random, new at every start.
    public init(_ configuration: WorkerConfiguration, incarnation: UInt64) {
        self.configuration = configuration
        self.incarnation = incarnation
        keyed = Array(repeating: nil, count: configuration.partitions)
    }

    /// The first event: every worker holds the broadcast partition.
    public mutating func started(into actions: inout [WorkerAction]) { actions.append(.load(.broadcast)) }

    /// What a bundle that is loaded now is to be prepared with.
    public func preparation(now: Timestamp) -> ModelPreparation {
        ModelPreparation(catalogues: broadcast.state.catalogues, calendar: configuration.calendar, now: now)
    }

    /// A bundle was loaded, checked and prepared. It prices from here on; the one on trial, whom the trial takes in.
    public mutating func modelLoaded(_ prepared: PreparedModel, into actions: inout [WorkerAction]) {
        var model = prepared.model
        if prepared.cataloguesChangedAt != broadcast.state.catalogues.changedAt { model.catalogueChanged() }
        retire(models.loaded(model, broadcast.state.models), &actions)
    }

    private func retire(_ model: ServingModel?, _ actions: inout [WorkerAction]) {
        if let model { actions.append(.retire(RetiredModel(model))) }
    }

    /// Lets a replica handle an event; one that is not held any more does not.
    mutating func deliver(_ event: ReplicaEvent, to partition: PartitionID, _ actions: inout [WorkerAction]) {
        let decidedBefore = actions.count
        let role = role(of: partition)
        let due: MonotonicInstant?
        if partition == .broadcast {
            let (index, cataloguesChangedAt) = (broadcast.state.index, broadcast.state.catalogues.changedAt)
            broadcast.handle(event, configuration, &actions)
            if broadcast.state.catalogues.changedAt != cataloguesChangedAt { models.catalogueChanged() }
            if broadcast.state.index != index { retire(models.decided(broadcast.state.models), &actions) }
            due = broadcast.claimDue
        } else {
            guard let place = place(of: partition) else { return }
            keyed[place]?.handle(event, configuration, &actions)
            due = keyed[place]?.claimDue
        }
        if let due { nextClaim = min(nextClaim ?? due, due) }
        if self.role(of: partition) != role { roleChanges += 1 }
        answered += UInt64(actions[decidedBefore...].count(where: \.isAnswer))
    }

    // MARK: - Replicas

    /// Where a partition's replica is kept; nil for the broadcast partition and for one that does not exist.
    func place(of partition: PartitionID) -> Int? {
        let place = Int(partition.number)
        return place < keyed.count ? place : nil
    }

    /// Where the replica of a partition is that answers reads.
    func readable(_ partition: PartitionID) throws(Refusal) -> Int {
        guard let place = place(of: partition), keyed[place]?.isReadable == true else {
            throw notLeader(partition)
        }
        return place
    }

    /// The partition of a request's user, if the request was sent where it belongs.
    func partition(of user: UserKey, _ header: MessageHeader) throws(Refusal) -> PartitionID {
        guard user.hash == header.keyHash else {
            throw Refusal(
                .misrouted, place: "header[16..<24]", value: hexadecimal(header.keyHash.value),
                remedy: "Send the key hash of tenant and user; for these it is \(hexadecimal(user.hash.value)).")
        }
        return user.hash.partition(of: configuration.partitions)
    }

    // MARK: - Answering

    /// Internal: routers send the request on.
    public func notLeader(_ partition: PartitionID) -> Refusal {
        Refusal(
            .notLeader, place: "partition \(partition)", value: "not led by \(configuration.name)",
            remedy: "Ask again shortly: another worker leads it or is taking over.")
    }

    mutating func answer(_ ticket: Ticket, _ answer: WorkerAnswer, _ actions: inout [WorkerAction]) {
        answered += 1
        actions.append(.answer(ticket, answer))
    }

    mutating func nextQuoteID() -> RequestID {
        answered += 1
        quotesIssued += 1
        // Mixed, so that no part of an id looks like another one's; mixing keeps different counts different.
        return RequestID(high: incarnation, low: finalMix(incarnation &+ quotesIssued))
    }
}
