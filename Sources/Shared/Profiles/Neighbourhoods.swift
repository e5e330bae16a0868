// Who is alike: the cosine of two rows of weights r = ln(1 + quantity), shrunk by how many columns they share,
// cos · n/(n + β), because two shoppers who have one item each in common are alike by accident (Koren and Bell, Advances
// in collaborative filtering, 2011). Rejected: correlation, which needs ratings below and above a mean.

import Glibc

/// A row that is like another one.
public struct Neighbour: Equatable, Sendable {
    public var row: Int
    /// Above 0, below 1.
    public var similarity: Double

    public init(row: Int, similarity: Double) {
        self.row = row
        self.similarity = similarity
    }
}

public struct Neighbourhoods: Equatable, Sendable {
    /// β: the shared columns at which a cosine counts half.
    public static let shrinkage = 10.0
    public static let largest = 50

    private let rows: SparseRows
    private let columns: SparseRows
    private let norms: [Double]

    /// - Parameter rows: for shoppers' neighbours shoppers by items, for items' neighbours the transpose; values r.
    public init(of rows: SparseRows) {
        self.init(of: rows, transposed: rows.transposed())
    }

    public init(of rows: SparseRows, transposed columns: SparseRows) {
        self.rows = rows
        self.columns = columns
        norms = (0..<rows.count).map { row in Self.norm(rows[row]) }
    }

    /// The most similar rows, best first; equally similar ones by their number. Rows that share no column are none.
    /// - Parameters:
    ///   - cells: of the row that is asked about.
    ///   - itself: a row to leave out.
    /// - Complexity: as many steps as the columns that it has are filled.
    public func neighbours(
        of cells: ArraySlice<SparseRows.Cell>, except itself: Int? = nil, count: Int = largest
    ) -> [Neighbour] {
        var sums = SharedColumns(rows: rows.count)
        return neighbours(of: cells, except: itself, count: count, &sums)
    }

    /// The neighbours of every row.
    public func all(count: Int = largest, threads: Int = 2) -> [[Neighbour]] {
        RowBlocks.compute(rows: rows.count, threads: threads) { block in
            var sums = SharedColumns(rows: rows.count)
            return block.map { neighbours(of: rows[$0], except: $0, count: count, &sums) }
        }
    }

    /// What the row that is asked about has in common with each other one; zeros between two questions.
    private struct SharedColumns {
        var products: [Double]
        var counts: [Double]
        var touched: [Int] = []

        init(rows: Int) {
            products = [Double](repeating: 0, count: rows)
            counts = products
        }
    }

    private func neighbours(
        of cells: ArraySlice<SparseRows.Cell>, except itself: Int?, count: Int, _ sums: inout SharedColumns
    ) -> [Neighbour] {
        for cell in cells {
            for other in columns[cell.column] where other.column != itself {
                if sums.counts[other.column] == 0 { sums.touched.append(other.column) }
                sums.products[other.column] += cell.value * other.value
                sums.counts[other.column] += 1
            }
        }
        let norm = Self.norm(cells)
        let found = sums.touched.map { row in
            let shared = sums.counts[row]
            let cosine = min(sums.products[row] / (norm * norms[row]), 1)
            return Neighbour(row: row, similarity: cosine * shared / (shared + Self.shrinkage))
        }
        for row in sums.touched { (sums.products[row], sums.counts[row]) = (0, 0) }
        sums.touched.removeAll(keepingCapacity: true)
        return Array(found.sorted { ($1.similarity, $0.row) < ($0.similarity, $1.row) }.prefix(count))
    }

    private static func norm(_ cells: ArraySlice<SparseRows.Cell>) -> Double {
        cells.reduce(0) { $0 + $1.value * $1.value }.squareRoot()
    }
}
