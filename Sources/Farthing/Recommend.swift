import ArgumentParser
import Client
import Configuration
import Domain
import Learning
import Profiles

extension RankingMethod: ExpressibleByArgument {
    public init?(argument: String) {
        guard let method = Self.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = method
    }

    public static var allValueStrings: [String] { allCases.map { "\($0)" } }
}

enum Offer: EnumerableFlag {
    case new, again
}

struct Recommend: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Items for one shopper, each at its personal price.",
        discussion: """
            Ranks items by the shopper's profile, asks the cluster what each would cost and how likely the shopper buys it
            at that price, and quotes the best ones: preference times probability, as a share of all candidates.

              farthing recommend --profiles profiles.bundle --user 2337
              farthing recommend --profiles profiles.bundle --user somebody-new --purchases today.csv
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Option(help: "What `farthing learn profiles` wrote.")
    var profiles: String

    @Option(help: "The shopper.")
    var user: String

    @Option(help: "How many items.")
    var count = 10

    @Option(help: "A CSV of purchases since the bundle was learned; the shopper's own count.")
    var purchases: String?

    @Option(help: "The ranking rule; the one that did best when the bundle was learned unless given.")
    var by: RankingMethod?

    @Flag(
        help: "Only new things, or also what the shopper has bought before; what the bundle found fitting unless given."
    )
    var offer: Offer?

    @Option(help: "The tenant; shop.tenant of the configuration unless given.")
    var tenant: String?

    /// For each item shown so many are compared.
    static let candidatesEach = 3

    func run() throws {
        guard (1...Limits.cartLines).contains(count) else {
            throw ValidationError("--count takes 1 to \(Limits.cartLines), not \(count)")
        }
        let bundle = try BundleFile.profiles(profiles)
        let since = try purchases.map { path in try PurchaseFile.quantities(of: user, path: path) } ?? [:]
        let profile = bundle.profile(of: user, since: since)
        let candidates = Candidates(
            for: profile, itself: bundle.place(ofShopper: user), in: bundle,
            count: min(count * Self.candidatesEach, Limits.cartLines), method: by, again: offer.map { $0 == .again })
        let (configuration, client) = try target.connect()
        let key = UserKey(tenant: tenant ?? configuration.shop.tenant, user: user)
        let (explained, unsold) = try explain(candidates.all, client, key, configuration.shop.currency)
        let best = Recommendation.best(explained, count: count)
        guard !best.isEmpty else {
            throw LearningError(
                place: profiles, value: candidates.all.isEmpty ? "no item to offer" : "no item that the shop sells",
                remedy: candidates.all.isEmpty
                    ? "The shopper has bought everything before: give --again."
                    : "Learn profiles of this shop's items, or send its catalogue with `farthing import`.")
        }
        let answer = try client.price(
            PriceRequest(
                user: key, currency: configuration.shop.currency,
                lines: best.map { CartLine(product: $0.candidate.item, quantity: 1) }))
        let report = RecommendReport(answer, best, profile, candidates.method, unsold: unsold)
        try output.report(report) { report.text(answer.value.quote) }
    }

    /// Prices the candidates without quoting them: an explanation is not remembered as a quote, so no promise is made
    /// for what is never shown. Items that the catalogue does not hold are left out.
    private func explain(
        _ candidates: [Candidate], _ client: PricingClient, _ key: UserKey, _ currency: Currency
    ) throws(ClientError) -> (explained: [(Candidate, LineExplanation)], unsold: [String]) {
        var rest = candidates
        var unsold: [String] = []
        while !rest.isEmpty {
            do throws(ClientError) {
                let request = PriceRequest(
                    user: key, currency: currency, lines: rest.map { CartLine(product: $0.item, quantity: 1) })
                return (Array(zip(rest, try client.explain(request).value.lines)), unsold)
            } catch {
                guard case .refused(let refusal) = error, refusal.code == .unknownProduct,
                    let place = rest.firstIndex(where: { $0.item == refusal.value })
                else { throw error }
                unsold.append(rest.remove(at: place).item)
            }
        }
        return ([], unsold)
    }
}
