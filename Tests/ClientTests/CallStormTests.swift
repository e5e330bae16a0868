// Any storm of losses, delays, duplicates, dead routers and refusals, drawn from a seed. The laws hold in all of
// them: one ending for each call, in time; three requests at most; nothing after the end; and what may have been
// done is never reported as refused.

import ClientCore
import Domain
import TestSupport
import Testing

struct CallStormTests {
    @Test(arguments: 0..<3_000 as Range<UInt64>)
    func everyCallKeepsTheLaws(seed: UInt64) {
        var storm = CallStorm(seed: seed)
        for violation in storm.run() { Issue.record("seed \(seed): \(violation)") }
    }
}

/// One client, its routers, and everything that can go wrong between them.
struct CallStorm {
    private enum Happening {
        /// A reply reaches the client.
        case reply(call: Int, attempt: Int, router: Int, AnswerStatus)
        case wake(call: Int)
        case makeCall
    }

    private struct Call {
        var plan: CallPlan
        var end: MonotonicInstant
        var sends = 0
        var endings: [CallPlan.Ending] = []
        /// An attempt had its effect.
        var isDone = false
        var lastReply: AnswerStatus?
    }

    private var random: Lottery
    private var routers: RouterPool
    private var now = MonotonicInstant(microseconds: 1_000_000)
    private var happenings: [(at: MonotonicInstant, order: Int, Happening)] = []
    private var order = 0
    /// When the event at hand was meant to happen; shells may be late.
    private var scheduled = MonotonicInstant(microseconds: 0)
    private var calls: [Call] = []
    private var violations: [String] = []
    /// Percent of what goes wrong, drawn once for the whole storm.
    private let lossPercent: UInt64
    private let gonePercent: UInt64
    private let refusalPercent: UInt64
    private let duplicatePercent: UInt64
    private let longestDelay: UInt64

    init(seed: UInt64) {
        var random = Lottery(seed: seed)
        let count = Int(random.below(5)) + 1
        routers = RouterPool(count: count, seed: random.next())
        lossPercent = [0, 5, 50, 100][Int(random.below(4))]
        gonePercent = [0, 5, 50, 100][Int(random.below(4))]
        refusalPercent = [0, 20, 80, 100][Int(random.below(4))]
        duplicatePercent = [0, 50][Int(random.below(2))]
        longestDelay = [1_000, 50_000, 500_000, 3_000_000][Int(random.below(4))]
        self.random = random
    }

    mutating func run() -> [String] {
        for _ in 0..<10 { happens(.makeCall, after: random.below(2_000_000)) }
        while let index = happenings.indices.min(by: { key(happenings[$0]) < key(happenings[$1]) }) {
            let (at, _, happening) = happenings.remove(at: index)
            now = max(now, at)
            scheduled = at
            switch happening {
            case .makeCall: makeCall()
            case .wake(let call):
                // Shells wake late.
                now = now.adding(microseconds: random.below(2_000))
                follow(calls[call].plan.timeAdvanced(to: now, with: &routers), call)
            case .reply(let call, let attempt, let router, let status):
                calls[call].lastReply = status
                follow(calls[call].plan.replied(status, to: attempt, from: router, at: now, with: &routers), call)
            }
        }
        for (number, call) in calls.enumerated() where call.endings.count != 1 {
            violations.append("call \(number) ended \(call.endings.count) times")
        }
        return violations
    }

    private func key(_ entry: (at: MonotonicInstant, order: Int, Happening)) -> (UInt64, Int) {
        (entry.at.microseconds, entry.order)
    }

    private mutating func happens(_ happening: Happening, after delay: UInt64) {
        order += 1
        happenings.append((now.adding(microseconds: delay), order, happening))
    }

    private mutating func makeCall() {
        let deadline = UInt32([1, 500, 20_000, 250_000, 2_000_000][Int(random.below(5))])
        let plan = CallPlan(deadlineMicroseconds: deadline, at: now, seed: random.next())
        let end = now.adding(microseconds: UInt64(deadline) + CallRules.travelMicroseconds)
        calls.append(Call(plan: plan, end: end))
        let call = calls.count - 1
        follow(calls[call].plan.started(at: now, with: &routers), call)
    }

    private mutating func follow(_ first: CallPlan.Decision, _ call: Int) {
        var decision = first
        while true {
            let hasEnded = !calls[call].endings.isEmpty
            switch decision {
            case .send(let router, let attempt, let deadline):
                if hasEnded { violations.append("call \(call) sends after its end") }
                if deadline == 0 { violations.append("call \(call) sends with no time left") }
                if random.below(100) < gonePercent {
                    decision = calls[call].plan.sendFailed(router, at: now, with: &routers)
                } else {
                    calls[call].sends += 1
                    if calls[call].sends > 3 { violations.append("call \(call) sends \(calls[call].sends) times") }
                    send(call, attempt, router)
                    decision = calls[call].plan.timeAdvanced(to: now, with: &routers)
                }
            case .wait(let until):
                if hasEnded { violations.append("call \(call) waits after its end") }
                if until <= now { violations.append("call \(call) waits for the past") }
                if until > calls[call].end { violations.append("call \(call) waits beyond its end") }
                happens(.wake(call: call), after: until.microseconds(since: now))
                return
            case .finish(let ending):
                judge(ending, call)
                return
            case .ignore:
                if !hasEnded { violations.append("call \(call) ignores an event while it runs") }
                return
            }
        }
    }

    /// A request leaves. What becomes of it?
    private mutating func send(_ call: Int, _ attempt: Int, _ router: Int) {
        guard random.below(100) >= lossPercent else {
            // Lost on the way there, or done and the answer lost.
            if random.below(2) == 0 { calls[call].isDone = true }
            return
        }
        var status = AnswerStatus.answered(.personal)
        if random.below(100) < refusalPercent {
            let codes: [RefusalCode] = [
                .overloaded, .unavailable, .notYetReadable, .logFailed, .outcomeUnknown, .quarantined,
                .deadlineExpired,
            ]
            status = .refused(codes[Int(random.below(UInt64(codes.count)))])
        }
        // What is refused was not done, except when the router itself does not know.
        if status == .answered(.personal) { calls[call].isDone = true }
        if status == .refused(.outcomeUnknown), random.below(2) == 0 { calls[call].isDone = true }
        let copies = random.below(100) < duplicatePercent ? 3 : 1
        for _ in 0..<copies {
            happens(
                .reply(call: call, attempt: attempt, router: router, status), after: random.below(longestDelay) + 1)
        }
    }

    private mutating func judge(_ ending: CallPlan.Ending, _ call: Int) {
        calls[call].endings.append(ending)
        if scheduled > calls[call].end { violations.append("call \(call) ends too late") }
        switch ending {
        case .unknown: break
        case .refused:
            if calls[call].isDone { violations.append("call \(call) was done and is reported as refused") }
            guard case .refused = calls[call].lastReply else {
                violations.append("call \(call) is refused without a refusal")
                return
            }
        case .answered:
            guard let reply = calls[call].lastReply else {
                violations.append("call \(call) is answered by nobody")
                return
            }
            if case .refused = reply, calls[call].isDone {
                violations.append("call \(call) was done and its answer is a refusal")
            }
        }
    }
}

extension Lottery {
    /// From 0 to `bound` - 1.
    fileprivate mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
}
