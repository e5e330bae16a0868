// The rows of an experiment as a CSV: `user,arm,time` and any number of metrics, one row for each exposure or for each
// user and day. In the format of exposures (`price,unit_cost,bought`) the metrics follow: conversion, revenue, profit.

import Domain
import Experiments

/// An experiment read from a file, and what can be compared in it.
public struct ExperimentFile: Sendable {
    /// Which columns are what.
    public struct Columns: Sendable {
        /// The goal first. Empty: every column without another meaning.
        public var metrics: [String] = []
        /// Pairs of columns, of whose sums the ratio is compared.
        public var ratios: [(numerator: String, denominator: String)] = []
        /// Metrics that must not get worse.
        public var guards: [String] = []
        public var covariate: String?
        public var cluster: String?

        public init() {}
    }

    /// Something that is compared between arms.
    public struct NamedMetric: Sendable {
        public let name: String
        /// Of what the metric is the mean: `user`, `exposure`, `row`, or the denominator of a ratio.
        public let per: String
        public let metric: Metric
    }

    public let file: String
    public private(set) var table: ExperimentTable
    /// The goal first.
    public private(set) var metrics: [NamedMetric] = []

    /// Columns that are no metrics.
    private static let known: Set<String> = [
        "user", "arm", "time", "item", "cluster", "price", "reference_price", "unit_cost", "bought", "quantity",
        "propensity", "probability",
    ]
    private static let mostArms = 20
    /// Sums of squares of such amounts stay far from infinity.
    private static let amounts = -1e12...1e12

    /// Reads a file, plain or gzip.
    public init(path: String, _ columns: Columns) throws(LearningError) {
        let reader = try CSVReader(path: path)
        file = reader.name
        guard Set(reader.header).count == reader.header.count else {
            throw LearningError(
                place: "\(file):1", value: reader.header.joined(separator: ","), remedy: "Name every column once.")
        }
        func optional(_ name: String?, or usual: String) throws(LearningError) -> CSVReader.Column? {
            if let name { return try reader.column(name) }
            return reader.header.contains(usual) ? try reader.column(usual) : nil
        }
        let user = try reader.column("user")
        let arm = try reader.column("arm")
        let time = try reader.column("time")
        let cluster = try optional(columns.cluster, or: "cluster")
        let item = try optional(nil, or: "item")
        let covariate = try columns.covariate.map { name throws(LearningError) in try reader.column(name) }
        var selection = try Selection(reader, columns, except: Self.known)
        var users = Numbering()
        var arms = Numbering()
        var clusters = Numbering()
        var items = Numbering()
        var before: [Double] = []
        var style: TimeStyle?
        var table = ExperimentTable(armNames: [])
        while try reader.next() {
            let place = users.number(of: try reader.name(user))
            let armName = try reader.name(arm)
            let (moment, written) = try reader.periodTime(time)
            guard style == nil || style == written else {
                throw reader.error(time, remedy: "Write all times of a file in the same way.")
            }
            style = written
            table.users.append(place)
            table.arms.append(arms.number(of: armName))
            guard arms.names.count <= Self.mostArms else {
                throw reader.error(arm, remedy: "An experiment has at most \(Self.mostArms) arms.")
            }
            table.times.append(moment)
            // A user without a cluster is one alone, and no cluster of all those without.
            if let cluster {
                let name = reader.text(cluster)
                table.clusters.append(name.isEmpty ? -1 : clusters.number(of: name))
            }
            if let item { table.items.append(items.number(of: reader.text(item))) }
            if let covariate {
                let value = reader.bytes(covariate).isEmpty ? .nan : try reader.number(covariate, in: Self.amounts)
                if place == before.count { before.append(value) }
                guard before[place] == value || (before[place].isNaN && value.isNaN) else {
                    throw reader.error(
                        covariate,
                        remedy: "What was known before the experiment is one number a user: give it in "
                            + "every row of the user.")
                }
                table.covariate.append(value)
            }
            try selection.read(reader, user: place, in: Self.amounts)
        }
        guard style != nil else {
            throw LearningError(place: file, value: "a header and no rows", remedy: "Give one row for an exposure.")
        }
        guard arms.names.count >= 2 else {
            throw LearningError(
                place: "\(file), arm", value: arms.names.joined(separator: ", "), remedy: "Give rows of two arms.")
        }
        table.armNames = arms.names
        table.columns = selection.columns
        self.table = table
        metrics = selection.metrics(repeats: table.count > users.names.count)
    }

    /// The number of the control: of the arm with this name, or of `control`, or of the first in alphabetical order.
    public func control(named name: String?) throws(LearningError) -> Int {
        let names = table.armNames
        if let name {
            guard let number = names.firstIndex(of: name) else { throw unknownArm(name) }
            return number
        }
        return names.firstIndex(of: "control") ?? names.indices.min { names[$0] < names[$1] } ?? 0
    }

    /// Planned shares in the order of the table's arms; equal ones when none are given.
    public func shares(_ planned: [(arm: String, share: Double)]) throws(LearningError) -> [Double] {
        let names = table.armNames
        guard !planned.isEmpty else { return names.map { _ in 1 / Double(names.count) } }
        var shares = [Double](repeating: 0, count: names.count)
        for (arm, share) in planned {
            guard let number = names.firstIndex(of: arm) else { throw unknownArm(arm) }
            guard share > 0, share < 1, shares[number] == 0 else {
                throw LearningError(
                    place: "--share", value: "\(arm)=\(share)", remedy: "Give each arm one share between 0 and 1.")
            }
            shares[number] = share
        }
        guard !shares.contains(0), abs(shares.reduce(0, +) - 1) < 1e-6 else {
            throw LearningError(
                place: "--share", value: planned.map { "\($0.arm)=\($0.share)" }.joined(separator: " "),
                remedy: "Give a share for each of \(names.sorted().joined(separator: ", ")), adding up to 1.")
        }
        return shares
    }

    /// A metric per user.
    public func perUser(_ name: String) -> Metric? { metrics.first { $0.name == name && $0.per == "user" }?.metric }

    private func unknownArm(_ name: String) -> LearningError {
        LearningError(
            place: "\(file), arm", value: name,
            remedy: "The arms of the file are \(table.armNames.sorted().joined(separator: ", ")).")
    }
}

/// Numbers for names, in the order in which they come.
private struct Numbering {
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    mutating func number(of name: String) -> Int {
        if let known = numbers[name] { return known }
        numbers[name] = names.count
        names.append(name)
        return names.count - 1
    }
}
