// One worker's core, event by event. What it decides comes back as words, so that a test reads like a record of what
// was said: "lead 0 after 3" gives "claim 0 after 3".

import Domain
import Models
import WorkerCore

struct CoreScript {
    private(set) var core: WorkerCore
    private(set) var now = MonotonicInstant(microseconds: 1_000_000_000)
    /// The states that were handed out to be hashed or kept, the newest last.
    private(set) var frozen: [FrozenState] = []
    private var tickets: UInt64 = 0
    private let configuration: WorkerConfiguration

    init(_ configuration: WorkerConfiguration = Shop.configuration()) {
        self.configuration = configuration
        core = WorkerCore(configuration, incarnation: 5)
    }

    /// Follows these partitions and the broadcast one, as others have left them.
    static func following(
        _ partitions: UInt16..., epoch: UInt64 = 3, log: [Record] = [],
        configuration: WorkerConfiguration = Shop.configuration()
    ) -> CoreScript {
        var script = CoreScript(configuration)
        _ = script.start()
        _ = script.loaded(.broadcast, epoch: epoch, [.catalogue(tenant: Shop.tenant, rows: Shop.rows)])
        _ = script.assign(partitions)
        for partition in partitions { _ = script.loaded(PartitionID(partition), epoch: epoch, log) }
        return script
    }

    /// Leads one partition under epoch 4.
    static func leading(_ partition: UInt16, log: [Record] = []) -> CoreScript {
        var script = following(partition, log: log)
        _ = script.lead(partition, after: 3)
        _ = script.claimed(partition, epoch: 4, at: UInt64(log.count))
        return script
    }

    mutating func after(milliseconds: UInt64) { now = now.adding(microseconds: milliseconds * 1_000) }

    // MARK: - Events

    mutating func start() -> [String] { act { core, _, actions in core.started(into: &actions) } }

    mutating func assign(_ partitions: [UInt16]) -> [String] {
        act { core, now, actions in
            core.assigned(Assignment(partitions.map { PartitionID($0) }), now: now, into: &actions)
        }
    }

    mutating func lead(
        _ partition: UInt16, after epoch: UInt64, by router: Int = 0, inOrder: Bool = false
    ) -> [String] {
        act { core, now, actions in
            core.leadRequested(
                PartitionID(partition), after: epoch, by: router, inOrder: inOrder, now: now, into: &actions)
        }
    }

    mutating func loaded(_ partition: PartitionID, epoch: UInt64, _ log: [Record] = []) -> [String] {
        var replay = Replay(of: partition, calendar: configuration.calendar)
        replay.apply(log)
        return act { core, now, actions in
            core.loaded(partition, replay, Leadership(epoch: epoch, owner: "other"), now: now, into: &actions)
        }
    }

    mutating func followed(
        _ partition: UInt16, _ records: [Record] = [], after index: UInt64 = 0, epoch: UInt64, owner: String = "other"
    ) -> [String] {
        act { core, now, actions in
            core.followed(
                PartitionID(partition), records, after: index, Leadership(epoch: epoch, owner: owner), now: now,
                into: &actions)
        }
    }

    mutating func claimed(_ partition: UInt16, epoch: UInt64, at index: UInt64 = 0) -> [String] {
        act { core, now, actions in
            core.claimed(PartitionID(partition), Claim(epoch: epoch, lastIndex: index), now: now, into: &actions)
        }
    }

    mutating func claimRefused(_ partition: UInt16, epoch: UInt64) -> [String] {
        act { core, now, actions in
            core.claimRefused(
                PartitionID(partition), Leadership(epoch: epoch, owner: "other"), now: now, into: &actions)
        }
    }

    mutating func appended(_ partition: UInt16) -> [String] {
        act { core, _, actions in core.appended(to: PartitionID(partition), into: &actions) }
    }

    mutating func appendRefused(_ partition: UInt16, _ failure: AppendFailure) -> [String] {
        act { core, now, actions in
            core.appendRefused(by: PartitionID(partition), failure, now: now, into: &actions)
        }
    }

    /// An event of a shopper, under the next ticket.
    mutating func send(_ event: UInt64, of user: UserKey, by router: Int = 0) -> [String] {
        tickets += 1
        let ticket = Ticket(tickets, router: router)
        let header = MessageHeader(
            kind: .events, deadlineMicroseconds: 1_000_000, keyHash: user.hash, requestID: .none)
        return act { core, _, actions in
            core.eventsReceived(
                [Shop.event(event, "milk")], of: user, header: header, now: Shop.noon, ticket: ticket, into: &actions)
        }
    }

