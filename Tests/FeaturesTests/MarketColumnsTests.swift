// The columns that tell what the week's public prices mean to a shopper, against numbers worked out by hand.

import Domain
import Features
import Glibc
import Testing

@Suite struct MarketColumnsTests {
    private let week: Int32 = 2_456
    private let stranger = ShopperHistory()
    private let dollars = Currency(code: "USD")!

    /// A product that anybody buys in half of the weeks.
    private func item(
        _ product: String, list: Int64 = 200, price: Int64 = 200, mailer: Float = 0, logitRate: Float = 0
    ) -> ItemContext {
        ItemContext(
            product: ProductKey(product: product), referencePrice: 200, displayShare: 0, mailerShare: mailer,
            logitRate: logitRate, index: 1, listPrice: Money(minorUnits: list), publicPrice: Money(minorUnits: price))
    }

    private func isClose(_ value: Float, _ expected: Double) -> Bool { abs(Double(value) - expected) < 1e-5 }

    // MARK: - List price over reference

    @Test func theListPriceIsComparedWithTheReferenceInLogarithms() {
        for (list, expected) in [(Int64(300), 0.405_465), (200, 0), (100, -0.693_147)] {
            let milk = item("milk", list: list)
            #expect(
                isClose(value("list price over reference", row(stranger, milk, among: [milk], week: week)), expected))
        }
    }

    // MARK: - Pull of substitutes

    private func pull(
        _ history: ShopperHistory, _ item: ItemContext, among items: [ItemContext], named name: String = "food"
    ) -> Float {
        value("pull of substitutes", row(history, item, among: items, named: name, week: week))
    }

    /// Eggs at half their price draw exp(2 ln 2) − 1 = 3. After one trip for eggs last week the slow shares are
    /// (0 + 2 · ½) / (.933033 + 2) = .340944 for milk and (.933033 + 1) / 2.933033 = .659056 for eggs.
    @Test func aCheapSubstituteDrawsWhoUsuallyBuysIt() {
        let (milk, eggs) = (item("milk"), item("eggs", price: 100))
        let buyer = history([(week - 1, basket(["eggs"]))])
        #expect(isClose(pull(buyer, milk, among: [milk, eggs]), 1.090_309))
        // Eggs themselves are drawn away from by milk, which costs what it always does.
        #expect(pull(buyer, eggs, among: [eggs, milk]) == 0)
    }

    /// With both shares ½: ln(1 + ½ · 3 / 1.001).
    @Test func aNewcomersSubstitutesHaveTheProductsRates() {
        let (milk, eggs) = (item("milk"), item("eggs", price: 100))
        #expect(isClose(pull(stranger, milk, among: [milk, eggs]), 0.915_691))
        var rows = [Float](repeating: 0, count: FeatureSchema.count)
        var span = rows.mutableSpan
        let population = [Float](repeating: 9, count: FeatureSchema.count)
        FeatureSchema.fill(
            &span, row: 0, item: milk,
            category: CategoryHabit(ofAnybodyIn: CategoryContext([eggs, milk], named: "food")),
            population: population.span)
        #expect(isClose(value("pull of substitutes", rows), 0.915_691))
        #expect(value("personal price response", rows) == 0)
    }

    /// A mailer in every store draws exp(.4) − 1 = .491825: ln(1 + ½ · .491825 / 1.001).
    @Test func aMailerDrawsAsWell() {
        let (milk, eggs) = (item("milk"), item("eggs", mailer: 1))
        #expect(isClose(pull(stranger, milk, among: [milk, eggs]), 0.219_671))
    }

    @Test func aProductAloneOrWithoutACategoryHasNoSubstitutes() {
        let (milk, eggs) = (item("milk", price: 100), item("eggs", price: 100))
        let buyer = history([(week - 1, basket(["milk", "eggs"]))])
        #expect(pull(buyer, milk, among: [milk]) == 0)
        #expect(pull(buyer, milk, among: [milk, eggs], named: "") == 0)
    }

    @Test func thePullEqualsAPlainSumOverTheOtherProducts() {
        var generator = Lottery(seed: 41)
        for size in [2, 3, 9, 40] {
            let names = (0..<size).map { "product \($0)" }
            let items = names.map {
                item(
                    $0, price: Int64.random(in: 100...300, using: &generator),
                    mailer: Float.random(in: 0...1, using: &generator),
                    logitRate: Float.random(in: -4...0, using: &generator))
            }
            let past = history(
                (week - 30..<week).map { week in
                    // Some are of no product of the category.
                    (
                        week,
                        basket(
                            (names + ["tea", "rice", "salt"]).filter { _ in
                                Int.random(in: 0..<8, using: &generator) == 0
                            })
                    )
                })
            let shares = items.map {
                Double(value("personal share, slow decay", row(past, $0, among: items, week: week)))
            }
            for (own, item) in items.enumerated() {
                var (pulled, others) = (0.0, 0.0)
                for place in items.indices where place != own {
                    let alone = row(stranger, items[own], among: [items[own], items[place]], week: week)
                    // Two products, of which the other's pull can be read back from a newcomer's row.
                    let rates = [own, place].map { Double(rate(of: items[$0])) }
                    let pull =
                        expm1(Double(value("pull of substitutes", alone))) * (rates[0] + rates[1] + 0.001) / rates[1]
                    pulled += shares[place] * pull
                    others += shares[place]
                }
                let expected = log1p(pulled / (shares[own] + others + 0.001))
                #expect(abs(Double(pull(past, item, among: items.shuffled(using: &generator))) - expected) < 1e-4)
            }
        }
    }

    private func rate(of item: ItemContext) -> Float {
        value("personal share", row(stranger, item, among: [item], week: week))
    }

    // MARK: - Personal price response

    /// 100, 200, 100 and 200 in the four weeks before: each ½ ln 2 off the mean of the logarithms.
    private func milk(prices: [Int64] = [100, 200, 100, 200]) -> ItemContext {
        var past = PriceHistory()
        for (place, price) in prices.enumerated() {
            past.apply(price: Money(minorUnits: price), week: week - Int32(prices.count - place))
        }
        let row = CatalogueRow(
            product: "milk", name: "Milk", category: "food", currency: dollars, listPrice: Money(minorUnits: 200),
            unitCost: Money(minorUnits: 100), minimumPrice: nil, deal: nil, displayShare: 0, mailerShare: 0,
            effectiveAt: Timestamp(milliseconds: 0))
        return ItemContext(row: row, history: past, week: week, calendar: .utc, logitRate: 0, index: 1)
    }

    private func response(_ history: ShopperHistory, _ item: ItemContext) -> Float {
        value("personal price response", row(history, item, among: [item], week: week))
    }

    /// Three trips, at 200, 100 and 200, and a purchase at 100. With d = ½ ln 2 and e = (1 + 8 · ½) / (3 + 8) = 5/11:
    /// (e · d + d) / (e · 3 d² + .3).
    @Test func whoBuysWhenItIsCheapResponds() {
        let keen = history([
            (week - 1, basket(["tea"])), (week - 2, basket(["milk"])), (week - 3, basket(["tea"])),
        ])
        #expect(isClose(response(keen, milk()), 1.086_928))
        let contrary = history([
            (week - 1, basket(["milk"])), (week - 2, basket(["tea"])), (week - 3, basket(["tea"])),
        ])
        #expect(response(contrary, milk()) < 0)
    }

    @Test func nothingIsKnownOfWhoHasNoTripsOrSawOnePriceOnly() {
        #expect(response(stranger, milk()) == 0)
        let regular = history((week - 4..<week).map { ($0, basket(["milk"])) })
        #expect(response(regular, milk(prices: [200, 200, 200, 200])) == 0)
        #expect(response(regular, milk(prices: [])) == 0)
        // Trips before the first price say nothing about prices.
        let longAgo = history([(week - 20, basket(["milk"]))])
        #expect(response(longAgo, milk()) == 0)
    }

    @Test func theWeekThatIsPricedDoesNotCount() {
        let before = history([(week - 1, basket(["tea"])), (week - 2, basket(["milk"]))])
        var after = before
        after.apply(basket(["milk"]), week: week)
        after.apply(basket(["milk"]), week: week + 3)
        #expect(response(after, milk()) == response(before, milk()))
    }
}
