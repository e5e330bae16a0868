// What preparation has done to each column, for the report.

/// How one column was prepared.
public struct ColumnFinding: Equatable, Sendable, Encodable {
    public var name: String
    /// A `ColumnKind`.
    public var kind: String
    /// Of the rows.
    public var blankShare: Double
    /// What stands for a blank; nil for levels, whose blanks are a level.
    public var standIn: Double?
    /// Of the rows: moved to the end of what is usual.
    public var clampedShare: Double
    /// What is usual.
    public var lowest: Double?
    public var highest: Double?
    public var levels: Int?
}

extension Preparation {
    /// - Parameter table: with the columns of `kinds`.
    func findings(of table: ExposureTable) -> [ColumnFinding] {
        Parallel.map(columns.count) { place in
            let column = columns[place]
            let rows = Double(max(1, table.count))
            let values = table.features.first { $0.name == column.name }?.values
            switch column.preparation {
            case .number(let number), .hours(let number):
                let known = (values?.floats ?? []).filter { !$0.isNaN }
                return ColumnFinding(
                    name: column.name, kind: column.kind.rawValue, blankShare: 1 - Double(known.count) / rows,
                    standIn: Double(number.median),
                    clampedShare: Double(known.count { !number.usual.contains($0) }) / rows,
                    lowest: Double(number.usual.lowerBound), highest: Double(number.usual.upperBound))
            case .level(let level):
                let blanks = values?.texts.count { $0.isEmpty } ?? 0
                return ColumnFinding(
                    name: column.name, kind: column.kind.rawValue, blankShare: Double(blanks) / rows, clampedShare: 0,
                    levels: level.levels.count)
            }
        }
    }
}
