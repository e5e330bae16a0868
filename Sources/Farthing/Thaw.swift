import ArgumentParser
import Client
import Configuration
import Domain

struct Thaw: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let the prices of products move again.",
        discussion: """
            Prices move from where they stood, by one daily move a day; quotes are kept until they expire.

              farthing thaw --product 1082185
              farthing thaw --all
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Option(help: "A product; repeat it for several.")
    var product: [String] = []

    @Flag(help: "Every product that is frozen.")
    var all = false

    @Option(help: "Why, in one line, for the journal.")
    var reason = "thawed by an operator"

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    private struct Report: Encodable {
        var tenant: String
        var thawed: [String]
    }

    func validate() throws {
        guard all == product.isEmpty else { throw ValidationError("Give --product or --all.") }
    }

    func run() throws {
        let (configuration, client) = try target.connect()
        let tenant = tenant ?? configuration.shop.tenant
        let products = all ? try client.freezes(of: tenant).map(\.product) : product
        for product in products {
            _ = try client.freeze(product, of: tenant, until: PriceFreeze.thawed, because: reason)
        }
        try output.report(Report(tenant: tenant, thawed: products)) {
            products.isEmpty ? "nothing was frozen" : "prices move again: " + products.joined(separator: ", ")
        }
    }
}
