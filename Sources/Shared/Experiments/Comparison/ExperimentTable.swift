// What an experiment has seen, as columns. A user has one arm, the first one seen: whoever was moved later stays where
// chance had put them, because a move may be an effect of the arm.

import Domain

/// Rows of an experiment: one for each exposure, or for each user and day.
public struct ExperimentTable: Sendable {
    /// A column of numbers and its name; (rows,).
    public struct Column: Sendable {
        public var name: String
        public var values: [Double]

        public init(name: String, values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    /// Each (rows,): numbers from 0, and times in any unit.
    public var users: [Int] = []
    public var arms: [Int] = []
    public var times: [Int64] = []
    /// Numbers from 0, when the rows say so; −1 for a user without a cluster.
    public var clusters: [Int] = []
    public var items: [Int] = []
    public var armNames: [String]
    public var columns: [Column] = []
    /// Known of the user before the experiment; NaN where it is not. Empty without one.
    public var covariate: [Double] = []

    public init(armNames: [String]) { self.armNames = armNames }

    public var count: Int { users.count }

    /// The cluster of each user, that of the first row; −1 without one.
    /// - Shape: (users,).
    func clusterOfUsers(_ count: Int) -> [Int] {
        var clusterOf = [Int](repeating: -1, count: count)
        for (row, cluster) in clusters.enumerated() where clusterOf[users[row]] < 0 { clusterOf[users[row]] = cluster }
        return clusterOf
    }
}

/// What each user adds up to.
public struct UserTotals: Sendable {
    /// Each (users,). −1 for a number that no row has.
    public let arms: [Int]
    /// When the user was first seen.
    public let firstTimes: [Int64]
    /// Rows of the user.
    public let rows: [Double]
    /// One (users,) for each column of the table.
    public let sums: [[Double]]
    /// The mean over the user's rows that have one; NaN without. Empty when the table has none.
    public let covariates: [Double]
    /// Users whose rows name more than one arm.
    public let usersInTwoArms: Int

    /// - Complexity: rows × columns.
    public init(_ table: ExperimentTable) {
        let count = (table.users.max() ?? -1) + 1
        var arms = [Int](repeating: -1, count: count)
        var firstTimes = [Int64](repeating: .max, count: count)
        var rows = [Double](repeating: 0, count: count)
        for (row, user) in table.users.enumerated() {
            rows[user] += 1
            // Of rows at the same time, the first of the file.
            guard arms[user] < 0 || table.times[row] < firstTimes[user] else { continue }
            arms[user] = table.arms[row]
            firstTimes[user] = table.times[row]
        }
        var moved = [Bool](repeating: false, count: count)
        for (row, user) in table.users.enumerated() where table.arms[row] != arms[user] { moved[user] = true }
        self.arms = arms
        self.firstTimes = firstTimes
        self.rows = rows
        usersInTwoArms = moved.count { $0 }
        sums = table.columns.map { column in
            var sums = [Double](repeating: 0, count: count)
            for (row, user) in table.users.enumerated() { sums[user] += column.values[row] }
            return sums
        }
        guard !table.covariate.isEmpty else {
            covariates = []
            return
        }
        var known = [Double](repeating: 0, count: count)
        var covariates = known
        for (row, user) in table.users.enumerated() where !table.covariate[row].isNaN {
            covariates[user] += table.covariate[row]
            known[user] += 1
        }
        self.covariates = covariates.indices.map { known[$0] > 0 ? covariates[$0] / known[$0] : .nan }
    }

    /// The users of an arm, ascending.
    func users(of arm: Int) -> [Int] { arms.indices.filter { arms[$0] == arm } }
}
