// One call, from the moment it is made to its one ending: which router gets it, when another one does, and what
// the caller is told. A value without sockets, clocks or randomness: shells and the simulator tell it what
// happened and do what it decides.
//
// The intuition: one router at a time. A router that refuses for a reason that may pass, or says nothing for a
// quarter of the deadline, is followed by the next with the same request id, so that whoever answers first wins.
// What is not answered may have been done, so a refusal by one router says nothing about a request that another
// still holds. Rejected: asking two routers from the start, which doubles the load to save one patience.

import Domain

public struct CallPlan: Sendable {
    /// How a call ends.
    public enum Ending: Equatable, Sendable {
        /// The reply just received is the answer, also when it refuses what no repetition would change.
        case answered
        /// Every attempt was refused: the last refusal is the answer, and nothing was changed.
        case refused
        /// What was asked may or may not have been done.
        case unknown
    }

    /// What to do next.
    public enum Decision: Equatable, Sendable {
        /// Send the request under this attempt's number, then say `timeAdvanced`, or `sendFailed` when it did not
        /// leave.
        case send(to: Int, attempt: Int, deadlineMicroseconds: UInt32)
        /// Nothing, until a reply comes or this moment does.
        case wait(until: MonotonicInstant)
        /// Tell the caller. Said once.
        case finish(Ending)
        /// The call had ended before: a late event changes nothing.
        case ignore
    }

    private let seed: UInt64
    /// When the caller stops wanting it, and when the last answer has had the time to travel.
    private let deadline: MonotonicInstant
    private let end: MonotonicInstant
    private let patience: UInt64
    private var attempts = Attempts()
    private var isFinished = false
    /// A bit for each router that could not be sent to since the last pause for that reason.
    private var unreachable: UInt16 = 0
    private var reachPauses: UInt64 = 0
    private var reachAt: MonotonicInstant?

    /// - Parameters:
    ///   - deadlineMicroseconds: how long the caller waits, from `now` on.
    ///   - seed: random bits, for the lengths of pauses.
    public init(
        deadlineMicroseconds: UInt32, at now: MonotonicInstant, rules: CallRules = CallRules(), seed: UInt64
    ) {
        self.seed = seed
        deadline = now.adding(microseconds: UInt64(deadlineMicroseconds))
        end = deadline.adding(microseconds: CallRules.travelMicroseconds)
        patience = rules.patience(ofDeadline: deadlineMicroseconds)
    }

    /// Whether any request of this call has left.
    public var wasSent: Bool { attempts.count > 0 }

    /// Whether some router has not said anything yet.
    public var isAwaitingAnswer: Bool { attempts.unanswered > 0 }
}

// MARK: - Events

extension CallPlan {
    /// Makes the call.
    public mutating func started(at now: MonotonicInstant, with routers: inout RouterPool) -> Decision {
        routers.budget.earn()
        return decide(at: now, with: &routers)
    }

    /// The request that `send` asked for did not leave: the connection to this router is gone or full.
    public mutating func sendFailed(
        _ router: Int, at now: MonotonicInstant, with routers: inout RouterPool
    ) -> Decision {
        guard !isFinished, attempts.count > 0 else { return .ignore }
        attempts.removeLast()
        if attempts.count > 0 { routers.budget.refund() }
        unreachable |= 1 << UInt16(router)
        return decide(at: now, with: &routers)
    }

    /// A reply with this call's request id came.
    /// - Parameter attempt: the number that `send` gave, returned by the router.
    public mutating func replied(
        _ status: AnswerStatus, to attempt: Int, from router: Int, at now: MonotonicInstant,
        with routers: inout RouterPool
    ) -> Decision {
        routers.heard(from: router, at: now)
        guard !isFinished else { return .ignore }
        guard case .refused(let code) = status, !code.judgesTheRequest else { return finish(.answered) }
        guard attempts.refused(attempt, by: router, with: code, at: now) else { return decide(at: now, with: &routers) }
        // A final no; but while another attempt may have had its effect, "nothing was changed" would be a guess.
        if !code.isRetryable, !attempts.mayHaveBeenDone { return finish(.answered) }
        return decide(at: now, with: &routers)
    }

