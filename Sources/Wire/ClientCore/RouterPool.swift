// What a client remembers about its routers from one call to the next: who is silent, and how many retries it
// still may make. A silent router is suspected until it answers again, so that the next calls go straight to one
// that works; from time to time one call tries it, because a router that came back says so to nobody.

import Domain

/// The routers of one client, numbered from 0 in the order of its configuration.
public struct RouterPool: Equatable, Sendable {
    private struct Router: Equatable {
        /// The last moment at which it answered anything.
        var heardAt = MonotonicInstant(microseconds: 0)
        /// Silences in a row; 0 while it is trusted.
        var silences = 0
        /// When a call may try it although it is suspected.
        var probeAt = MonotonicInstant(microseconds: 0)
    }

    private var routers: [Router]
    /// The router that is asked first while it is trusted. Clients have different ones, to share the load.
    public let home: Int
    public var budget: RetryBudget

    /// Numbers stand in the bits of a word.
    public static let acceptableCount = 1...16
    private static let firstProbeMicroseconds: UInt64 = 1_000_000

    /// - Parameters:
    ///   - count: of routers; see `acceptableCount`.
    ///   - seed: any number; draws the home.
    public init(count: Int, seed: UInt64, budget: RetryBudget = RetryBudget()) {
        precondition(Self.acceptableCount.contains(count), "\(count) routers")
        routers = Array(repeating: Router(), count: count)
        home = Int(finalMix(seed) % UInt64(count))
        self.budget = budget
    }

    public var count: Int { routers.count }

    public func isSuspected(_ router: Int) -> Bool { routers[router].silences > 0 }

    /// A message of this router arrived, whatever it says and however late.
    public mutating func heard(from router: Int, at now: MonotonicInstant) {
        routers[router].heardAt = now
        routers[router].silences = 0
    }

    /// As many calls are under way at once.
    public mutating func cover(calls: Int) { budget.cover(calls: calls) }

    /// A request has waited for too long. What has answered others meanwhile is not silent.
    mutating func waited(for router: Int, since sent: MonotonicInstant, at now: MonotonicInstant) {
        guard routers[router].heardAt < sent else { return }
        if routers[router].silences == 0 {
            routers[router].silences = 1
            routers[router].probeAt = now.adding(microseconds: Self.firstProbeMicroseconds)
        }
    }

    /// Whether a call may try a suspected router at this moment.
    func isProbeDue(_ router: Int, at now: MonotonicInstant) -> Bool {
        isSuspected(router) && routers[router].probeAt <= now
    }

    /// A request goes to this router. The next probe of a suspected one is due later each time: in 1, 2, 4, 8, 16 s.
    mutating func sending(to router: Int, at now: MonotonicInstant) {
        guard isProbeDue(router, at: now) else { return }
        routers[router].silences = min(routers[router].silences + 1, 5)
        routers[router].probeAt = now.adding(
            microseconds: Self.firstProbeMicroseconds << UInt64(routers[router].silences - 1))
    }
}