    mutating func checkpoint(_ partition: UInt16) -> [String] {
        tickets += 1
        let ticket = Ticket(tickets)
        return act { core, _, actions in
            core.checkpointRequested(PartitionID(partition), ticket: ticket, into: &actions)
        }
    }

    mutating func inspect(_ partition: UInt16) -> [String] {
        tickets += 1
        let ticket = Ticket(tickets)
        return act { core, _, actions in
            core.inspectRequested(PartitionID(partition), ticket: ticket, into: &actions)
        }
    }

    mutating func price(_ user: UserKey, _ product: String, at time: Timestamp = Shop.noon) throws -> Quote {
        try core.priceRequested(
            PriceRequest(
                user: user, currency: Currency(code: "USD")!, lines: [CartLine(product: product, quantity: 1)]),
            header: MessageHeader(
                kind: .price, deadlineMicroseconds: 1_000_000, keyHash: user.hash, requestID: .none), now: time)
    }

    mutating func timePasses(at time: Timestamp = Shop.noon) -> [String] {
        act { core, now, actions in core.timeAdvanced(to: now, time, into: &actions) }
    }

    mutating func drain(_ drain: Bool) { core.drainRequested(drain) }

    mutating func stateHashed(_ state: FrozenState) { core.stateHashed(state.partition, state.checkpoint()) }

    mutating func load(_ model: ModelBundle) {
        let prepared = core.preparation(now: Shop.noon).prepared(model, checksum: model.version)
        _ = act { core, _, actions in core.modelLoaded(prepared, into: &actions) }
    }

    // MARK: - What there is to see

    func role(_ partition: UInt16) -> ReplicaRole? { core.role(of: PartitionID(partition)) }

    func report(_ partition: UInt16) -> ReplicaReport? {
        core.report(isReady: true, problem: "", now: Shop.noon).replicas.first {
            $0.partition == PartitionID(partition)
        }
    }

    /// The first shopper of the series who belongs to a partition.
    static func shopper(of partition: UInt16, _ name: String = "u") -> UserKey {
        (0...).lazy.map { Shop.user("\(name)\($0)") }.first {
            $0.hash.partition(of: Shop.partitions) == PartitionID(partition)
        }!
    }

    private mutating func act(
        _ event: (inout WorkerCore, MonotonicInstant, inout [WorkerAction]) -> Void
    ) -> [String] {
        var actions: [WorkerAction] = []
        event(&core, now, &actions)
        for case .hashState(let state) in actions { frozen.append(state) }
        for case .snapshotDue(let state) in actions { frozen.append(state) }
        for case .inspect(_, let state) in actions { frozen.append(state) }
        return actions.map(Self.words)
    }

    private static func words(_ action: WorkerAction) -> String {
        switch action {
        case .load(let partition): "load \(partition)"
        case .claim(let partition, let epoch): "claim \(partition) after \(epoch)"
        case .catchUp(let partition): "look at \(partition)"
        case .release(let partition): "release \(partition)"
        case .append(let records, let partition, let epoch, let index):
            "append to \(partition) under \(epoch) at \(index): \(records.map(words).joined(separator: ", "))"
        case .answer(let ticket, let answer): "\(ticket.number): \(words(answer))"
        case .inspect(let ticket, let state): "\(ticket.number): status of \(state.partition) at \(state.index)"
        case .hashState(let state): "hash \(state.partition) at \(state.index)"
        case .retire: "retire a model"
        case .snapshotDue(let state): "snapshot of \(state.partition) at \(state.index)"
        }
    }

    private static func words(_ record: Record) -> String {
        switch record {
        case .events(_, let events): events.map { "event \($0.id.value)" }.joined(separator: "+")
        case .exposures(_, let exposures): "\(exposures.count) shown"
        case .catalogue(_, let rows): "\(rows.count) rows"
        case .modelActivated: "activation"
        case .modelTried: "trial"
        case .checkpoint: "checkpoint"
        case .priceFreeze(let freeze): "freeze of \(freeze.product)"
        case .stockValues(_, _, let values): "\(values.count) stock values"
        }
    }

    private static func words(_ answer: WorkerAnswer) -> String {
        switch answer {
        case .events(let acknowledgement): "durable at \(acknowledgement.index), \(acknowledgement.accepted) new"
        case .catalogue(let acknowledgement): "durable at \(acknowledgement.index)"
        case .activation(let acknowledgement): "durable at \(acknowledgement.index)"
        case .checkpoint(_, let index): "checkpoint at \(index)"
        case .freeze(_, let acknowledgement): "durable at \(acknowledgement.index)"
        case .stock(_, let acknowledgement): "durable at \(acknowledgement.index)"
        case .notLeader(_, let epoch): "not leader, epoch \(epoch)"
        case .refused(let refusal): refusal.code.name
        }
    }
}
