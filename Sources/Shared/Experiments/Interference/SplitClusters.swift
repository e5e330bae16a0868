// Users who share a household talk, share an account, buy for each other. When chance sends them to different arms, each
// arm sees a little of the other, and the difference between arms is no longer the effect of treating everybody.
//
// How many mates of a control user are treated is itself drawn by chance, given the size of the cluster: so a control's
// outcome that follows it is interference and nothing else. Source: the idea of Aronow (2012) in its simplest form.

import Domain

/// Clusters whose users are in different arms.
public struct SplitClusters: Equatable, Sendable {
    /// Clusters of two users or more.
    public let clusters: Int
    /// Of these, with users in the control and in another arm.
    public let split: Int
    /// Users of split clusters.
    public let users: Int
    /// How a control user's outcome rises with the share of treated among the others of the cluster; nil when there are
    /// too few to say.
    public let spill: Slope?

    /// - Parameter column: of the table, summed per user.
    /// - Returns: nil when the rows name no clusters, or none of several users.
    /// - Complexity: rows + users × log users.
    public init?(_ table: ExperimentTable, _ totals: UserTotals, control: Int, column: Int) {
        let clusterOf = table.clusterOfUsers(totals.arms.count)
        let count = (clusterOf.max() ?? -1) + 1
        var sizes = [Int](repeating: 0, count: count)
        var treated = sizes
        for (user, cluster) in clusterOf.enumerated() where cluster >= 0 {
            sizes[cluster] += 1
            if totals.arms[user] != control { treated[cluster] += 1 }
        }
        let several = sizes.indices.filter { sizes[$0] >= 2 }
        guard !several.isEmpty else { return nil }
        let mixed = several.filter { treated[$0] > 0 && treated[$0] < sizes[$0] }
        clusters = several.count
        split = mixed.count
        users = mixed.reduce(0) { $0 + sizes[$1] }

        let controls = clusterOf.indices.filter {
            clusterOf[$0] >= 0 && sizes[clusterOf[$0]] >= 2 && totals.arms[$0] == control
        }
        let bySize = Dictionary(grouping: controls) { sizes[clusterOf[$0]] }
        var (x, y, places): ([Double], [Double], [Int]) = ([], [], [])
        for size in bySize.keys.sorted() {
            let members = bySize[size] ?? []
            let shares = members.map { Double(treated[clusterOf[$0]]) / Double(size - 1) }
            let outcomes = members.map { totals.sums[column][$0] }
            let means = (
                shares.reduce(0, +) / Double(members.count), outcomes.reduce(0, +) / Double(members.count)
            )
            x += shares.map { $0 - means.0 }
            y += outcomes.map { $0 - means.1 }
            places += members.map { clusterOf[$0] }
        }
        spill = Slope(x: x, y: y, weights: x.map { _ in 1 }, clusters: places)
    }
}
