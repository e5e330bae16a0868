// A worker without sockets and disks: it does what the core decides, in an array instead of a file, and checks
// what a real log would: that each append continues where the log ends, and that only one is under way.

import Domain
import Models
import Testing
import WorkerCore

struct PaperShell {
    struct Append {
        let records: [Record]
        let partition: PartitionID
        let epoch: UInt64
    }

    private(set) var core: WorkerCore
    private(set) var log: [PartitionID: [Record]]
    private(set) var underWay: [Append] = []
    /// How many records each append made durable.
    private(set) var groups: [Int] = []
    private(set) var snapshotsDue: [PartitionID] = []
    /// States that checkpoints want hashed.
    private(set) var statesToHash: [FrozenState] = []
    /// Models that are needed no more.
    private(set) var retired = 0
    private(set) var answers: [Ticket: [WorkerAnswer]] = [:]
    private var tickets: UInt64 = 0
    private let configuration: WorkerConfiguration

    /// What every partition is led under; the one before it when the shell opens.
    static let epoch: UInt64 = 7
    static let start = MonotonicInstant(microseconds: 1_000_000_000)

    /// Leads every partition, as far as `log` goes.
    init(
        _ configuration: WorkerConfiguration = Shop.configuration(), log: [PartitionID: [Record]] = [:],
        model: ModelBundle? = nil
    ) {
        self.configuration = configuration
        self.log = log
        core = WorkerCore(configuration, incarnation: 99)
        let partitions = (0..<UInt16(configuration.partitions)).map { PartitionID($0) }
        _ = act { core, _, actions in
            core.started(into: &actions)
            core.assigned(Assignment(partitions), now: Self.start, into: &actions)
        }
        for partition in partitions + [.broadcast] {
            _ = act { core, _, actions in
                core.leadRequested(
                    partition, after: Self.epoch - 1, by: 0, inOrder: true, now: Self.start, into: &actions)
            }
        }
        if let model { load(model) }
    }

    /// A shop that is open: catalogue, model, nothing under way.
    static func open(_ configuration: WorkerConfiguration = Shop.configuration()) throws -> PaperShell {
        PaperShell(
            configuration, log: [.broadcast: [.catalogue(tenant: Shop.tenant, rows: Shop.rows)]],
            model: try Shop.bundle())
    }

    mutating func load(_ model: ModelBundle) {
        load(core.preparation(now: Shop.noon).prepared(model, checksum: model.version))
    }

    mutating func load(_ model: PreparedModel) {
        _ = act { core, _, actions in core.modelLoaded(model, into: &actions) }
    }

    /// The process ends here and another one starts from the log; what was not durable is gone.
    func restarted(_ configuration: WorkerConfiguration? = nil, model: ModelBundle? = nil) throws -> PaperShell {
        PaperShell(configuration ?? self.configuration, log: log, model: try model ?? Shop.bundle())
    }

    // MARK: - Requests

    func header(_ user: UserKey, index: UInt64 = 0) -> MessageHeader {
        MessageHeader(
            kind: .price, deadlineMicroseconds: 1_000_000, keyHash: user.hash, requestID: .none, index: index)
    }

    mutating func price(
        _ user: UserKey, _ products: String..., at now: Timestamp = Shop.noon, quantity: Int64 = 1,
        seeing index: UInt64 = 0
    ) throws -> Quote {
        try core.priceRequested(
            request(user, products, quantity), header: header(user, index: index), now: now)
    }

    mutating func price(_ request: PriceRequest, header: MessageHeader) throws -> Quote {
        try core.priceRequested(request, header: header, now: Shop.noon)
    }

    mutating func explain(_ user: UserKey, _ products: String..., at now: Timestamp = Shop.noon) throws -> Explanation {
        try core.explainRequested(request(user, products, 1), header: header(user), now: now)
    }

    private func request(_ user: UserKey, _ products: [String], _ quantity: Int64) -> PriceRequest {
        PriceRequest(
            user: user, currency: Currency(code: "USD")!,
            lines: products.map { CartLine(product: $0, quantity: quantity) })
    }

    mutating func send(
        _ events: [Event], of user: UserKey, keyHash: KeyHash? = nil, at now: Timestamp = Shop.noon
    ) -> Ticket {
        var header = header(user)
        header.keyHash = keyHash ?? user.hash
        return act { core, ticket, actions in
            core.eventsReceived(events, of: user, header: header, now: now, ticket: ticket, into: &actions)
        }
    }

    mutating func send(_ rows: [CatalogueRow]) -> Ticket {
        act { core, ticket, actions in
            core.catalogueReceived(rows, tenant: Shop.tenant, ticket: ticket, into: &actions)
        }
    }

    mutating func activate(_ activation: ModelActivation) -> Ticket {
        change(.serve(activation))
    }

    mutating func change(_ change: ModelChange) -> Ticket {
        act { core, ticket, actions in core.modelChangeRequested(change, ticket: ticket, into: &actions) }
    }

    /// As the shell does it: checked, then written.
    mutating func freeze(
        _ product: String, until end: Timestamp, at now: Timestamp = Shop.noon, tenant: String = Shop.tenant
    ) -> Ticket {
        let freeze = PriceFreeze(tenant: tenant, product: product, until: end, reason: "an alarm", at: now)
        return act { core, ticket, actions in
            do throws(Refusal) {
                try core.check(freeze)
                core.freezeRequested(freeze, ticket: ticket, into: &actions)
            } catch {
                actions.append(.answer(ticket, .refused(error)))
            }
        }
    }

