// Two workers that are played off against each other by two routers, over one log. Everything between them waits in
// queues, and chance decides which queue moves next: commands on their way to a disk, its answers, messages in both
// directions. The routers here are as simple as routers can be that keep the rules of docs/adr/0009; when and why the
// real ones move is their own business.

import Domain
import Log
import TestSupport
import WorkerCore
import WorkerLog

struct Duel {
    static let partition = PartitionID(0)

    private(set) var workers: [Worker] = []
    private(set) var routers: [Router]
    private(set) var claims = 0
    private var lottery: Lottery
    private var now = MonotonicInstant(microseconds: 1_000_000_000)
    private let storage = MemoryLogStorage(partitionCount: 1)

    /// What a router sends, to be carried out in order.
    enum Message {
        case lead(after: UInt64, inOrder: Bool = false)
        case events(UInt64)
    }

    /// What a worker sends.
    enum Reply {
        case durable(UInt64)
        case bounced(UInt64, epoch: UInt64)
        case role(ReplicaRole, epoch: UInt64)
    }

    struct Worker {
        var core: WorkerCore
        var keeper: LogKeeper
        var commands: [LogCommand] = []
        var events: [LogEvent] = []
        /// By router.
        var inboxes: [[Message]] = [[], []]
        var outboxes: [[Reply]] = [[], []]
        var tickets: [Ticket: UInt64] = [:]
        var reported = (role: ReplicaRole.loading, epoch: UInt64(0))
        var starts: UInt64 = 0
    }

    struct Router {
        let user: UserKey
        /// Unanswered, in order of arrival.
        var waiting: [(event: UInt64, isSent: Bool)] = []
        var target = 0
        var holdsWrites = false
        var epoch: UInt64 = 0
        var acknowledged: [UInt64] = []
        var sent: UInt64 = 0
    }

    init(seed: UInt64) {
        lottery = Lottery(seed: seed)
        routers = ["anna", "ben"].map { Router(user: Shop.user($0)) }
        for number in 0..<2 {
            workers.append(fresh(number))
            start(number)
        }
    }

    // MARK: - Chance

    /// One thing happens.
    /// - Parameter isCalm: nobody dies, no router changes its mind, and no client asks for anything new.
    mutating func step(isCalm: Bool) {
        now = now.adding(microseconds: UInt64(lottery.number(0..<20_000)))
        let worker = lottery.number(0..<2)
        let router = lottery.number(0..<2)
        switch lottery.number(0..<24) {
        case 0...4: carryOutCommand(worker)
        case 5...9: hearEvent(worker)
        case 10...13: for _ in 0..<lottery.number(1..<20) { receive(worker, from: router) }
        case 14...17: for _ in 0..<lottery.number(1..<20) { hear(router, from: worker) }
        case 18: poll(worker)
        case 19: act(worker) { core, now, actions in core.timeAdvanced(to: now, Shop.noon, into: &actions) }
        case 20: if !isCalm { send(router) }
        case 21: if !isCalm, lottery.once(in: 3) { move(router, to: lottery.number(0..<2)) }
        case 22: askAgain(router)
        default: if !isCalm, lottery.once(in: 40) { kill(worker) }
        }
    }

    mutating func calmDown() {
        let target = lottery.number(0..<2)
        for router in routers.indices { move(router, to: target) }
    }

    var isSettled: Bool { routers.allSatisfy { $0.waiting.isEmpty } }

    // MARK: - Workers

    private func fresh(_ number: Int) -> Worker {
        Worker(
            core: WorkerCore(Shop.configuration(partitions: 1), incarnation: UInt64(number)),
            keeper: LogKeeper(log: MemoryLog(storage: storage), owner: "w\(number)", calendar: .utc))
    }

    private mutating func start(_ number: Int) {
        act(number) { core, now, actions in
            core.started(into: &actions)
            core.assigned(Assignment([Self.partition]), now: now, into: &actions)
        }
    }

    /// The process ends, with everything that was in its hands, and another one starts.
    private mutating func kill(_ number: Int) {
        workers[number] = fresh(number)
        start(number)
        for router in routers.indices where routers[router].target == number { move(router, to: 1 - number) }
    }

    private mutating func carryOutCommand(_ number: Int) {
        guard !workers[number].commands.isEmpty else { return }
        let command = workers[number].commands.removeFirst()
        if case .claim = command { claims += 1 }
        var events: [LogEvent] = []
        try? workers[number].keeper.carryOut(command, into: &events)
        workers[number].events += events
    }

    private mutating func poll(_ number: Int) {
        var events: [LogEvent] = []
        try? workers[number].keeper.poll(into: &events)
        workers[number].events += events
    }

