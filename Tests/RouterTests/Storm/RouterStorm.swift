// Everything that can happen to a router, at random and from a seed: requests of every kind; answers that are right,
// doubled, late, forged or bounced; workers that die unnoticed, fall silent, restart, come back, gain and lose
// partitions; full queues; and a clock that leaps. Each seed has its own mixture of these.

import Domain
import RouterCore
import TestSupport

struct RouterStorm {
    /// Something wrong, done on purpose, to see the ledger notice.
    enum Sabotage {
        case none, loseExpired, answerTwice, swapClients, sendToTheDead, swapWrites, forgetDeaths, countDeathsTwice
        case hideBounces
    }

    struct Held {
        var header: MessageHeader
        var worker: Int
    }

    static let partitions = 8
    var lottery: Lottery
    let sabotage: Sabotage
    var core: RouterCore
    var ledger = RouterLedger()
    var now = MonotonicInstant(microseconds: 999_500)
    var actions: [RouterAction] = []
    var workers: [StormWorker]
    /// The log: the newest epoch of each partition and who claimed it, the broadcast partition last.
    var epochs = [UInt64](repeating: 0, count: partitions + 1)
    var leaders = [Int?](repeating: nil, count: partitions + 1)
    private var ids: UInt64 = 0
    /// What was handed to workers, answered or not; answers are made of these.
    private var held: [Held] = []
    private var replier = 0
    private var latest: (kind: MessageKind, key: UInt64)?
    /// One in so many events is trouble of some kind; different for each seed.
    private let calm: Int

    init(seed: UInt64, sabotage: Sabotage = .none) {
        var lottery = Lottery(seed: seed)
        calm = lottery.element([6, 15, 60])
        self.lottery = lottery
        self.sabotage = sabotage
        workers = (1...5).map { StormWorker(name: "w\($0)") }
        core = RouterCore(
            RouterConfiguration(
                cluster: "farthing", name: "r1", partitions: Self.partitions, replicas: 2, inFlightCapacity: 64,
                heartbeatMicroseconds: 50_000, suspectAfterMicroseconds: 500_000),
            now: now)
    }

    /// Runs `steps` random events, then heals everything and lets all time pass.
    mutating func blow(steps: Int) {
        for step in 0..<steps {
            if lottery.once(in: calm) {
                makeTrouble()
            } else {
                switch lottery.number(0..<100) {
                case 0..<40: request()
                case 40..<70: reply()
                case 70..<80: report(lottery.number(0..<workers.count))
                default: pass(lottery.number(0..<3_000))
                }
            }
            if step % 8 == 0 { ledger.audit(core, now: now) }
        }
        heal()
        now = now.adding(microseconds: 120_000_000)
        core.timeAdvanced(to: now, into: &actions)
        settle()
        ledger.audit(core, now: now)
    }

    /// Carries out what has been decided, and all that comes of it.
    mutating func settle() {
        carryOutActions()
        ledger.settled(core)
        ledger.checkConvictions()
    }

    // MARK: - Requests

    mutating func request(_ kind: MessageKind? = nil, key: UInt64? = nil) {
        ids += 1
        // Clients repeat themselves.
        let repeated = kind == nil && lottery.once(in: 4) ? latest : nil
        let kinds = MessageKind.allCases + [.price, .price, .price, .events, .events, .events]
        var header = MessageHeader(
            kind: kind ?? repeated?.kind ?? lottery.element(kinds), isReply: kind == nil && lottery.once(in: 50),
            priority: lottery.element(MessagePriority.allCases),
            deadlineMicroseconds: kind == nil ? deadline() : 1_000_000,
            keyHash: KeyHash(key ?? repeated?.key ?? lottery.next()),
            requestID: RequestID(high: lottery.next(), low: ids), tag: lottery.next())
        if header.kind.destination == .numberedPartition {
            header.keyHash = KeyHash(lottery.element([0, 7, 8, 65_535, 65_536, .max]))
        }
        if header.kind == .drain { header.keyHash = KeyHash(workerName: lottery.element(workers).name) }
        latest = (header.kind, header.keyHash.value)
        let fingerprint = core.wantsFingerprints ? fingerprint(header) : nil
        switch core.requestReceived(header, fingerprint: fingerprint, now: now, into: &actions) {
        case .refuse(let reply, let refusal):
            var reply = reply
            if reply.status != .refused(refusal.code) { reply.tag &+= 1 }
            ledger.answeredAtOnce(header, with: reply)
        case .answerStatus(let reply): ledger.answeredAtOnce(header, with: reply)
        case .retain: ledger.asked(header, partition: partition(header), now: now)
        }
        settle()
    }

    private mutating func deadline() -> UInt32 {
        UInt32(lottery.number(0..<lottery.element([20_000, 20_000, 1_000_000, 70_000_000])))
    }

    private func partition(_ header: MessageHeader) -> PartitionID? {
        switch header.kind.destination {
        case .keyedPartition: header.keyHash.partition(of: Self.partitions)
        case .broadcastPartition: .broadcast
        case .numberedPartition: PartitionID(UInt16(truncatingIfNeeded: header.keyHash.value))
        case .namedWorker, .router, .peer: nil
        }
    }

    private func fingerprint(_ header: MessageHeader) -> UInt64 { header.keyHash.value ^ UInt64(header.kind.rawValue) }

