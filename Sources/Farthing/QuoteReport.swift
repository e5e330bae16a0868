import Client
import Domain

/// A quote as JSON. Money is in minor units.
struct QuoteReport: Encodable {
    struct Promotion: Encodable {
        var id: String
        var unitPrice: Int64
        var endsAtMs: Int64
        var applied: Bool
    }
    struct Line: Encodable {
        var product: String
        var quantity: Int64
        var listPrice: Int64
        var personalPrice: Int64
        var unitPrice: Int64
        /// (list price − unit price) / list price.
        var discountRate: Double
        var total: Int64
        var level: String
        var reasons: [String]
        var promotion: Promotion?
        var explanation: LineReport?
    }
    struct LineReport: Encodable {
        var elasticity: Double
        var probability: Double
        var probabilityAtList: Double
        var optimum: Double
        var referencePrice: Double
        var unitCost: Int64
        /// nil when its cost says what a unit is worth.
        var unitWorth: Int64?
        var intercept: Double
        var slope: Double
        var centre: Double
        var knots: [Double]
        var gradients: [Double]
        var ceiling: Double
        var sharpness: Double
        var steps: [[String: Int64]]
        var features: [String: Float]
    }
    var quoteId: String
    var user: String
    var tenant: String
    var currency: String
    var level: String
    var arm: String
    var segment: String
    var modelVersion: UInt64
    var issuedAtMs: Int64
    var expiresAtMs: Int64
    var total: Int64
    var latencyUs: UInt64
    var tokenBytes: Int
    var lines: [Line]

    init(_ answer: Answer<SignedQuote>, _ explanation: Explanation?) {
        let quote = answer.value.quote
        quoteId = quote.id.description
        user = quote.user.user
        tenant = quote.user.tenant
        currency = quote.currency.code
        level = "\(quote.level)"
        arm = quote.arm
        segment = quote.segment
        modelVersion = quote.modelVersion
        issuedAtMs = quote.issuedAt.milliseconds
        expiresAtMs = quote.expiresAt.milliseconds
        total = quote.total.minorUnits
        latencyUs = answer.microseconds
        tokenBytes = answer.value.token.count
        lines = quote.lines.enumerated().map { index, line in
            Line(
                product: line.product, quantity: line.quantity, listPrice: line.listPrice.minorUnits,
                personalPrice: line.personalPrice.minorUnits, unitPrice: line.unitPrice.minorUnits,
                discountRate: line.discountRate, total: line.total.minorUnits, level: "\(line.level)",
                reasons: line.reasons.map { "\($0)" },
                promotion: line.promotion.map {
                    Promotion(
                        id: $0.id, unitPrice: $0.unitPrice.minorUnits, endsAtMs: $0.endsAt.milliseconds,
                        applied: $0.applied)
                }, explanation: explanation.map { LineReport($0.lines[index]) })
        }
    }
}

extension QuoteReport.LineReport {
    init(_ line: LineExplanation) {
        elasticity = line.elasticity
        probability = line.probability
        probabilityAtList = line.probabilityAtList
        optimum = line.optimum
        referencePrice = line.referencePrice
        unitCost = line.unitCost.minorUnits
        unitWorth = line.unitWorth?.minorUnits
        intercept = line.intercept
        slope = line.slope
        centre = line.centre
        knots = line.knots
        gradients = line.gradients
        ceiling = line.ceiling
        sharpness = line.sharpness
        steps = line.steps.map { ["\($0.reason)": $0.price.minorUnits] }
        features = Dictionary(line.features.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
