// A router and one worker that answers one request after the other, in steps of a tenth of a millisecond: a queue whose
// length the router cannot see, only feel.

import Domain
import RouterCore

struct OverloadedShop {
    struct Ending: Equatable {
        var kind: MessageKind
        var priority: MessagePriority
        /// Microseconds.
        var sentAt: UInt64
        var took: UInt64
        var status: AnswerStatus
    }

    /// What a request takes of the worker's time, in microseconds.
    var serviceTime: UInt64 = 500
    /// What an answer takes besides, during which the worker does other things.
    var latency: UInt64 = 0
    /// The same for writes: what the log takes.
    var latencyOfWrites: UInt64 = 0
    var deadline: UInt32 = 2_000_000
    var deadlineOfWrites: UInt32 = 2_000_000
    /// The worker does nothing, but its heart beats.
    var isHeldUp = false
    private(set) var endings: [Ending] = []

    private var core: RouterCore
    private var now = start
    private var actions: [RouterAction] = []
    private var waiting: [(header: MessageHeader, until: UInt64)] = []
    private var first = 0
    private var inHand: (header: MessageHeader, until: UInt64)?
    private var answers: [(header: MessageHeader, at: UInt64)] = []
    private var nextAnswer = UInt64.max
    private var sent: [Slot: (kind: MessageKind, priority: MessagePriority, at: UInt64)] = [:]
    private var owed = 0.0
    private var busySteps: UInt32 = 0
    private var requests: UInt64 = 0

    private static let start = MonotonicInstant(microseconds: 1_000_000_000)
    private static let step: UInt64 = 100
    private static let beat: UInt64 = 50_000

    init() {
        core = RouterCore(
            RouterConfiguration(
                cluster: "farthing", name: "r1", partitions: 1, replicas: 1, inFlightCapacity: 65_536,
                heartbeatMicroseconds: Self.beat, suspectAfterMicroseconds: 500_000), now: now)
        report(busyPerMille: 0)
    }

    /// Microseconds since the beginning.
    var time: UInt64 { now.microseconds - Self.start.microseconds }

    /// What the worker can do in a second.
    var capacity: Double { 1_000_000 / Double(serviceTime) }

    /// Sells for a while.
    /// - Parameters:
    ///   - load: arrivals, as a share of what the worker can do.
    ///   - kinds, priorities: taken in turn.
    mutating func run(
        seconds: Double, load: Double, kinds: [MessageKind] = [.price], priorities: [MessagePriority] = [.price]
    ) {
        let end = time + UInt64(seconds * 1_000_000)
        while time < end {
            now.microseconds += Self.step
            owed += load * Double(Self.step) / Double(serviceTime)
            while owed >= 1 {
                owed -= 1
                let turn = Int(requests)
                ask(kinds[turn % kinds.count], priorities[turn % priorities.count])
            }
            work()
            if time % Self.beat == 0 {
                report(busyPerMille: busySteps * 1_000 / UInt32(Self.beat / Self.step))
                busySteps = 0
            }
            if time % 1_000 == 0 { core.timeAdvanced(to: now, into: &actions) }
            carryOut()
        }
    }

    /// Of the requests sent from that second on.
    func endings(from second: Double) -> [Ending] { endings.filter { Double($0.sentAt) >= second * 1_000_000 } }

    private mutating func ask(_ kind: MessageKind, _ priority: MessagePriority) {
        requests += 1
        let header = MessageHeader(
            kind: kind, priority: priority,
            deadlineMicroseconds: kind.writes ? deadlineOfWrites : deadline, keyHash: KeyHash(0),
            requestID: RequestID(high: 0, low: requests))
        switch core.requestReceived(header, now: now, into: &actions) {
        case .retain(let slot): sent[slot] = (kind, priority, time)
        case .refuse(let reply, _):
            endings.append(Ending(kind: kind, priority: priority, sentAt: time, took: 0, status: reply.status))
        case .answerStatus: break
        }
    }

    private mutating func work() {
        if let done = inHand, done.until <= time {
            answers.append((done.header, time + (done.header.kind.writes ? latencyOfWrites : latency)))
            nextAnswer = min(nextAnswer, answers.last!.at)
            inHand = nil
        }
        while inHand == nil, !isHeldUp, first < waiting.count {
            let next = waiting[first]
            first += 1
            // What its router has given up is not worked on, unless it stands in an order.
            if time < next.until || next.header.kind.writes { inHand = (next.header, time + serviceTime) }
        }
        if inHand != nil || isHeldUp { busySteps += 1 }
        let now = time
        guard now >= nextAnswer else { return }
        let ready = answers.filter { $0.at <= now }
        answers.removeAll { $0.at <= now }
        nextAnswer = answers.lazy.map(\.at).min() ?? .max
        for answer in ready {
            core.workerReplied(0, answer.header.reply(.answered(.personal)), now: self.now, into: &actions)
        }
    }

    private mutating func report(busyPerMille: UInt32) {
        let report = WorkerReport(
            name: "w1", isReady: true, modelVersion: 1, catalogueProducts: 1, broadcastIndex: 1, answered: 0,
            problem: "", busyPerMille: busyPerMille,
            replicas: [ReplicaReport(partition: PartitionID(0), role: .leading, epoch: 1, index: 1)])
        _ = core.workerReported(report, connection: 1, now: now, into: &actions)
        carryOut()
    }

    private mutating func carryOut() {
        let decided = actions
        actions = []
        for action in decided {
            switch action {
            case .forward(_, _, let header):
                waiting.append((header, time + UInt64(header.deadlineMicroseconds)))
            case .deliver(let slot, let reply), .refuse(let slot, let reply, _):
                if let request = sent.removeValue(forKey: slot) {
                    endings.append(
                        Ending(
                            kind: request.kind, priority: request.priority, sentAt: request.at, took: time - request.at,
                            status: reply.status))
                }
            default: break
            }
        }
    }
}
