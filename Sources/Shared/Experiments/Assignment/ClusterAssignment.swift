// Was the arm drawn for each user, or for each household, shop or region? In the second case users of a cluster are
// one draw, and whatever counts users as draws (intervals, the sample ratio, a covariate's balance) is far too sure.
//
// Clusters tell: when users are drawn, most clusters of several are split over arms, and the arms' shares say how many.
// Chernoff's bound on a sum of unequal chances gives the chance of as few.

import Domain
import Glibc

/// How many clusters are split over arms, against how many would be if each user had been drawn.
public struct ClusterAssignment: Equatable, Sendable {
    /// Clusters of two users or more.
    public let clusters: Int
    /// Of these, with users in more than one arm.
    public let split: Int
    /// Of these, split if users had been drawn with the shares seen.
    public let expectedSplit: Double
    /// No less than the chance of as few split clusters when users are drawn.
    public let pValue: Double

    /// Shares that change while mates arrive together leave fewer clusters split, too, so that few are not enough:
    /// hardly any means at most this part of those expected.
    static let hardlyAny = 0.25

    /// Whole clusters were given an arm, with a few exceptions at most.
    public var isOfWholeClusters: Bool {
        pValue < SampleRatio.level && Double(split) <= Self.hardlyAny * expectedSplit
    }

    /// - Returns: nil when the rows name no clusters, or none of several users.
    /// - Complexity: rows + clusters × arms.
    public init?(_ table: ExperimentTable, _ totals: UserTotals) {
        let clusterOf = table.clusterOfUsers(totals.arms.count)
        let (count, arms) = ((clusterOf.max() ?? -1) + 1, table.armNames.count)
        // (clusters, arms) row-major.
        var members = [Int](repeating: 0, count: count * arms)
        for (user, cluster) in clusterOf.enumerated() where cluster >= 0 {
            members[cluster * arms + totals.arms[user]] += 1
        }
        let several = (0..<count).map { Array(members[$0 * arms..<($0 + 1) * arms]) }.filter { $0.reduce(0, +) >= 2 }
        guard !several.isEmpty else { return nil }
        let users = (0..<arms).map { arm in Double(several.reduce(0) { $0 + $1[arm] }) }
        let all = users.reduce(0, +)
        clusters = several.count
        split = several.count { $0.count { $0 > 0 } > 1 }
        expectedSplit = several.reduce(0) { sum, cluster in
            let size = Double(cluster.reduce(0, +))
            return sum + 1 - users.reduce(0) { $0 + pow($1 / all, size) }
        }
        let seen = Double(split)
        pValue =
            seen < expectedSplit
            ? exp(seen - expectedSplit - (split > 0 ? seen * log(seen / expectedSplit) : 0)) : 1
    }
}
