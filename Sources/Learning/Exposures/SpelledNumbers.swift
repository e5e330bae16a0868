// Numbers as people write them: with a decimal comma, with a currency, in percent, with separators of thousands. A file
// of numbers writes 1234.5. Guessing was rejected: 1,234 is two different numbers in two countries.

enum SpelledNumbers {
    private static let most = 0.8

    /// Whether most of a column's words, none of which is a number, would be one without such marks.
    static func are(_ column: FeatureColumn) -> Bool {
        guard case .levels(let texts) = column else { return false }
        let words = texts.filter { !$0.isEmpty }
        let spelled = words.count { isSpelled($0) }
        return spelled > 0 && Double(spelled) >= most * Double(words.count)
    }

    private static func isSpelled(_ text: String) -> Bool {
        let bare = text.drop { $0.isWhitespace || $0 == "-" || $0 == "+" || $0.isCurrencySymbol }
            .reversed().drop { $0.isWhitespace || $0 == "%" || $0.isCurrencySymbol }
        // Sizes, ages and versions hold digits, too: 10-12, 18+, 2.1.3.
        let isNumber = bare.contains(where: \.isNumber) && bare.allSatisfy { $0.isNumber || ".,'’ ".contains($0) }
        return isNumber && (bare.count < text.count || text.contains { ",'’ ".contains($0) })
    }
}