    /// Time passed.
    public mutating func timeAdvanced(to now: MonotonicInstant, with routers: inout RouterPool) -> Decision {
        decide(at: now, with: &routers)
    }
}

// MARK: - Deciding

extension CallPlan {
    private mutating func decide(at now: MonotonicInstant, with routers: inout RouterPool) -> Decision {
        guard !isFinished else { return .ignore }
        attempts.noteSilence(longerThan: patience, at: now, in: &routers)
        guard now < end else { return finish(attempts.ending) }
        guard now < deadline, attempts.count < Attempts.most, !attempts.isHopeless else { return nothingMoreToSend() }
        if let sent = attempts.lastUnansweredSince, now < sent.adding(microseconds: patience) {
            // It left: who could not be sent to before may be back when it turns out to be silent.
            unreachable = 0
            reachAt = nil
            return wait(until: sent.adding(microseconds: patience))
        }
        if let reachAt {
            guard now >= reachAt else { return wait(until: reachAt) }
            self.reachAt = nil
            unreachable = 0
        }
        guard let choice = attempts.next(at: now, in: routers, without: unreachable) else {
            return unreachable == 0 ? nothingMoreToSend() : pauseUntilReachable(now)
        }
        if choice.isAskedAgain, attempts.lastUnansweredSince == nil {
            let pauseEnd = attempts.refusedAt.adding(microseconds: pause)
            guard pauseEnd < deadline else { return nothingMoreToSend() }
            guard pauseEnd <= now else { return wait(until: pauseEnd) }
        }
        guard attempts.count == 0 || routers.budget.spend() else {
            // Other calls earn what this one cannot pay.
            return attempts.unanswered > 0 ? wait(until: now.adding(microseconds: patience)) : nothingMoreToSend()
        }
        routers.sending(to: choice.router, at: now)
        attempts.append(choice.router, at: now)
        return .send(
            to: choice.router, attempt: attempts.count - 1,
            deadlineMicroseconds: UInt32(clamping: deadline.microseconds(since: now)))
    }

    /// How long (µs) after a refusal a router is asked again: from three to five quarters of a pause that doubles, so
    /// that clients that were refused together do not come back together.
    private var pause: UInt64 {
        let doubled = CallRules.pauseMicroseconds << UInt64(max(0, attempts.refusals - 1))
        return doubled - doubled / 4 + finalMix(seed &+ UInt64(attempts.refusals)) % (doubled / 2 + 1)
    }

    private mutating func pauseUntilReachable(_ now: MonotonicInstant) -> Decision {
        let until = now.adding(microseconds: CallRules.reachMicroseconds << reachPauses)
        reachPauses = min(reachPauses + 1, 5)
        reachAt = until
        return wait(until: until)
    }

    private mutating func nothingMoreToSend() -> Decision {
        attempts.unanswered > 0 ? wait(until: end) : finish(attempts.ending)
    }

    private func wait(until instant: MonotonicInstant) -> Decision {
        .wait(until: min(instant, end, attempts.nextSilence(after: patience) ?? end))
    }

    private mutating func finish(_ ending: Ending) -> Decision {
        isFinished = true
        return .finish(ending)
    }
}

extension RefusalCode {
    /// Whether this refusal by one router still stands when another one refuses with `later`: that nobody knows the
    /// outcome outlasts everything, and what no repetition would change outlasts what may pass.
    public func outlasts(_ later: RefusalCode) -> Bool { rank > later.rank }

    private var rank: Int { self == .outcomeUnknown && !planted(.unknownIsRefusal) ? 2 : isRetryable ? 0 : 1 }
}
