// I2: every token that was given out is honoured, to the minor unit, until it expires, whichever worker is asked.

import Domain

public enum QuoteVerifiesEverywhere: Checker {
    public static let name = "QuoteVerifiesEverywhere"

    public static func evidence(in findings: Findings) -> [String] {
        var evidence: [String] = []
        for (id, operation) in findings.history.all {
            guard case .verify(_, let issued) = operation.request,
                case .priced(let price) = findings.history[issued].outcome
            else { continue }
            switch operation.outcome {
            case .verified(let record):
                if let difference = difference(price, record) {
                    evidence.append("\(id) verified the token of \(issued): \(difference)")
                }
            case .refused(let code, let why) where code == .invalidQuote || code == .quoteExpired:
                // Expiry is minutes away; runs with a shorter window than themselves would be told so late.
                evidence.append("\(id) verified the token of \(issued), which was refused as \(code.name): \(why)")
            default: break
            }
        }
        for late in findings.recovered.verifications {
            guard case .priced(let price) = findings.history[late.operation].outcome else { continue }
            switch late.result {
            case .verified(let record):
                if let difference = difference(price, record) {
                    evidence.append("the token of \(late.operation), presented to \(late.router): \(difference)")
                }
            case .refused(.quoteExpired) where late.at >= price.expiresAt: break
            case .refused(let code):
                evidence.append("the token of \(late.operation) was refused by \(late.router) as \(code.name)")
            }
        }
        return evidence
    }

    private static func difference(_ price: PriceRecord, _ record: VerificationRecord) -> String? {
        if record.quoteID != price.quoteID { return "it is of quote \(record.quoteID), not \(price.quoteID)" }
        if record.total != price.total {
            return "it promises \(record.total.minorUnits) in all, not \(price.total.minorUnits)"
        }
        return record.unitPrices == price.lines.map(\.unitPrice) ? nil : "it promises other unit prices"
    }
}
