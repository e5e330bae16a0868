import Client
import Configuration
import Domain
import Operations

/// What `./run --smoke` insists on. Each check says what is wrong in a sentence.
struct SmokeCheck {
    let client: PricingClient
    let configuration: ClusterConfiguration

    func check(_ imported: ImportResult, _ shown: [Answer<SignedQuote>]) throws {
        try expect(imported.accepted + imported.duplicates > 100_000, "the history was not imported")
        try expect(shown.count == 6, "\(shown.count) of 6 carts were priced")
        for answer in shown.dropLast() {
            let quote = answer.value.quote
            try expect(
                quote.level == (quote.arm == "control" ? .list : .personal),
                "shopper \(quote.user.user) in arm \(quote.arm) got \(quote.level) prices")
        }
        try expect(shown.last?.value.quote.level != .personal, "the stranger got personal prices")
        try expect(
            shown.contains { $0.value.quote.lines.contains { $0.personalPrice < $0.listPrice } },
            "no price is personal: every one is the list price")
        for answer in shown {
            let quote = answer.value.quote
            try expect(quote.isConsistent, "the amounts of quote \(quote.id) do not add up")
            try expect(quote.expiresAt > Clock.timestamp(), "quote \(quote.id) has expired at birth")
            let verified = try client.verify(token: answer.value.token, of: quote.user).value
            try expect(verified.total == quote.total, "the token of quote \(quote.id) promises another total")
        }
        try checkStickiness(shown)
        try checkRefusal()
        let status = try client.status().value
        try expect(status.workers.count == configuration.workers.count, "a worker is missing")
        try expect(status.workers.allSatisfy(\.report.isReady), "a worker is not ready")
        try expect(status.workers.allSatisfy { $0.report.problem.isEmpty }, "a worker has a problem")
    }

    private func checkStickiness(_ shown: [Answer<SignedQuote>]) throws {
        for answer in shown {
            let earlier = answer.value.quote
            let cart = PriceRequest(
                user: earlier.user, currency: earlier.currency,
                lines: earlier.lines.map { CartLine(product: $0.product, quantity: $0.quantity) })
            let again = try client.price(cart).value.quote
            for (first, second) in zip(earlier.lines, again.lines) {
                try expect(
                    second.unitPrice <= first.unitPrice, "the price of \(first.product) rose inside its quote's window")
            }
        }
    }

    private func checkRefusal() throws {
        let cart = PriceRequest(
            user: UserKey(tenant: configuration.shop.tenant, user: "a-stranger"),
            currency: configuration.shop.currency, lines: [CartLine(product: "no-such-product", quantity: 1)])
        do {
            _ = try client.price(cart)
            throw ExitCodeError(message: "smoke: an unknown product got a price")
        } catch ClientError.refused(let refusal) {
            try expect(refusal.code == .unknownProduct, "an unknown product was refused as \(refusal.code.name)")
        }
    }

    private func expect(_ holds: Bool, _ complaint: String) throws {
        guard holds else { throw ExitCodeError(message: "smoke: \(complaint)") }
    }
}
