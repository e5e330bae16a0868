// A quote as a person reads it: what, how much, why, until when.

import Client
import Domain
import Foundation

enum QuoteRendering {
    /// - Parameter names: of products, where known.
    static func text(
        _ answer: Answer<SignedQuote>, _ explanation: Explanation?, names: [String: String] = [:]
    ) -> String {
        let quote = answer.value.quote
        let currency = quote.currency
        var table = Table(["qty", "product", "list", "personal", "pays", "off", "promotion", "why"])
        for line in quote.lines {
            table.add([
                "\(line.quantity)", names[line.product] ?? line.product, line.listPrice.formatted(in: currency),
                line.personalPrice.formatted(in: currency), line.unitPrice.formatted(in: currency),
                line.discountRate > 0 ? percent(line.discountRate) : "—", promotion(line, currency), why(line),
            ])
        }
        let list = quote.lines.reduce(Money.zero) { $0 + ($1.listPrice.times($1.quantity) ?? .zero) }
        let who = quote.segment.isEmpty ? quote.user.user : "\(quote.user.user) (segment \(quote.segment))"
        var lines = [
            "shopper \(who) · \(quote.level) prices · arm \(quote.arm)", table.text,
            "  pays \(quote.total.formatted(in: currency)) \(currency.code)\(saved(list - quote.total, currency)) · "
                + "quote \(quote.id) · honoured until \(clock(quote.expiresAt)) · "
                + "model \(quote.modelVersion) · \(answer.microseconds) µs",
        ]
        if let explanation { lines += explanation.lines.map { explain($0, currency, names) } }
        return lines.joined(separator: "\n")
    }

    private static func saved(_ amount: Money, _ currency: Currency) -> String {
        amount > .zero ? ", saves \(amount.formatted(in: currency))" : ""
    }

    private static func promotion(_ line: QuotedLine, _ currency: Currency) -> String {
        guard let slot = line.promotion else { return "—" }
        return "\(slot.id) \(slot.unitPrice.formatted(in: currency))" + (slot.applied ? " ✓" : "")
    }

    static func why(_ line: QuotedLine) -> String {
        let words = line.reasons.compactMap { phrase($0, line) }
        return words.isEmpty ? "the public price" : words.joined(separator: ", ")
    }

    private static func phrase(_ reason: PriceReason, _ line: QuotedLine) -> String? {
        switch reason {
        case .frozen: "prices are frozen"
        case .noModel: "no model serves yet"
        case .unknownToModel: "new to the model"
        case .unknownShopper: "unknown shopper"
        case .controlArm: "control arm: public price"
        case .corrected: "corrected by what happened since the fit"
        case .stock: "what stock is worth"
        case .explored: "drawn to learn from"
        case .optimum: line.reasons.count == 1 ? "best for this shopper" : nil
        case .smoothed: "moving calmly to the optimum"
        case .dailyMove: "held by the daily move"
        case .floor: "at the floor"
        case .ceiling: "full price is best"
        case .priceEnding: "price ending"
        case .sticky: "kept at an earlier quote"
        case .publicDeal: "the public deal is lower"
        }
    }

    private static func explain(_ line: LineExplanation, _ currency: Currency, _ names: [String: String]) -> String {
        guard line.slope > 0 else { return "  \(names[line.product] ?? line.product): the model had no say" }
        let optimum = (Money(line.optimum, rounded: .nearest) ?? .zero).formatted(in: currency)
        let steps = line.steps.map { "\($0.reason) \($0.price.formatted(in: currency))" }.joined(separator: " → ")
        let features = line.features.map { "\($0.name) \(format($0.value))" }.joined(separator: ", ")
        return """
              \(names[line.product] ?? line.product): buys with probability \(percent(line.probability)) \
            (\(percent(line.probabilityAtList)) at list), elasticity \(format(Float(line.elasticity))), \
            unbounded optimum \(optimum), cost \(line.unitCost.formatted(in: currency))\
            \(line.unitWorth.map { ", worth \($0.formatted(in: currency))" } ?? "")
                steps     \(steps)
                demand    \(demand(line, currency))
                features  \(features)
            """
    }

    /// The curve behind the price, to three digits; `-o json` has them all.
    private static func demand(_ line: LineExplanation, _ currency: Currency) -> String {
        let reference = (Money(line.referencePrice, rounded: .nearest) ?? .zero).formatted(in: currency)
        var parts = [
            "reference \(reference)", "intercept \(format(Float(line.intercept)))",
            "slope \(format(Float(line.slope)))", "centre \(format(Float(line.centre)))",
        ]
        if let first = line.gradients.first, !line.knots.isEmpty {
            let others = zip(line.knots, line.gradients.dropFirst()).map { knot, gradient in
                "\(format(Float(gradient))) from \(format(Float(knot))) on"
            }
            parts.append("gradients \(format(Float(first))), \(others.joined(separator: ", "))")
        }
        if line.ceiling != 1 { parts.append("ceiling \(format(Float(line.ceiling)))") }
        if line.sharpness != 1 { parts.append("sharpness \(format(Float(line.sharpness)))") }
        return parts.joined(separator: ", ")
    }

    private static func percent(_ value: Double) -> String { format(Float(value * 100)) + " %" }

    static func format(_ value: Float) -> String {
        String(format: "%.3g", Double(value))
    }

    private static func clock(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000).formatted(date: .omitted, time: .standard)
    }
}
