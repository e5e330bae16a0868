// The requests that have left for one call: at most three, kept in place so that a call allocates nothing.

import Domain

struct Attempts: Sendable {
    static let most = 3

    private struct Attempt {
        var sentAt = MonotonicInstant(microseconds: 0)
        var router: UInt8 = 0
        /// nil while unanswered.
        var refusal: RefusalCode?
        var isSilent = false
    }

    private var list = InlineArray<3, Attempt>(repeating: Attempt())
    private(set) var count = 0
    /// When the last refusal came.
    private(set) var refusedAt = MonotonicInstant(microseconds: 0)
    private(set) var refusals = 0

    mutating func append(_ router: Int, at now: MonotonicInstant) {
        list[count] = Attempt(sentAt: now, router: UInt8(router))
        count += 1
    }

    mutating func removeLast() { count -= 1 }

    /// - Returns: false for a reply to no attempt, or to one that has its reply: a duplicate.
    mutating func refused(_ attempt: Int, by router: Int, with code: RefusalCode, at now: MonotonicInstant) -> Bool {
        guard attempt >= 0, attempt < count, list[attempt].router == UInt8(router), list[attempt].refusal == nil else {
            return false
        }
        list[attempt].refusal = code
        refusedAt = now
        refusals += 1
        return true
    }

    // MARK: - What they mean

    var unanswered: Int { count(where: { $0.refusal == nil }) }

    /// Whether an attempt may have had its effect.
    var mayHaveBeenDone: Bool {
        count(where: { $0.refusal == nil || $0.refusal == .outcomeUnknown && !planted(.unknownIsRefusal) }) > 0
    }

    /// Whether some refusal says that asking again is of no use.
    var isHopeless: Bool { count(where: { $0.refusal?.isRetryable == false }) > 0 }

    /// What is true when nothing more is heard. A call that never left is not known either: its shell says so.
    var ending: CallPlan.Ending {
        count == 0 || mayHaveBeenDone && !planted(.silenceIsRefusal) ? .unknown : .refused
    }

    /// When the last attempt left; nil when it has been answered, or there is none.
    var lastUnansweredSince: MonotonicInstant? {
        guard count > 0, list[count - 1].refusal == nil else { return nil }
        return list[count - 1].sentAt
    }

    private func count(where holds: (Attempt) -> Bool) -> Int {
        var found = 0
        for index in 0..<count where holds(list[index]) { found += 1 }
        return found
    }
}

// MARK: - Silence

extension Attempts {
    /// Tells the pool, once for each attempt, that an answer has been waited for too long.
    mutating func noteSilence(longerThan patience: UInt64, at now: MonotonicInstant, in routers: inout RouterPool) {
        for index in 0..<count where list[index].refusal == nil && !list[index].isSilent {
            guard now >= list[index].sentAt.adding(microseconds: patience) else { continue }
            list[index].isSilent = true
            routers.waited(for: Int(list[index].router), since: list[index].sentAt, at: now)
        }
    }

    /// When `noteSilence` has something to tell.
    func nextSilence(after patience: UInt64) -> MonotonicInstant? {
        for index in 0..<count where list[index].refusal == nil && !list[index].isSilent {
            return list[index].sentAt.adding(microseconds: patience)
        }
        return nil
    }
}

// MARK: - Who is next

extension Attempts {
    struct Choice {
        var router: Int
        /// It has refused this call before, or has not answered it.
        var isAskedAgain: Bool
    }

    /// The router for the next attempt.
    /// - Parameter excluded: a bit for each router that cannot be sent to.
    func next(at now: MonotonicInstant, in routers: RouterPool, without excluded: UInt16) -> Choice? {
        var best: (rank: Int, router: Int)?
        for offset in 0..<routers.count {
            let router = (routers.home + offset) % routers.count
            guard excluded & (1 << UInt16(router)) == 0, let rank = rank(router, at: now, in: routers) else { continue }
            if rank < best?.rank ?? .max { best = (rank, router) }
            if rank == 0 { break }
        }
        return best.map { Choice(router: $0.router, isAskedAgain: isTried($0.router)) }
    }

    /// Lower goes first; nil never.
    private func rank(_ router: Int, at now: MonotonicInstant, in routers: RouterPool) -> Int? {
        guard isTried(router) else {
            guard routers.isSuspected(router) else { return 0 }
            guard routers.isProbeDue(router, at: now) else { return 4 }
            return count == 0 && router == routers.home ? 0 : 1
        }
        let isLast = list[count - 1].router == UInt8(router)
        guard isUnanswered(router) else { return isLast ? 3 : 2 }
        return isLast ? nil : 5
    }

    private func isTried(_ router: Int) -> Bool { count(where: { $0.router == UInt8(router) }) > 0 }

    private func isUnanswered(_ router: Int) -> Bool {
        count(where: { $0.router == UInt8(router) && $0.refusal == nil }) > 0
    }
}
