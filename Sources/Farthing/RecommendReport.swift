import Client
import Domain
import Foundation
import Profiles

/// One item with what decided its place.
struct Recommendation {
    var candidate: Candidate
    /// Chance of a purchase at what they would pay; 1 where no model had a say.
    var probability: Double
    /// The chance to be chosen among all candidates.
    var share: Double

    /// The candidates of the largest shares, best first.
    static func best(_ explained: [(Candidate, LineExplanation)], count: Int) -> [Recommendation] {
        let offers = explained.map { candidate, line in
            (preference: candidate.preference, probability: line.slope > 0 ? line.probability : 1)
        }
        let shares = Candidates.shares(offers)
        let order = shares.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }
        return order.prefix(count).map {
            Recommendation(candidate: explained[$0].0, probability: offers[$0].probability, share: shares[$0])
        }
    }
}

/// The outcome of `farthing recommend`. Money is in minor units.
struct RecommendReport: Encodable {
    struct Item: Encodable {
        var product: String
        var listPrice: Int64
        var personalPrice: Int64
        var unitPrice: Int64
        var preference: Double
        var probability: Double
        var share: Double
        var boughtBefore: Bool
        var why: String
    }
    var user: String
    var isKnown: Bool
    var segment: String?
    /// Which rule found the candidates.
    var rule: String
    var quoteId: String
    var level: String
    var currency: String
    var items: [Item]
    /// Candidates that the shop's catalogue does not hold.
    var unsold: [String]

    init(
        _ answer: Answer<SignedQuote>, _ best: [Recommendation], _ profile: Profile, _ method: RankingMethod,
        unsold: [String]
    ) {
        let quote = answer.value.quote
        user = quote.user.user
        isKnown = profile.isKnown
        segment = profile.segment.map { "s\($0 + 1)" }
        rule = "\(method)"
        quoteId = quote.id.description
        level = "\(quote.level)"
        currency = quote.currency.code
        items = zip(quote.lines, best).map { line, recommendation in
            Item(
                product: line.product, listPrice: line.listPrice.minorUnits,
                personalPrice: line.personalPrice.minorUnits, unitPrice: line.unitPrice.minorUnits,
                preference: recommendation.candidate.preference, probability: recommendation.probability,
                share: recommendation.share, boughtBefore: recommendation.candidate.boughtBefore,
                why: QuoteRendering.why(line))
        }
        self.unsold = unsold
    }

    /// - Parameter quote: of the same items.
    func text(_ quote: Quote) -> String {
        var table = Table(["item", "list", "personal", "pays", "prefers", "buys", "share", "bought", "why"])
        for (line, item) in zip(quote.lines, items) {
            table.add([
                item.product, line.listPrice.formatted(in: quote.currency),
                line.personalPrice.formatted(in: quote.currency), line.unitPrice.formatted(in: quote.currency),
                Self.percent(item.preference), Self.percent(item.probability), Self.percent(item.share),
                item.boughtBefore ? "before" : "—", item.why,
            ])
        }
        let who = segment.map { "segment \($0)" } ?? "no purchases known, so what most others buy"
        var lines = [
            "shopper \(user) (\(who)) · ranked by \(rule) · \(level) prices", table.text,
            "  quote \(quoteId); share: preference times chance of a purchase at what it costs, among all candidates",
        ]
        if !unsold.isEmpty {
            lines.append("  left out, since the catalogue does not hold them: \(unsold.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}