    // MARK: - Answers

    mutating func reply() {
        guard !held.isEmpty else { return }
        // Mostly recent ones; the rest are late.
        let recent = max(0, held.count - 30)
        let index = lottery.once(in: 10) ? lottery.number(0..<held.count) : lottery.number(recent..<held.count)
        let request = lottery.once(in: 10) ? held[index] : held.remove(at: index)
        answer(request.header.reply(outcome(), index: lottery.next()), from: request.worker)
    }

    private mutating func outcome() -> AnswerStatus {
        // Not `quarantined`, by which the ledger knows the router's own refusals.
        let refusals = RefusalCode.allCases.filter { $0 != .notLeader && $0 != .quarantined }
        return lottery.once(in: 5)
            ? .refused(lottery.element(refusals)) : .answered(lottery.element(PriceLevel.allCases))
    }

    /// From another worker, under a made-up tag, or no reply at all.
    mutating func doubtfulReply() {
        guard !held.isEmpty else { return }
        let request = lottery.element(held)
        var header = request.header.reply(outcome())
        switch lottery.number(0..<4) {
        case 0: header.tag = UInt64(lottery.number(0..<64)) | UInt64(lottery.number(40..<1_000)) << 48
        case 1: header.tag = lottery.next()
        case 2: header.requestID.low ^= 1
        default: header.isReply = false
        }
        answer(header, from: request.worker)
    }

    mutating func bounce() {
        guard !held.isEmpty else { return }
        let request = held.remove(at: lottery.number(0..<held.count))
        let partition = partition(request.header)
        let epoch = partition.map { epochs[$0 == .broadcast ? Self.partitions : Int($0.number)] } ?? 0
        let reply = request.header.reply(.refused(.notLeader), index: lottery.once(in: 3) ? epoch : 0)
        if sabotage != .hideBounces { ledger.bounced(reply, by: request.worker) }
        answer(reply, from: request.worker)
    }

    private mutating func answer(_ header: MessageHeader, from worker: Int) {
        replier = worker
        core.workerReplied(worker, header, now: now, into: &actions)
        settle()
    }

    // MARK: - Time

    mutating func pass(_ microseconds: Int) {
        now = now.adding(microseconds: UInt64(microseconds))
        // A loop that was held up reads what has arrived before it looks at deadlines.
        if lottery.once(in: 3) { request() }
        core.timeAdvanced(to: now, into: &actions)
        settle()
    }

    // MARK: - What is decided

    private mutating func carryOutActions() {
        if sabotage == .swapWrites { swapWrites() }
        while !actions.isEmpty {
            // A partition may move away and back in the course of one event.
            ledger.settled(core)
            switch actions.removeFirst() {
            case .forward(let slot, let worker, let header): forward(slot, worker, header)
            case .deliver(_, var reply):
                if sabotage == .swapClients, lottery.once(in: 100) { reply.tag ^= 1 }
                ledger.delivered(reply, from: replier)
                if sabotage == .answerTwice { ledger.delivered(reply, from: replier) }
            case .refuse(_, let reply, _):
                if sabotage == .loseExpired, reply.status == .refused(.outcomeUnknown) { continue }
                ledger.refused(reply, now: now)
            case .identify(let slot, let header):
                let isConvicted = core.requestIdentified(slot, as: fingerprint(header), now: now, into: &actions)
                if isConvicted { ledger.wasConvicted(header, now: now) }
            case .assign(let worker, let assignment): if reaches(worker) { hold(assignment, worker) }
            case .lead(let worker, let partition, let epoch, let inOrder):
                if inOrder { ledger.sendsAgain(partition) }
                if reaches(worker) { claim(partition, epoch, worker) }
            case .probe(let worker): _ = reaches(worker)
            }
        }
    }

    private mutating func forward(_ slot: Slot, _ worker: Int, _ header: MessageHeader) {
        switch self.worker(worker).line {
        case .works:
            ledger.sent(header, to: worker, core, now: now)
            held.append(Held(header: header, worker: worker))
        case .full: core.forwardFailed(slot, worker: worker, isGone: false, now: now, into: &actions)
        case .gone:
            noteDeath(worker)
            if sabotage == .sendToTheDead { ledger.sent(header, to: worker, core, now: now) }
            core.forwardFailed(slot, worker: worker, isGone: true, now: now, into: &actions)
        }
    }

    /// Whether something small could be sent to a worker; else the router hears that it is gone.
    private mutating func reaches(_ worker: Int) -> Bool {
        guard self.worker(worker).line == .gone else { return true }
        noteDeath(worker)
        core.workerVanished(worker, now: now, into: &actions)
        return false
    }

    mutating func noteDeath(_ worker: Int) {
        guard ledger.connected.contains(worker), sabotage != .forgetDeaths else { return }
        ledger.vanished(worker)
        if sabotage == .countDeathsTwice { ledger.doubleCasualties() }
    }

    private mutating func swapWrites() {
        let writes = actions.indices.filter {
            if case .forward(_, _, let header) = actions[$0] { return header.kind.writes }
            return false
        }
        if writes.count > 1 { actions.swapAt(writes[0], writes[writes.count - 1]) }
    }
}

extension RouterLedger {
    fileprivate mutating func doubleCasualties() {
        for (id, request) in open { open[id]?.casualties = request.casualties * 2 }
    }
}
