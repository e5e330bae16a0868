// Scenarios as golden scripts: what happens, `----`, what the router decides. A blank line ends a step.
//
//     w1 reports leading 0@4 following 1@2#90   all that w1 holds: a role, then partitions with the epoch, and the index
//                                               where it matters; `*` is the broadcast partition. Before the roles:
//                                               `unready`, `draining`, `weight 200`
//     w1 answers 1 list                         personal unless said otherwise
//     w1 refuses 1 NOT_LEADER @5                the epoch is the one that w1 knows
//     w1 vanishes                               a send to it found it gone
//     w1 breaks, w1 clogs, w1 mends             from now on, every send to it finds it gone, or its queue full, or works
//     w1 stalls, w1 resumes                     no heartbeats any more; again
//     w1 restarts                               its next report is that of another process; w1.1 is then the first one
//     ask 1 events 0 50ms                       request 1 to partition 0; a second to answer it unless said otherwise
//     ask 2 events 0 like 1                     with the same content as request 1
//     ask 3 drain w1                            to a worker by its name
//     a connection closes
//     wait 100ms                                time passes; everybody who has reported does so again every 50 ms
//     sleep 5000ms                              the router's process stands still, and then finds what has arrived
//     status
//
// Decided: `1 to w1`, `1 answered list`, `1 refused OVERLOADED`, `1 convicted`, `w1 is asked to lead 0 after 4`,
// behind which everything unanswered follows, or `asked again`, behind which it does not. Where the script is about them
// also `w1 is told that all of 0 follows`, when it leads already, `w1 is to hold 0 1`, when it changes or each time, and `w1 is probed`.

import Domain
import RouterCore

struct RouterScript {
    /// Decisions that most scripts are not about.
    enum Detail { case assignments, repetitions, probes, restarts }

    struct Worker {
        var process: UInt64 = 1
        var number: Int?
        var report: WorkerReport?
        var isBeating = true
        var line = Line.works
        /// What it was last told to hold.
        var held: String?

        func leads(_ partition: PartitionID, _ epoch: UInt64) -> Bool {
            report?.replicas.contains { $0.partition == partition && $0.epoch == epoch && $0.role == .leading } ?? false
        }
    }

    /// What a send to a worker comes to.
    enum Line { case works, gone, full }

    var core: RouterCore
    let details: Set<Detail>
    var now = MonotonicInstant(microseconds: 1_000_000_000)
    var workers: [String: Worker] = [:]
    var actions: [RouterAction] = []
    /// By the number in the script: as sent by the client, and as the first worker got it.
    var requests: [String: MessageHeader] = [:]
    private var forwarded: [String: MessageHeader] = [:]
    private var contents: [String: String] = [:]
    private var names: [Slot: String] = [:]
    private var decided: [String] = []

    static let partitions = 4
    private static let beatMicroseconds: UInt64 = 50_000

    init(replicas: Int = 2, capacity: Int = 64, showing details: Set<Detail> = []) {
        self.details = details
        core = RouterCore(
            RouterConfiguration(
                cluster: "farthing", name: "r1", partitions: Self.partitions, replicas: replicas,
                inFlightCapacity: capacity, heartbeatMicroseconds: Self.beatMicroseconds,
                suspectAfterMicroseconds: 500_000),
            now: now)
    }

