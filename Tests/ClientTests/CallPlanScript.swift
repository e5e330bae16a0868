// A call told as a script: what happens on the left, what the plan decides on the right. Times are milliseconds
// since the call was made, routers A, B, C.

import ClientCore
import Domain

struct CallPlanScript {
    private(set) var routers: RouterPool
    var wasSent: Bool { plan.wasSent }
    private var plan: CallPlan
    /// The number of the latest attempt at each router.
    private var attempts: [Int: Int] = [:]

    static let start = MonotonicInstant(microseconds: 1_000_000)

    /// Router A is the home.
    init(routers count: Int, deadlineMilliseconds: UInt32 = 2_000, pool: RouterPool? = nil) {
        routers = pool ?? RouterPool(count: count, seed: Self.seed(homeOf: count))
        plan = CallPlan(deadlineMicroseconds: deadlineMilliseconds * 1_000, at: Self.start, seed: 7)
    }

    /// The next line of the script.
    mutating func step(_ line: String) -> String {
        let words = line.split(separator: " ").map(String.init)
        let now = Self.start.adding(microseconds: UInt64((Double(words[0]) ?? 0) * 1_000))
        var decision: CallPlan.Decision
        switch words[1] {
        case "call": decision = plan.started(at: now, with: &routers)
        case "time": decision = plan.timeAdvanced(to: now, with: &routers)
        default:
            let router = Int(words[1].utf8.first ?? 65) - 65
            if words[2] == "gone" {
                decision = plan.sendFailed(router, at: now, with: &routers)
            } else {
                decision = plan.replied(
                    Self.status(words[2]), to: attempts[router] ?? 0, from: router, at: now, with: &routers)
            }
        }
        if case .send(let router, let attempt, _) = decision { attempts[router] = attempt }
        return Self.text(decision)
    }

    /// Runs a script of lines `event -> decision`; returns it as it really goes.
    mutating func run(_ script: String) -> String {
        script.split(separator: "\n").map { line in
            let event = line.components(before: " -> ")
            return "\(event) -> \(step(event))"
        }.joined(separator: "\n")
    }

    private static func status(_ word: String) -> AnswerStatus {
        switch word {
        case "answers": .answered(.personal)
        case "overloaded": .refused(.overloaded)
        case "unavailable": .refused(.unavailable)
        case "unknown": .refused(.outcomeUnknown)
        case "quarantined": .refused(.quarantined)
        default: .refused(.unknownProduct)
        }
    }

    private static func text(_ decision: CallPlan.Decision) -> String {
        switch decision {
        case .send(let router, _, let deadline): "send \(name(router)) \(deadline / 1_000)"
        case .wait(let until): "wait \(until.microseconds(since: start) / 1_000)"
        case .finish(let ending): "\(ending)"
        case .ignore: "ignored"
        }
    }

    private static func name(_ router: Int) -> String { String(UnicodeScalar(UInt8(65 + router))) }

    /// A seed that makes router 0 the home.
    static func seed(homeOf count: Int) -> UInt64 {
        (0...).first { RouterPool(count: count, seed: $0).home == 0 } ?? 0
    }
}

extension Substring {
    fileprivate func components(before separator: String) -> String {
        var text = self
        while !text.isEmpty, !self.dropFirst(text.count).hasPrefix(separator) { text = text.dropLast() }
        return String(text.isEmpty ? self : text)
    }
}