    private mutating func hearEvent(_ number: Int) {
        guard !workers[number].events.isEmpty else { return }
        let event = workers[number].events.removeFirst()
        act(number) { core, now, actions in core.logSpoke(event, now: now, into: &actions) }
    }

    private mutating func receive(_ number: Int, from router: Int) {
        guard !workers[number].inboxes[router].isEmpty else { return }
        switch workers[number].inboxes[router].removeFirst() {
        case .lead(let epoch, let inOrder):
            act(number) { core, now, actions in
                core.leadRequested(
                    Self.partition, after: epoch, by: router, inOrder: inOrder, now: now, into: &actions)
            }
        case .events(let event):
            let user = routers[router].user
            let ticket = Ticket(UInt64(workers[number].tickets.count) + 1, router: router)
            workers[number].tickets[ticket] = event
            let header = MessageHeader(
                kind: .events, deadlineMicroseconds: 1_000_000, keyHash: user.hash, requestID: .none)
            act(number) { core, _, actions in
                core.eventsReceived(
                    [Shop.event(event, "milk")], of: user, header: header, now: Shop.noon, ticket: ticket,
                    into: &actions)
            }
        }
    }

    private mutating func act(
        _ number: Int, _ event: (inout WorkerCore, MonotonicInstant, inout [WorkerAction]) -> Void
    ) {
        var actions: [WorkerAction] = []
        event(&workers[number].core, now, &actions)
        for action in actions {
            if let command = LogCommand(action) { workers[number].commands.append(command) }
            guard case .answer(let ticket, let answer) = action, let event = workers[number].tickets[ticket] else {
                continue
            }
            switch answer {
            case .notLeader(_, let epoch):
                workers[number].outboxes[ticket.router].append(.bounced(event, epoch: epoch))
            case .events: workers[number].outboxes[ticket.router].append(.durable(event))
            default: break
            }
        }
        let core = workers[number].core
        let report = (role: core.role(of: Self.partition) ?? .loading, epoch: core.epoch(of: Self.partition))
        guard report != workers[number].reported else { return }
        workers[number].reported = report
        for router in 0..<2 { workers[number].outboxes[router].append(.role(report.role, epoch: report.epoch)) }
    }

    // MARK: - Routers

    private mutating func send(_ router: Int) {
        routers[router].sent += 1
        routers[router].waiting.append((routers[router].sent, false))
        flush(router)
    }

    private mutating func move(_ router: Int, to target: Int) {
        routers[router].target = target
        sendAgain(router)
    }

    private mutating func sendAgain(_ router: Int) {
        routers[router].holdsWrites = false
        for place in routers[router].waiting.indices { routers[router].waiting[place].isSent = false }
        tell(router, .lead(after: routers[router].epoch, inOrder: true))
        flush(router)
    }

    private mutating func askAgain(_ router: Int) {
        let target = workers[routers[router].target]
        if target.reported.role != .leading { tell(router, .lead(after: routers[router].epoch)) }
    }

    private mutating func flush(_ router: Int) {
        guard !routers[router].holdsWrites else { return }
        for place in routers[router].waiting.indices where !routers[router].waiting[place].isSent {
            routers[router].waiting[place].isSent = true
            tell(router, .events(routers[router].waiting[place].event))
        }
    }

    private mutating func tell(_ router: Int, _ message: Message) {
        workers[routers[router].target].inboxes[router].append(message)
    }

    private mutating func hear(_ router: Int, from worker: Int) {
        guard !workers[worker].outboxes[router].isEmpty else { return }
        switch workers[worker].outboxes[router].removeFirst() {
        case .durable(let event):
            guard let place = routers[router].waiting.firstIndex(where: { $0.event == event }) else { return }
            routers[router].waiting.remove(at: place)
            routers[router].acknowledged.append(event)
        case .bounced(let event, let epoch):
            routers[router].epoch = max(routers[router].epoch, epoch)
            guard worker == routers[router].target,
                let place = routers[router].waiting.firstIndex(where: { $0.event == event })
            else { return }
            routers[router].waiting[place].isSent = false
            routers[router].holdsWrites = true
        case .role(_, let epoch): routers[router].epoch = max(routers[router].epoch, epoch)
        }
        resume(router)
    }

    /// Once the target leads, everything is sent again from the first on.
    private mutating func resume(_ router: Int) {
        let state = routers[router]
        let target = workers[state.target].reported
        if state.holdsWrites, target.role == .leading, target.epoch >= state.epoch { sendAgain(router) }
    }

    // MARK: - The log

    func log() throws -> [Record] {
        try MemoryLog(storage: storage).read(Self.partition, after: 0, limit: .max).flatMap(\.records)
    }
}
