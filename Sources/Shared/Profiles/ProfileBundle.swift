// Profiles of all shoppers in one file. A profile is a function of a shopper's purchases and of what is in here; nothing
// about a shopper is stored but what they bought. So a known shopper, one who has bought more since and a new one go the
// same way, and a profile follows its events without another fit.

import Domain

public struct ProfileBundle: Equatable, Sendable {
    public let version: UInt64
    /// Ascending.
    public let items: [String]
    /// Ascending.
    public let shoppers: [String]
    /// Shoppers by items: quantities.
    public let purchases: SparseRows
    public let factors: ImplicitFactors
    /// Centres of the segments, shape (segments, factors), the largest segment first.
    public let segments: VectorTable
    /// The items that are most like each item, best first.
    public let similarItems: [[Neighbour]]
    /// What ranked held-out purchases best.
    public let method: RankingMethod
    /// Whether shoppers buy the same things again, as groceries and unlike films.
    public let sellsAgain: Bool

    public static let quantities = 0.001...1e9
    public static let factorCounts = 1...256
    public static let segmentCounts = 1...64

    public init(
        version: UInt64, items: [String], shoppers: [String], purchases: SparseRows, factors: ImplicitFactors,
        segments: VectorTable, similarItems: [[Neighbour]], method: RankingMethod, sellsAgain: Bool
    ) {
        self.version = version
        self.items = items
        self.shoppers = shoppers
        self.purchases = purchases
        self.factors = factors
        self.segments = segments
        self.similarItems = similarItems
        self.method = method
        self.sellsAgain = sellsAgain
    }
}

/// What is known of one shopper.
public struct Profile: Equatable, Sendable {
    /// Columns are the bundle's items, values quantities; empty for somebody unknown.
    public let purchases: SparseRows
    /// All zeros for somebody unknown.
    public let factors: [Double]
    /// nil for somebody unknown.
    public let segment: Int?

    public var isKnown: Bool { segment != nil }
}

extension ProfileBundle {
    /// The place of a shopper, if they were there when the bundle was learned.
    public func place(ofShopper id: String) -> Int? { shoppers.sortedIndex(of: id) }

    public func place(ofItem id: String) -> Int? { items.sortedIndex(of: id) }

    /// The profile of a shopper as of the bundle, and of what they have bought since.
    /// - Parameter since: quantities by item; items that the bundle does not know say nothing yet.
    public func profile(of id: String, since: [String: Double] = [:]) -> Profile {
        let known = place(ofShopper: id).map { Array(purchases[$0]) } ?? []
        let new = since.compactMap { item, quantity in
            place(ofItem: item).map { SparseRows.Cell(column: $0, value: quantity) }
        }
        return profile(of: known + new)
    }

    /// One ridge regression and a look for the nearest centre.
    func profile(of cells: [SparseRows.Cell]) -> Profile {
        let row = SparseRows(
            rowCount: 1, columnCount: items.count, entries: cells.map { (0, $0.column, $0.value) })
        guard !cells.isEmpty else {
            return Profile(purchases: row, factors: [Double](repeating: 0, count: factors.items.width), segment: nil)
        }
        let vector = factors.vector(of: row.mapValues(ImplicitFactors.weight)[0])
        return Profile(purchases: row, factors: vector, segment: KMeans.nearest(segments, to: vector[...]))
    }
}
