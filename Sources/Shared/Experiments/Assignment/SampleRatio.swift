// Did chance share out the users as planned? An arm that lost users lost particular ones, and then no difference between
// arms means anything: the check comes before every estimate.
//
// The chi-square test is for one look. Beside it a Dirichlet distribution around the plan bets on other shares, user by
// user; its winnings are a martingale as long as the plan holds, so their record is a p-value for all looks at once.
// Source: Lindon and Malek (2022).

import Domain
import Glibc

/// Users of each arm against the plan.
public struct SampleRatio: Sendable {
    /// Each (arms,).
    public let users: [Int]
    public let planned: [Double]
    /// Of the chi-square test; nil when an arm expects fewer than five.
    public let pValue: Double?
    /// Ever below α with a chance of at most α when the plan holds.
    public let sequentialPValue: Double

    /// How strongly the bet believes the plan: as if this many users had been seen.
    static let belief = 200.0
    /// Below this, at any time, the plan did not hold.
    public static let sequentialLevel = 0.01
    /// Below this at the last look.
    public static let level = 0.0005

    public var isMismatch: Bool { sequentialPValue < Self.sequentialLevel || (pValue ?? 1) < Self.level }

    /// - Parameter planned: (arms,) positive, adding up to one.
    /// - Complexity: users × log users.
    public init(_ totals: UserTotals, planned: [Double]) {
        let seen = totals.arms.indices.filter { totals.arms[$0] >= 0 }
        let arriving = seen.sorted { (totals.firstTimes[$0], $0) < (totals.firstTimes[$1], $1) }
        var counts = [Double](repeating: 0, count: planned.count)
        var logWinnings = 0.0
        var record = 0.0
        for (place, user) in arriving.enumerated() {
            let arm = totals.arms[user]
            let believed = (Self.belief * planned[arm] + counts[arm]) / (Self.belief + Double(place))
            logWinnings += log(believed / planned[arm])
            counts[arm] += 1
            // Users of the same moment came in no order, so the winnings count only after the last of them.
            let isLast =
                place + 1 == arriving.count || totals.firstTimes[arriving[place + 1]] != totals.firstTimes[user]
            if isLast { record = max(record, logWinnings) }
        }
        users = counts.map { Int($0) }
        self.planned = planned
        sequentialPValue = exp(-record)
        let expected = planned.map { $0 * Double(arriving.count) }
        pValue =
            (expected.min() ?? 0) >= 5
            ? Tail.chiSquare(
                zip(counts, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 },
                freedom: Double(planned.count - 1)) : nil
    }
}
