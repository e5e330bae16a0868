// Words of a file that no fit has seen: misspelt, written otherwise, or new. They are priced as nobody in particular,
// which is right for what is new and wrong for what is misspelt; only whoever wrote the file can tell.

import Domain

/// Rows of a column whose words a bundle does not know.
public struct UnknownWords: Equatable, Sendable {
    public let column: String
    /// Not empty.
    public let rows: [Int]
    /// In the first of them.
    public let example: String
}

extension Preparation {
    /// The columns of questions, items among them, that hold words which were not learned from. A blank is no word.
    /// - Precondition: the table has the columns of `kinds`, of these kinds.
    public func unknownWords(in table: ExposureTable) -> [UnknownWords] {
        let values = Dictionary(table.features.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
        var found = [item.unknownWords("item", table.items)]
        for column in columns {
            guard case .level(let level) = column.preparation, let words = values[column.name] else { continue }
            found.append(level.unknownWords(column.name, words.texts))
        }
        return found.compactMap { $0 }
    }
}

extension LevelPreparation {
    fileprivate func unknownWords(_ column: String, _ words: [String]) -> UnknownWords? {
        let rows = words.indices.filter { !words[$0].isEmpty && levels.sortedIndex(of: words[$0], by: \.name) == nil }
        return rows.first.map { UnknownWords(column: column, rows: rows, example: words[$0]) }
    }
}
