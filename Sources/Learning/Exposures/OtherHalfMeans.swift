// What the words of a column say about a number of each row, without a row speaking for itself.

enum OtherHalfMeans {
    /// Of a word, below which it counts with the other rare ones.
    private static let frequent = 20
    /// Everybody counts as this many rows of each word's own.
    private static let strength = 5.0

    /// For each row the mean of its word's rows in the other half, rows of every other number being a half.
    static func of(_ values: [Double], by texts: [String]) -> [Double] {
        var counts: [String: Int] = [:]
        for text in texts { counts[text, default: 0] += 1 }
        // One word for all that are rare.
        let words = texts.map { (counts[$0] ?? 0) >= frequent ? $0 : nil }
        var sums: [[String?: (count: Double, sum: Double)]] = [[:], [:]]
        for row in words.indices {
            let known = sums[row % 2][words[row]] ?? (0, 0)
            sums[row % 2][words[row]] = (known.count + 1, known.sum + values[row])
        }
        let mean = values.reduce(0, +) / Double(max(1, values.count))
        return words.indices.map { row in
            let known = sums[1 - row % 2][words[row]] ?? (0, 0)
            return (known.sum + strength * mean) / (known.count + strength)
        }
    }
}
