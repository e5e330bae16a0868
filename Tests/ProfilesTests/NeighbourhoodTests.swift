import Domain
import Profiles
import Testing

@Suite struct NeighbourhoodTests {
    /// Every pair, straight from the definition.
    private func reference(_ rows: SparseRows, _ row: Int) -> [Neighbour] {
        func dense(_ row: Int) -> [Double] {
            var values = [Double](repeating: 0, count: rows.columnCount)
            for cell in rows[row] { values[cell.column] = cell.value }
            return values
        }
        let own = dense(row)
        return (0..<rows.count).compactMap { other -> Neighbour? in
            let values = dense(other)
            let shared = Double(zip(own, values).count { $0 > 0 && $1 > 0 })
            guard other != row, shared > 0 else { return nil }
            func norm(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            let cosine = zip(own, values).reduce(0) { $0 + $1.0 * $1.1 } / (norm(own) * norm(values))
            return Neighbour(row: other, similarity: cosine * shared / (shared + Neighbourhoods.shrinkage))
        }.sorted { ($1.similarity, $0.row) < ($0.similarity, $1.row) }
    }

    @Test(arguments: [UInt64(1), 2])
    func neighboursAreThoseOfTheDefinition(_ seed: UInt64) {
        let rows = weights(shoppers: 30, items: 12, seed: seed)
        let all = Neighbourhoods(of: rows).all(count: 100)
        for row in 0..<30 {
            let expected = reference(rows, row)
            #expect(all[row].map(\.row) == expected.map(\.row))
            for (found, wanted) in zip(all[row], expected) {
                #expect(abs(found.similarity - wanted.similarity) < 1e-12)
            }
        }
    }

    @Test func equallySimilarRowsComeByTheirNumber() {
        let rows = SparseRows(
            rowCount: 4, columnCount: 2, entries: [(0, 0, 1), (1, 0, 1), (2, 0, 1), (3, 0, 1), (3, 1, 1)])
        let found = Neighbourhoods(of: rows).neighbours(of: rows[2], except: 2)
        #expect(found.map(\.row) == [0, 1, 3])
        #expect(found[0].similarity == found[1].similarity && found[1].similarity > found[2].similarity)
        #expect(Neighbourhoods(of: rows).neighbours(of: rows[2], except: 2, count: 1).map(\.row) == [0])
    }

    @Test func oneSharedItemCountsLessThanMany() {
        let many = (0..<10).flatMap { [(row: 0, column: $0, value: 1.0), (row: 1, column: $0, value: 1.0)] }
        let rows = SparseRows(
            rowCount: 4, columnCount: 11,
            entries: many + [(row: 2, column: 10, value: 1), (row: 3, column: 10, value: 1)])
        let all = Neighbourhoods(of: rows).all()
        #expect(all[0].map(\.row) == [1])
        #expect(abs(all[0][0].similarity - 0.5) < 1e-12)
        #expect(abs(all[2][0].similarity - 1.0 / 11) < 1e-12)
    }
}
