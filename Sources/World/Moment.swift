import Domain

/// What is known of the moment in which a price is shown. Drawn afresh for every row.
public struct Moment: Equatable, Sendable {
    public static let columns = [
        NumericColumn("temperature", .normal(mean: 14, deviation: 7), decimals: 1),
        NumericColumn("crowding", .uniform(0...1), decimals: 3),
    ]

    /// - Shape: (2,), in the order and the units of `columns`.
    public let values: [Double]

    /// - Precondition: a value for each column.
    public init(values: [Double]) {
        precondition(values.count == Self.columns.count, "a moment has \(Self.columns.count) values")
        self.values = values
    }

    init(_ draws: inout Draws) { values = Self.columns.map { $0.draw(&draws) } }
}
