// From the vectors' plain data to the values they mean.

import Domain

extension JSON {
    var money: Money { Money(minorUnits: int64) }
    var time: Timestamp { Timestamp(milliseconds: int64) }
    var currency: Currency? { Currency(code: text) }
    var level: PriceLevel? { PriceLevel(rawValue: UInt8(truncatingIfNeeded: int64)) }
    var reason: PriceReason? { PriceReason(rawValue: UInt8(truncatingIfNeeded: int64)) }
    var user: UserKey { UserKey(tenant: self["tenant"].text, user: self["user"].text) }

    /// Sixteen bytes, most significant first.
    var requestID: RequestID {
        func word(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        return RequestID(high: word(bytes.prefix(8)), low: word(bytes.suffix(8)))
    }

    /// The value that `read` makes of this, unless this is null.
    func optional<Value>(_ read: (JSON) -> Value) -> Value? { isNull ? nil : read(self) }

    var priceRequest: PriceRequest? {
        currency(of: self).map { currency in
            PriceRequest(
                user: user, currency: currency,
                lines: self["lines"].list.map { CartLine(product: $0["product"].text, quantity: $0["quantity"].int64) })
        }
    }

    func quote(for user: UserKey) -> Quote? {
        guard let currency = currency(of: self), let level = self["level"].level else { return nil }
        return Quote(
            id: self["quote_id"].requestID, user: user, currency: currency, issuedAt: self["issued_at_ms"].time,
            expiresAt: self["expires_at_ms"].time, level: level, modelVersion: self["model_version"].uint64,
            arm: self["arm"].text, segment: self["segment"].text, lines: self["lines"].list.compactMap(\.quotedLine),
            total: self["total"].money)
    }

    private var quotedLine: QuotedLine? {
        guard let level = self["level"].level else { return nil }
        var reasons = PriceReasons()
        for reason in self["reasons"].list.compactMap(\.reason) { reasons.insert(reason) }
        return QuotedLine(
            product: self["product"].text, quantity: self["quantity"].int64, listPrice: self["list_price"].money,
            personalPrice: self["personal_price"].money, unitPrice: self["unit_price"].money, level: level,
            reasons: reasons,
            promotion: self["promotion"].optional { slot in
                PromotionSlot(
                    id: slot["id"].text, unitPrice: slot["unit_price"].money, endsAt: slot["ends_at_ms"].time,
                    applied: slot["applied"].bool)
            }, total: self["total"].money)
    }

    var lineExplanation: LineExplanation {
        LineExplanation(
            product: self["product"].text, listPrice: self["list_price"].money, unitCost: self["unit_cost"].money,
            unitWorth: self["unit_worth"].optional { $0["minor"].money },
            referencePrice: self["reference_price"].real, intercept: self["intercept"].real,
            slope: self["slope"].real, centre: self["centre"].real, knots: self["knots"].list.map(\.real),
            gradients: self["gradients"].list.isEmpty ? [1] : self["gradients"].list.map(\.real),
            ceiling: self["ceiling"].real == 0 ? 1 : self["ceiling"].real,
            sharpness: self["sharpness"].real == 0 ? 1 : self["sharpness"].real,
            choices: self["highest_choice"].real > 0
                ? self["lowest_choice"].real...self["highest_choice"].real : nil, elasticity: self["elasticity"].real,
            probability: self["probability"].real, probabilityAtList: self["probability_at_list"].real,
            optimum: self["optimum"].real,
            steps: self["steps"].list.compactMap { step in
                step["reason"].reason.map { PriceStep(reason: $0, price: step["price"].money) }
            },
            features: self["features"].list.map { FeatureValue(name: $0["name"].text, value: Float($0["value"].real)) })
    }

    var verifiedQuote: VerifiedQuote? {
        currency(of: self).map { currency in
            VerifiedQuote(
                id: self["quote_id"].requestID, expiresAt: self["expires_at_ms"].time, currency: currency,
                modelVersion: self["model_version"].uint64,
                lines: self["lines"].list.map {
                    TokenLine(
                        product: $0["product"].text, quantity: $0["quantity"].int64, unitPrice: $0["unit_price"].money)
                }, total: self["total"].money)
        }
    }

    private func currency(of message: JSON) -> Currency? { message["currency"].currency }
}
