/// The filled cells of a matrix, row by row; columns ascend within a row.
public struct SparseRows: Equatable, Sendable {
    public struct Cell: Equatable, Sendable {
        public var column: Int
        public var value: Double

        public init(column: Int, value: Double) {
            self.column = column
            self.value = value
        }
    }

    public let columnCount: Int
    private var cells: [Cell]
    /// Where each row starts in `cells`, and where the last one ends.
    private var starts: [Int]

    public var count: Int { starts.count - 1 }
    public var cellCount: Int { cells.count }

    /// - Parameter entries: in any order; those of one cell are added up.
    public init(rowCount: Int, columnCount: Int, entries: [(row: Int, column: Int, value: Double)]) {
        self.columnCount = columnCount
        let ordered = entries.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        cells = []
        cells.reserveCapacity(ordered.count)
        starts = [Int](repeating: 0, count: rowCount + 1)
        var last = (row: -1, column: -1)
        for entry in ordered {
            if last == (entry.row, entry.column) {
                cells[cells.count - 1].value += entry.value
            } else {
                cells.append(Cell(column: entry.column, value: entry.value))
                starts[entry.row + 1] += 1
                last = (entry.row, entry.column)
            }
        }
        for row in 0..<rowCount { starts[row + 1] += starts[row] }
    }

    public subscript(row: Int) -> ArraySlice<Cell> { cells[starts[row]..<starts[row + 1]] }

    /// Linear in the cells: rows come in order, so each column's cells do.
    public func transposed() -> SparseRows {
        var places = [Int](repeating: 0, count: columnCount + 1)
        for cell in cells { places[cell.column + 1] += 1 }
        for column in 0..<columnCount { places[column + 1] += places[column] }
        let starts = places
        var turned = [Cell](repeating: Cell(column: 0, value: 0), count: cells.count)
        for row in 0..<count {
            for cell in self[row] {
                turned[places[cell.column]] = Cell(column: row, value: cell.value)
                places[cell.column] += 1
            }
        }
        return SparseRows(columnCount: count, cells: turned, starts: starts)
    }

    private init(columnCount: Int, cells: [Cell], starts: [Int]) {
        self.columnCount = columnCount
        self.cells = cells
        self.starts = starts
    }

    public func mapValues(_ transform: (Double) -> Double) -> SparseRows {
        var copy = self
        for index in copy.cells.indices { copy.cells[index].value = transform(copy.cells[index].value) }
        return copy
    }
}