    /// As the shell does it: checked, then written.
    mutating func value(
        _ product: String, worth: Int64, until end: Timestamp, at now: Timestamp = Shop.noon,
        tenant: String = Shop.tenant, currency: String = "USD"
    ) -> Ticket {
        let value = StockValue(
            product: product, worth: Money(minorUnits: worth), currency: Currency(code: currency)!, until: end)
        return act { core, ticket, actions in
            do throws(Refusal) {
                try core.check([value], tenant: tenant, at: now)
                core.stockValued([value], tenant: tenant, at: now, ticket: ticket, into: &actions)
            } catch {
                actions.append(.answer(ticket, .refused(error)))
            }
        }
    }

    mutating func flush(at now: Timestamp = Shop.noon) {
        _ = act { core, _, actions in core.exposuresDue(at: now, into: &actions) }
    }

    /// What a request was answered, once it was; an issue when it was answered twice.
    func answer(to ticket: Ticket) -> WorkerAnswer? {
        let given = answers[ticket] ?? []
        if given.count > 1 { Issue.record("ticket \(ticket.number) was answered \(given.count) times") }
        return given.first
    }

    func refusal(of ticket: Ticket) -> RefusalCode? {
        switch answer(to: ticket) {
        case .refused(let refusal): refusal.code
        case .notLeader: .notLeader
        default: nil
        }
    }

    // MARK: - The log

    /// The oldest append under way reaches the disk.
    mutating func finishAppend() {
        let append = underWay.removeFirst()
        log[append.partition, default: []] += append.records
        groups.append(append.records.count)
        _ = act { core, _, actions in core.appended(to: append.partition, into: &actions) }
    }

    mutating func failAppend(_ failure: AppendFailure) {
        let append = underWay.removeFirst()
        _ = act { core, _, actions in
            core.appendRefused(by: append.partition, failure, now: Self.start, into: &actions)
        }
    }

    /// Another worker claims the partition and appends to it; this one hears of it.
    mutating func overtake(_ partition: PartitionID, epoch: UInt64 = Self.epoch + 1, appending records: [Record] = []) {
        let index = UInt64(log[partition]?.count ?? 0)
        log[partition, default: []] += records
        _ = act { core, _, actions in
            core.followed(
                partition, records, after: index, Leadership(epoch: epoch, owner: "other"), now: Self.start,
                into: &actions)
        }
    }

    mutating func settle() {
        while !underWay.isEmpty { finishAppend() }
    }

    private mutating func act(_ body: (inout WorkerCore, Ticket, inout [WorkerAction]) -> Void) -> Ticket {
        tickets += 1
        var actions: [WorkerAction] = []
        body(&core, Ticket(tickets), &actions)
        while !actions.isEmpty {
            let decided = actions
            actions = []
            for action in decided { carryOut(action, &actions) }
        }
        return Ticket(tickets)
    }

    private mutating func carryOut(_ action: WorkerAction, _ actions: inout [WorkerAction]) {
        switch action {
        case .load(let partition):
            var replay = Replay(of: partition, calendar: configuration.calendar)
            replay.apply(log[partition] ?? [])
            let leadership = Leadership(epoch: Self.epoch - 1, owner: "earlier")
            core.loaded(partition, replay, leadership, now: Self.start, into: &actions)
        case .claim(let partition, let epoch):
            #expect(epoch == Self.epoch - 1)
            let claim = Claim(epoch: Self.epoch, lastIndex: UInt64(log[partition]?.count ?? 0))
            core.claimed(partition, claim, now: Self.start, into: &actions)
        case .append(let records, let partition, let epoch, let expected):
            #expect(!records.isEmpty)
            #expect(epoch == Self.epoch)
            #expect(expected == UInt64(log[partition]?.count ?? 0), "an append must continue the log")
            #expect(!underWay.contains { $0.partition == partition }, "one append at a time")
            underWay.append(Append(records: records, partition: partition, epoch: epoch))
        case .answer(let ticket, let answer): answers[ticket, default: []].append(answer)
        case .snapshotDue(let state): snapshotsDue.append(state.partition)
        case .hashState(let state): statesToHash.append(state)
        case .retire: retired += 1
        case .inspect, .catchUp, .release: break
        }
    }

    // MARK: - What there is to see

    func partition(of user: UserKey) -> PartitionID { user.hash.partition(of: configuration.partitions) }

    func stateHash(_ partition: PartitionID) -> UInt64? { core.frozenState(of: partition)?.checkpoint().stateHash }

    func stateHashes() -> [UInt64?] { core.ledPartitions.map(stateHash) }

    /// The exposures that have reached the log, in order.
    func loggedExposures() -> [Exposure] {
        log.keys.sorted().flatMap { log[$0, default: []] }.flatMap { record -> [Exposure] in
            guard case .exposures(_, let exposures) = record else { return [] }
            return exposures
        }
    }
}

/// The code of the refusal that `body` throws; nil when it throws none.
func refusalCode<Value>(_ body: () throws -> Value) -> RefusalCode? {
    do {
        _ = try body()
        return nil
    } catch {
        return (error as? Refusal)?.code
    }
}

extension EventAcknowledgement {
    init(_ partition: PartitionID, index: UInt64, accepted: UInt32, duplicates: UInt32 = 0) {
        self.init(partition: partition, index: index, accepted: accepted, duplicates: duplicates)
    }
}
