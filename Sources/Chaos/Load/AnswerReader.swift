// From an answer's bytes to an outcome of the history.

import Domain
import Wire

/// Used by one thread.
final class AnswerReader {
    private let shop: Shop
    private let decoder = BodyDecoder()
    /// How the client library names itself when it gives up: by the routers that were silent.
    private let place: String

    init(_ shop: Shop, endpoints: [String]) {
        self.shop = shop
        place = endpoints.joined(separator: ", ")
    }

    func outcome(
        _ header: MessageHeader, _ body: RawSpan, of request: Operation.Request, keepingToken: Bool
    ) -> Operation.Outcome {
        do throws(Refusal) {
            if case .refused(let code) = header.status {
                let refusal = try decoder.refusal(body)
                guard code == .outcomeUnknown else { return .refused(code, "\(refusal)") }
                return .unknown(refusal.place == place ? .silence : .answered)
            }
            switch request {
            case .price(let cart, _): return .priced(try price(body, shop.carts[cart], keepingToken))
            case .events: return .acknowledged(try decoder.eventAcknowledgement(body))
            case .verify: return .verified(Self.record(try decoder.verifyReply(body)))
            }
        } catch {
            return .unknown(.unreadable("\(error)"))
        }
    }

    static func record(_ verified: VerifiedQuote) -> VerificationRecord {
        VerificationRecord(quoteID: verified.id, unitPrices: verified.lines.map(\.unitPrice), total: verified.total)
    }

    private func price(_ body: RawSpan, _ cart: Shop.Cart, _ keepingToken: Bool) throws(Refusal) -> PriceRecord {
        let signed = try decoder.priceReply(body, for: shop.shoppers[cart.shopper])
        let quote = signed.quote
        let isOfItsCart =
            quote.lines.count == cart.products.count
            && quote.lines.indices.allSatisfy {
                quote.lines[$0].product == shop.rows[cart.products[$0]].product
                    && quote.lines[$0].quantity == cart.quantities[$0]
            }
        return PriceRecord(
            quoteID: quote.id, level: quote.level, expiresAt: quote.expiresAt,
            lines: quote.lines.map { PricedLine(unitPrice: $0.unitPrice, total: $0.total) }, total: quote.total,
            isOfItsCart: isOfItsCart, token: keepingToken ? signed.token : [])
    }
}
