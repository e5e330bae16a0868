// Everything that can happen to a router, at random and from a seed: requests of every kind, answers that are
// right, doubled, late, forged or from the wrong worker, workers that die and return, full queues, and a clock
// that leaps.

import Domain
import RouterCore

struct RouterStorm {
    /// Something wrong, done on purpose, to see the ledger notice.
    enum Sabotage { case none, answerDroppedReplies, loseExpired, loseFailedHandovers, swapClients }

    private struct Held {
        var header: MessageHeader
        var slot: Slot
        var worker: Int
    }

    private static let workerNames = ["w1", "w2", "w3", "w4"]
    private var lottery: Lottery
    private let sabotage: Sabotage
    private var core: RouterCore
    private(set) var ledger = RouterLedger()
    private var now = MonotonicInstant(microseconds: 999_500)
    private var ids: UInt64 = 0
    /// What was handed to workers, answered or not; answers are made of these.
    private var held: [Held] = []

    init(seed: UInt64, sabotage: Sabotage = .none) {
        lottery = Lottery(seed: seed)
        self.sabotage = sabotage
        core = RouterCore(
            RouterConfiguration(
                cluster: "farthing", name: "r1", workers: Self.workerNames, partitions: 16, inFlightCapacity: 64,
                suspectAfterMicroseconds: 500_000),
            now: now)
    }

    /// Runs `steps` random events, then lets all time pass.
    mutating func blow(steps: Int) {
        for step in 0..<steps {
            switch lottery.number(0..<100) {
            case 0..<45: request()
            case 45..<75: reply()
            case 75..<79: doubtfulReply()
            case 79..<90: report(lottery.number(0..<4), isReady: !lottery.once(in: 10))
            case 90: vanish(lottery.number(0..<4))
            default: pass(lottery.once(in: 50) ? lottery.number(0..<100_000_000) : lottery.number(0..<3_000))
            }
            if step % 64 == 0 { ledger.audit(core.status(now: now), now: now) }
        }
        pass(120_000_000)
        ledger.audit(core.status(now: now), now: now)
    }

    private mutating func request() {
        ids += 1
        var header = MessageHeader(
            kind: lottery.element(MessageKind.allCases + [.price, .price, .price, .events, .events, .events]),
            isReply: lottery.once(in: 50), priority: lottery.element(MessagePriority.allCases),
            deadlineMicroseconds: UInt32(lottery.number(0..<(lottery.once(in: 5) ? 70_000_000 : 20_000))),
            keyHash: KeyHash(lottery.next()), requestID: RequestID(high: lottery.next(), low: ids),
            tag: lottery.next())
        if header.kind == .inspect { header.keyHash = KeyHash(lottery.element([0, 15, 16, 65_535, 65_536, .max])) }
        switch core.requestReceived(header, now: now) {
        case .refuse(let reply, let refusal):
            var reply = reply
            if reply.status != .refused(refusal.code) { reply.tag &+= 1 }
            ledger.answeredAtOnce(header, with: reply)
        case .answerStatus(let reply): ledger.answeredAtOnce(header, with: reply)
        case .forward(let slot, let worker, let forwarded):
            ledger.forwarded(header, worker: worker, now: now)
            if lottery.once(in: 20) { return failHandover(slot, isGone: lottery.once(in: 3)) }
            held.append(Held(header: forwarded, slot: slot, worker: worker))
        }
    }

    private mutating func failHandover(_ slot: Slot, isGone: Bool) {
        guard let abandoned = core.forwardFailed(slot, isGone: isGone), sabotage != .loseFailedHandovers else { return }
        ledger.delivered(abandoned.header, from: nil, now: now)
    }

    private mutating func answer(_ header: MessageHeader, from worker: Int) {
        switch core.workerReplied(worker, header, now: now) {
        case .deliver(_, var reply):
            if sabotage == .swapClients, lottery.once(in: 100) { reply.tag ^= 1 }
            ledger.delivered(reply, from: worker, now: now)
        case .drop:
            if sabotage == .answerDroppedReplies { ledger.delivered(header, from: worker, now: now) }
        }
    }

    private func outcome(_ lottery: inout Lottery) -> AnswerStatus {
        lottery.once(in: 5)
            ? .refused(lottery.element(RefusalCode.allCases)) : .answered(lottery.element(PriceLevel.allCases))
    }

    private mutating func reply() {
        guard !held.isEmpty else { return }
        // Mostly recent ones; the rest are late.
        let recent = max(0, held.count - 30)
        let index = lottery.once(in: 10) ? lottery.number(0..<held.count) : lottery.number(recent..<held.count)
        let request = lottery.once(in: 10) ? held[index] : held.remove(at: index)
        answer(request.header.reply(outcome(&lottery), index: lottery.next()), from: request.worker)
    }

    /// From the wrong worker, under a made-up tag, or no reply at all.
    private mutating func doubtfulReply() {
        guard !held.isEmpty else { return }
        let request = lottery.element(held)
        var header = request.header.reply(outcome(&lottery))
        switch lottery.number(0..<5) {
        case 0: return answer(header, from: (request.worker + lottery.number(1..<4)) % 4)
        case 1: header.tag = UInt64(lottery.number(0..<64)) | UInt64(lottery.number(40..<1_000)) << 48
        case 2: header.tag = lottery.next()
        case 3: header.requestID.low ^= 1
        default: header.isReply = false
        }
        answer(header, from: request.worker)
    }

    private mutating func report(_ worker: Int, isReady: Bool) {
        let report = WorkerReport(
            name: Self.workerNames[worker], isReady: isReady, modelVersion: 1, catalogueProducts: 1,
            broadcastIndex: 1, answered: 0, partitions: 4, problem: "")
        core.workerReported(worker, report, now: now)
    }

    private mutating func vanish(_ worker: Int) {
        for abandoned in core.workerVanished(worker) { ledger.delivered(abandoned.header, from: nil, now: now) }
        if lottery.once(in: 2) { report(worker, isReady: true) }
    }

    private mutating func pass(_ microseconds: Int) {
        now = now.adding(microseconds: UInt64(microseconds))
        // A loop that was held up reads what has arrived before it looks at deadlines.
        if lottery.once(in: 3) { request() }
        for abandoned in core.timeAdvanced(to: now) where sabotage != .loseExpired {
            ledger.expired(abandoned.header, now: now)
        }
    }
}