    /// Runs a script and answers it with what was decided in place of what was expected.
    mutating func run(_ script: String) -> String {
        script.split(separator: "\n\n").map { step in
            let commands = step.split(separator: "\n").prefix { $0 != "----" }.map(String.init)
            decided = []
            for command in commands { carryOut(command.split(separator: " ").map(String.init)) }
            return (commands + ["----"] + decided).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    mutating func say(_ line: String) { decided.append(line) }

    // MARK: - What happens

    private mutating func carryOut(_ words: [String]) {
        switch words[0] {
        case "ask": ask(words)
        case "wait": wait(microseconds(words[1]))
        case "sleep": sleep(microseconds(words[1]))
        case "a": core.connectionLost(now: now, into: &actions)
        case "status": say(status())
        default: tell(words[0], words[1], Array(words.dropFirst(2)))
        }
        carryOutActions()
    }

    private mutating func tell(_ name: String, _ verb: String, _ rest: [String]) {
        switch verb {
        case "reports": report(name, rest)
        case "answers":
            let levels = ["personal": PriceLevel.personal, "segment": .segment, "list": .list]
            reply(name, rest[0], .answered(levels[rest.count > 1 ? rest[1] : "personal"]!))
        case "refuses":
            let code = RefusalCode.allCases.first { $0.name == rest[1] }!
            reply(name, rest[0], .refused(code), index: rest.count > 2 ? UInt64(rest[2].dropFirst())! : 0)
        case "vanishes": core.workerVanished(workers[name]!.number!, now: now, into: &actions)
        case "breaks": workers[name]!.line = .gone
        case "clogs": workers[name]!.line = .full
        case "mends": workers[name]!.line = .works
        case "stalls": workers[name]!.isBeating = false
        case "resumes": workers[name]!.isBeating = true
        case "restarts":
            workers[name]!.process += 1
            workers[name]!.report = nil
            workers[name]!.line = .works
            workers[name]!.held = nil
        default: say("unknown verb \(verb)")
        }
        if verb == "vanishes" || verb == "breaks" { workers[name]!.report = nil }
    }

    private mutating func ask(_ words: [String]) {
        let id = words[1]
        let kind = MessageKind.allCases.first { "\($0)" == words[2] }!
        var milliseconds = "1000ms"
        contents[id] = id
        if words.count > 5 { contents[id] = words[5] } else if words.count > 4 { milliseconds = words[4] }
        let header = MessageHeader(
            kind: kind, deadlineMicroseconds: UInt32(microseconds(milliseconds)), keyHash: keyHash(kind, words[3]),
            requestID: RequestID(high: 0, low: UInt64(id)!), tag: 900 + UInt64(id)!)
        requests[id] = header
        let fingerprint = core.wantsFingerprints ? UInt64(contents[id]!)! : nil
        switch core.requestReceived(header, fingerprint: fingerprint, now: now, into: &actions) {
        case .retain(let slot): names[slot] = id
        case .refuse(let reply, let refusal):
            say("\(id) \(outcome(reply.status))" + (reply.status == .refused(refusal.code) ? "" : " inconsistently"))
        case .answerStatus(let reply): say("\(id) \(outcome(reply.status)) by the router")
        }
    }

    private mutating func reply(_ worker: String, _ id: String, _ status: AnswerStatus, index: UInt64 = 0) {
        guard let number = workers[worker]?.number, let request = forwarded[id] else { return say("\(id) not sent") }
        core.workerReplied(number, request.reply(status, index: index), now: now, into: &actions)
        if actions.isEmpty { say("dropped") }
    }

    private mutating func wait(_ microseconds: UInt64) {
        let end = now.adding(microseconds: microseconds)
        while now < end {
            now.microseconds += 1_000
            if now.microseconds % Self.beatMicroseconds == 0 { beat() }
            core.timeAdvanced(to: now, into: &actions)
            carryOutActions()
        }
    }

    private mutating func sleep(_ microseconds: UInt64) {
        now.microseconds += microseconds
        beat()
        core.timeAdvanced(to: now, into: &actions)
    }

    private mutating func beat() {
        for name in workers.keys.sorted() where workers[name]!.isBeating {
            if let report = workers[name]!.report { hear(name, report, process: workers[name]!.process) }
            carryOutActions()
        }
    }

    // MARK: - What comes of it

    /// Takes each action out of the list before it carries it out, as shells do.
    private mutating func carryOutActions() {
        while !actions.isEmpty { carryOut(actions.removeFirst()) }
    }

    private mutating func carryOut(_ action: RouterAction) {
        switch action {
        case .forward(let slot, let worker, let header):
            let name = core.name(ofWorker: worker)
            switch workers[name]!.line {
            case .works:
                say("\(names[slot]!) to \(name)")
                if forwarded[names[slot]!] == nil { forwarded[names[slot]!] = header }
            case .gone: core.forwardFailed(slot, worker: worker, isGone: true, now: now, into: &actions)
            case .full: core.forwardFailed(slot, worker: worker, isGone: false, now: now, into: &actions)
            }
        case .deliver(let slot, let header): say("\(names[slot]!) \(outcome(header.status))")
        case .refuse(let slot, let header, _): say("\(names[slot]!) \(outcome(header.status))")
        case .identify(let slot, _):
            let name = names[slot]!
            let isConvicted = core.requestIdentified(slot, as: UInt64(contents[name]!)!, now: now, into: &actions)
            if isConvicted { say("\(name) convicted") }
        case .lead(let worker, let partition, let epoch, let inOrder):
            if inOrder, workers[core.name(ofWorker: worker)]?.leads(partition, epoch) == true {
                tell(worker, details.contains(.restarts) ? "is told that all of \(name(of: partition)) follows" : nil)
            } else {
                tell(worker, "is asked\(inOrder ? "" : " again") to lead \(name(of: partition)) after \(epoch)")
            }
        case .assign(let worker, let assignment):
            let held = assignment.partitions.map { name(of: $0) }.joined(separator: " ")
            let receiver = core.name(ofWorker: worker)
            let isNews = workers[receiver]!.held != held
            workers[receiver]!.held = held
            let isShown = details.contains(.repetitions) || details.contains(.assignments) && isNews
            tell(worker, isShown ? "is to hold \(held.isEmpty ? "nothing" : held)" : nil)
        case .probe(let worker): tell(worker, details.contains(.probes) ? "is probed" : nil)
        }
    }

    private mutating func tell(_ worker: Int, _ what: String?) {
        let name = core.name(ofWorker: worker)
        if workers[name]!.line == .gone { return core.workerVanished(worker, now: now, into: &actions) }
        if let what { say("\(name) \(what)") }
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

    // MARK: - Words

    private func name(of partition: PartitionID) -> String { partition == .broadcast ? "*" : "\(partition)" }

    /// Of a shopper in this partition; a number that is no partition stands for itself.
    private func keyHash(_ kind: MessageKind, _ target: String) -> KeyHash {
        switch kind.destination {
        case .namedWorker: return KeyHash(workerName: target)
        case .numberedPartition: return KeyHash(target == "*" ? 65_535 : UInt64(target)!)
        default:
            guard let partition = UInt64(target) else { return KeyHash(0) }
            return KeyHash(partition << 62 | 0xfff)
        }
    }

    private func microseconds(_ text: String) -> UInt64 {
        text.hasSuffix("ms") ? UInt64(text.dropLast(2))! * 1_000 : UInt64(text.dropLast(2))!
    }
}
