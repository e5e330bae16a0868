// A table of offers as numbers, and how its feature columns become them.

import Domain

/// Feature columns turned into numbers, as fitted once.
public struct OfferPreparation: Equatable, Sendable {
    var columns: [Preparation.Column]

    /// A level stands for how often it brings more than usual, and for how an offer changes that.
    init(fitting table: OfferTable) {
        let mean = table.profits.reduce(0, +) / Double(max(1, table.count))
        let offered: [Float] = table.offers.map { $0.isEmpty ? 0 : 1 }
        columns = table.features.map {
            Preparation.Column(fitting: $0, prices: offered, bought: table.profits.map { $0 > mean })
        }
    }

    init(columns: [Preparation.Column]) { self.columns = columns }

    /// The kinds of the feature columns, by name: what a file of questions must have.
    public var kinds: [String: ColumnKind] {
        Dictionary(columns.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
    }

    var width: Int { columns.reduce(0) { $0 + $1.width } }

    /// - Shape: result (rows, width) row-major; every value finite.
    /// - Precondition: the table has the columns of `kinds`, of these kinds.
    func features(of table: OfferTable) -> [Float] {
        let values = columns.map { column in table.features.first { $0.name == column.name }!.values }
        var features: [Float] = []
        features.reserveCapacity(table.count * width)
        for row in 0..<table.count {
            for (column, values) in zip(columns, values) { column.append(values, at: row, to: &features) }
        }
        return features
    }
}

/// Rows to learn from, or to judge by.
struct OfferRows: Sendable {
    let features: [Float]
    let width: Int
    /// 0: no offer; else 1 + the place of the offer. (rows,).
    let arms: [Int]
    /// Before the offer's cost.
    let profits: [Double]
    let costs: [Double]
    let propensities: [Double]
    /// A number for each user. (rows,).
    let users: [UInt64]

    var count: Int { arms.count }

    /// - Parameter names: of the offers, in the order of their places.
    init(_ table: OfferTable, _ preparation: OfferPreparation, names: [String]) {
        features = preparation.features(of: table)
        width = preparation.width
        let places = Dictionary(zip(names, 1...), uniquingKeysWith: { first, _ in first })
        arms = table.offers.map { places[$0] ?? 0 }
        profits = table.profits
        costs = table.costs
        propensities = table.propensities
        users = table.users.map(Self.number)
    }

    /// Depends on the user alone.
    static func number(_ user: String) -> UInt64 {
        var state = FNV1a()
        state.update(Array(user.utf8)[...])
        return finalMix(state.value)
    }

    /// Which half of the users, to judge by the other: 0 or 1.
    static func half(_ user: UInt64) -> Int { Int(user >> 32 & 1) }

    /// Which side within a half, to score by the other: 0 or 1.
    static func side(_ user: UInt64) -> Int { Int(user >> 20 & 1) }

    /// - Returns: (places.count, width).
    func features(at places: [Int]) -> [Float] {
        var chosen: [Float] = []
        chosen.reserveCapacity(places.count * width)
        for place in places { chosen += features[(place * width)..<((place + 1) * width)] }
        return chosen
    }
}
