import ArgumentParser
import Client
import Configuration
import Domain
import Foundation

struct QuoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quote",
        abstract: "Price a cart for one shopper.",
        discussion: """
            Asks the cluster as a checkout would and prints what the shopper would see, and why.

              farthing quote --user 2337 --line 1082185:2 --line 995242:1
              farthing quote --user 2337 --line 1082185 --explain
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Option(help: "The shopper.")
    var user: String

    @Option(help: "PRODUCT or PRODUCT:QUANTITY. Repeat for each line.")
    var line: [String]

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    @Option(help: "The currency; shop.currency of the configuration unless given.")
    var currency: String?

    @Flag(help: "Show how each price came about.")
    var explain = false

    func run() throws {
        let (configuration, client) = try target.connect()
        let request = PriceRequest(
            user: UserKey(tenant: tenant ?? configuration.shop.tenant, user: user),
            currency: try currency.map(parseCurrency) ?? configuration.shop.currency, lines: try line.map(parseLine))
        let answer = try client.price(request)
        let explanation = explain ? try client.explain(request).value : nil
        try output.report(QuoteReport(answer, explanation)) {
            QuoteRendering.text(answer, explanation)
        }
    }

    private func parseCurrency(_ code: String) throws -> Currency {
        guard let currency = Currency(code: code) else {
            throw ValidationError("“\(code)” is no currency Farthing quotes in: \(Currency.supportedCodes)")
        }
        return currency
    }

    private func parseLine(_ text: String) throws -> CartLine {
        guard let colon = text.lastIndex(of: ":") else { return CartLine(product: text, quantity: 1) }
        guard let quantity = Int64(text[text.index(after: colon)...]) else {
            throw ValidationError("“\(text)” is not PRODUCT:QUANTITY, for example 1082185:2")
        }
        return CartLine(product: String(text[..<colon]), quantity: quantity)
    }
}
