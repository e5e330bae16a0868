import Client
import Domain
import Foundation
import Testing

/// A checkout's view of a live cluster.
@Suite(.serialized) struct PricingClusterTests {
    private func shop() throws -> (TestCluster, PricingClient) {
        let cluster = try TestCluster()
        _ = try cluster.write(try bundle(version: 3, products: ["milk", "eggs"]))
        try cluster.start()
        let client = try cluster.client()
        let rows = [
            row("milk", list: 1_000, cost: 500), row("eggs", list: 300, cost: 100), row("new", list: 77, cost: 1),
        ]
        _ = try client.send(catalogue: rows, tenant: tenant, currency: dollars)
        return (cluster, client)
    }

    @Test func aShopperReadsItsOwnWritesAndBecomesPersonal() throws {
        let (cluster, client) = try shop()
        let stranger = try client.price(cart("ann", ["milk"])).value.quote
        #expect(stranger.level == .segment)
        #expect(stranger.segment == "newcomers")
        #expect(stranger.lines[0].reasons.contains(.unknownShopper))

        let events = [basket("b1", weeksAgo: 3, buying: ["milk"]), basket("b2", weeksAgo: 2, buying: ["eggs"])]
        let ack = try client.send(events, of: UserKey(tenant: tenant, user: "ann")).value
        #expect(ack.accepted == 2)
        let answer = try client.price(cart("ann", ["milk", "new"]), after: ack.index)
        #expect(answer.index >= ack.index || answer.index == 0)
        let quote = answer.value.quote
        #expect(quote.lines[0].level == .personal)
        #expect(quote.lines[0].personalPrice < quote.lines[0].listPrice)
        #expect(quote.lines[1].level == .list)
        #expect(quote.lines[1].reasons.contains(.unknownToModel))
        #expect(quote.level == .list)
        #expect(quote.modelVersion == 3)
        _ = cluster
    }

    @Test func aProductIsPricedByEveryWorkerAsSoonAsItIsAcknowledged() throws {
        let (cluster, client) = try shop()
        for round in 0..<20 {
            let product = "product-\(round)"
            _ = try client.send(catalogue: [row(product, list: 99, cost: 10)], tenant: tenant, currency: dollars)
            for user in 0..<8 {
                #expect(try client.price(cart("early-\(user)", [product])).value.quote.lines.count == 1)
            }
        }
        _ = cluster
    }

    @Test func eventsSentTwiceCountOnce() throws {
        let (cluster, client) = try shop()
        let user = UserKey(tenant: tenant, user: "bob")
        let events = [basket("once", weeksAgo: 1, buying: ["milk"])]
        #expect(try client.send(events, of: user).value.accepted == 1)
        let again = try client.send(events, of: user).value
        #expect(again.accepted == 0)
        #expect(again.duplicates == 1)
        _ = cluster
    }

    @Test func anEventFromTheFutureIsRefused() throws {
        let (cluster, client) = try shop()
        let error = #expect(throws: ClientError.self) {
            try client.send([basket("f", weeksAgo: -2, buying: [])], of: UserKey(tenant: tenant, user: "zoe"))
        }
        guard case .refused(let refusal)? = error else { return }
        #expect(refusal.code == .invalidEvent)
        #expect(refusal.place == "events[0].occurred_at_ms")
        _ = cluster
    }

    @Test func aQuoteVerifiesOnAnyWorkerAndForItsShopperOnly() throws {
        let (cluster, client) = try shop()
        let signed = try client.price(cart("cid", ["milk"])).value
        let promised = try client.verify(token: signed.token, of: signed.quote.user).value
        #expect(promised.total == signed.quote.total)
        #expect(promised.lines.map(\.unitPrice) == signed.quote.lines.map(\.unitPrice))

        var forged = signed.token
        forged[forged.count / 2] ^= 1
        for (token, user) in [(forged, signed.quote.user), (signed.token, UserKey(tenant: tenant, user: "eve"))] {
            let error = #expect(throws: ClientError.self) { try client.verify(token: token, of: user) }
            guard case .refused(let refusal)? = error else { continue }
            #expect(refusal.code == .invalidQuote)
        }
        _ = cluster
    }

    @Test func everyRefusalLeavesTheClusterPricing() throws {
        let (cluster, client) = try shop()
        let refusals: [(PriceRequest, RefusalCode)] = [
            (cart("dan", ["no-such"]), .unknownProduct),
            (cart("dan", []), .emptyCart),
            (cart("dan", Array(repeating: "milk", count: 101)), .tooManyLines),
            (cart("", ["milk"]), .invalidIdentifier),
            (
                PriceRequest(
                    user: UserKey(tenant: tenant, user: "dan"), currency: dollars,
                    lines: [CartLine(product: "milk", quantity: 0)]), .invalidQuantity
            ),
            (
                PriceRequest(
                    user: UserKey(tenant: tenant, user: "dan"), currency: Currency(code: "EUR")!,
                    lines: [CartLine(product: "milk", quantity: 1)]), .currencyMismatch
            ),
        ]
        for (request, code) in refusals {
            let error = #expect(throws: ClientError.self) { try client.price(request) }
            guard case .refused(let refusal)? = error else { continue }
            #expect(refusal.code == code)
            #expect(!refusal.remedy.isEmpty)
            #expect(try client.price(cart("dan", ["milk"])).value.quote.lines.count == 1)
        }
        #expect(try client.status().value.workers.allSatisfy(\.report.isReady))
        _ = cluster
    }
}
