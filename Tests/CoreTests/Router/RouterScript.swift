// Scenarios as golden scripts: what happens, `----`, what the router decides. A blank line ends a step.
//
//     ready w1                     w1 reports that it is ready; `unready w1` that it is not
//     send 1 price w1 50ms         request 1, of a shopper whose partition w1 leads, may take 50 ms
//     reply w1 1 list              w1 answers request 1; personal unless said otherwise
//     full 1, lost 1               request 1 could not be handed over: queue full, worker gone
//     vanish w1                    the process of w1 is gone
//     at 51ms                      so much time has passed since the start, and deadlines are looked at
//     wake 51ms                    so much time has passed, and deadlines have not been looked at yet
//     status                       what the router counts
//
// Expected: `1 to w1`, `1 answered list`, `1 refused OVERLOADED`, `dropped`, and the line of `status`.

import Domain
import RouterCore

struct RouterScript {
    private var core: RouterCore
    private let workers: [String]
    private let placement: Placement
    private var now = RouterScript.start
    private var requests: [String: MessageHeader] = [:]
    private var slots: [String: Slot] = [:]
    private var tags: [String: UInt64] = [:]

    /// Not zero, so that nothing works only because a process has just started.
    private static let start = MonotonicInstant(microseconds: 1_000_000_000)
    private static let partitions = 16

    init(workers: [String] = ["w1", "w2"], capacity: Int = 8) {
        self.workers = workers
        placement = Placement(workers: workers, partitions: Self.partitions)
        core = RouterCore(
            RouterConfiguration(
                cluster: "farthing", name: "r1", workers: workers, partitions: Self.partitions,
                inFlightCapacity: capacity, suspectAfterMicroseconds: 500_000),
            now: now)
    }

    /// Runs a script and answers it with what was decided in place of what was expected.
    mutating func run(_ script: String) -> String {
        script.split(separator: "\n\n").map { step in
            let commands = step.prefixLines(before: "----")
            let decided = commands.flatMap { carryOut($0.split(separator: " ").map(String.init)) }
            return (commands + ["----"] + decided).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    private mutating func carryOut(_ words: [String]) -> [String] {
        switch words[0] {
        case "ready", "unready": report(words[1], isReady: words[0] == "ready")
        case "send": return [send(words[1], words[2], words[3], words[4])]
        case "reply": return [reply(words[1], words[2], words.count > 3 ? words[3] : "personal")]
        case "full", "lost":
            return abandoned(core.forwardFailed(slots[words[1]]!, isGone: words[0] == "lost").map { [$0] } ?? [])
        case "vanish": return abandoned(core.workerVanished(index(words[1])))
        case "wake": now = Self.start.adding(microseconds: microseconds(words[1]))
        case "at":
            now = Self.start.adding(microseconds: microseconds(words[1]))
            return abandoned(core.timeAdvanced(to: now))
        case "status": return [status()]
        default: return ["unknown command \(words[0])"]
        }
        return []
    }

    private mutating func send(_ id: String, _ kind: String, _ target: String, _ deadline: String) -> String {
        let kinds = Dictionary(uniqueKeysWithValues: MessageKind.allCases.map { ("\($0)", $0) })
        let kind = kinds[kind]!
        let header = MessageHeader(
            kind: kind, deadlineMicroseconds: UInt32(microseconds(deadline)), keyHash: keyHash(kind, target),
            requestID: RequestID(high: 0, low: UInt64(id)!), tag: 900 + UInt64(id)!)
        switch core.requestReceived(header, now: now) {
        case .forward(let slot, let worker, let forwarded):
            requests[id] = forwarded
            slots[id] = slot
            tags[id] = header.tag
            return "\(id) to \(workers[worker])"
        case .refuse(let reply, let refusal):
            return "\(id) \(outcome(reply.status))" + (reply.status == .refused(refusal.code) ? "" : " inconsistently")
        case .answerStatus(let reply): return "\(id) \(outcome(reply.status)) by the router"
        }
    }

    private mutating func reply(_ worker: String, _ id: String, _ outcome: String) -> String {
        let levels = ["personal": PriceLevel.personal, "segment": .segment, "list": .list]
        let status =
            levels[outcome].map(AnswerStatus.answered)
            ?? RefusalCode.allCases.first { $0.name == outcome }.map(AnswerStatus.refused)!
        switch core.workerReplied(index(worker), requests[id]!.reply(status), now: now) {
        case .deliver(let slot, let header): return name(slot) + " " + self.outcome(header.status)
        case .drop: return "dropped"
        }
    }

    private mutating func report(_ worker: String, isReady: Bool) {
        let report = WorkerReport(
            name: worker, isReady: isReady, modelVersion: 1, catalogueProducts: 1, broadcastIndex: 1, answered: 0,
            partitions: 1, problem: "")
        core.workerReported(index(worker), report, now: now)
    }

    private func abandoned(_ requests: [Abandoned]) -> [String] {
        requests.map { "\(name($0.slot)) \(outcome($0.header.status))" }
    }

    private func outcome(_ status: AnswerStatus) -> String {
        switch status {
        case .answered(let level): "answered \(level)"
        case .refused(let code): "refused \(code.name)"
        }
    }

    private func status() -> String {
        let status = core.status(now: now)
        let answers = status.answers
        return "\(answers.personal) personal, \(answers.segment) segment, \(answers.list) list, "
            + "\(answers.refused) refused, \(answers.other) other, \(status.inFlight) in flight"
    }

    private func name(_ slot: Slot) -> String { slots.first { $0.value == slot }?.key ?? "nobody's" }

    private func index(_ worker: String) -> Int { workers.firstIndex(of: worker)! }

    /// Of a shopper whom `target` serves; for `inspect` the target is the partition's number itself.
    private func keyHash(_ kind: MessageKind, _ target: String) -> KeyHash {
        if let number = UInt64(target) { return KeyHash(number) }
        guard workers.contains(target) else { return KeyHash(0) }
        let partition = placement.led(by: index(target))[0]
        return kind == .inspect
            ? KeyHash(UInt64(partition.number))
            : KeyHash((UInt64(partition.number) << 60) | 0xfff)
    }

    private func microseconds(_ text: String) -> UInt64 {
        text.hasSuffix("ms") ? UInt64(text.dropLast(2))! * 1_000 : UInt64(text.dropLast(2))!
    }
}

extension Substring {
    fileprivate func prefixLines(before end: String) -> [String] {
        split(separator: "\n").prefix { $0 != end }.map(String.init)
    }
}
