import Domain
import Features
import Testing

@Suite struct FeatureSchemaTests {
    @Test func namesAreUniqueAndPersonalColumnsComeFirst() {
        #expect(Set(FeatureSchema.names).count == FeatureSchema.count)
        let personal = FeatureSchema.tags.prefix(FeatureSchema.personalCount)
        #expect(personal.allSatisfy { $0 == .personal })
        #expect(FeatureSchema.tags.dropFirst(FeatureSchema.personalCount).allSatisfy { $0 != .personal })
    }

    @Test func everyColumnIsWrittenAndNoOther() {
        let filled = row(history([(2450, basket(["milk"]))]), product: "milk", week: 2452)
        #expect(filled.allSatisfy { $0.isFinite })
        var rows = [Float](repeating: -7, count: FeatureSchema.count * 3)
        var span = rows.mutableSpan
        let item = ItemContext(
            product: ProductKey(product: "milk"), referencePrice: 199, displayShare: 0.1, mailerShare: 0.2,
            logitRate: -3, index: 4)
        let known = history([(2450, basket(["milk"]))])
        let summary = ShopperSummary(known, week: 2452)
        let category = CategoryHabit(CategoryContext([item], named: "food"), summary: summary, history: known)
        FeatureSchema.fill(&span, row: 1, item: item, category: category, summary: summary, history: known)
        #expect(Array(rows[FeatureSchema.count..<(2 * FeatureSchema.count)]) == filled)
        #expect(rows.prefix(FeatureSchema.count).allSatisfy { $0 == -7 })
        #expect(rows.suffix(FeatureSchema.count).allSatisfy { $0 == -7 })
    }

    @Test func countsAreThoseAPersonWouldCount() {
        let history = history([
            (2450, basket(["milk"], spend: 1_000, lines: 4, dealLines: 1)),
            (2450, basket(["milk", "eggs"], spend: 500, lines: 2, dealLines: 2)),
            (2453, basket(["eggs"], spend: 3_000, lines: 6, dealLines: 0)),
            (2454, basket(["milk"], spend: 100, lines: 1, dealLines: 0)),
        ])
        let milk = row(history, product: "milk", week: 2456)
        #expect(value("trip weeks", milk) == 3)
        #expect(value("baskets per trip week", milk) == Float(4) / 3)
        #expect(value("spend per trip week", milk) == Float(4_600) / 3)
        #expect(value("lines per trip week", milk) == Float(13) / 3)
        #expect(value("lines per trip in four weeks", milk) == 3.5)
        #expect(value("share of lines on deal", milk) == Float(3) / 13)
        #expect(value("catalogue items per trip week", milk) == Float(4) / 3)
        #expect(value("distinct catalogue items", milk) == 2)
        #expect(value("weeks bought", milk) == 2)
        #expect(value("weeks since bought", milk) == 2)
        #expect(value("weeks since bought over cycle", milk) == 0.5)
        let never = row(history, product: "corn", week: 2456)
        #expect(value("weeks bought", never) == 0)
        #expect(value("weeks since bought", never) == ShopperSummary.never)
    }

    @Test func sharesStartAtTheProductsRateAndMoveTowardsTheShoppers() {
        let rate = Float(0.047_425_874)
        let stranger = row(ShopperHistory(), product: "milk", week: 2456)
        for name in ["personal share", "personal share, slow decay", "personal share, fast decay"] {
            #expect(abs(value(name, stranger) - rate) < 1e-6)
        }
        let regular = row(history((2400..<2456).map { ($0, basket(["milk"])) }), product: "milk", week: 2456)
        #expect(value("personal share", regular) > 0.8)
        let lapsed = row(
            history((2410..<2456).map { ($0, basket($0 < 2430 ? ["milk"] : [])) }), product: "milk", week: 2456)
        #expect(value("personal share, fast decay", lapsed) < value("personal share", lapsed))
    }

    @Test func aStrangersRowTakesThePopulationsHabitsAndTheProductsMarket() {
        let population = [Float](repeating: 9, count: FeatureSchema.count)
        var rows = [Float](repeating: 0, count: FeatureSchema.count)
        var span = rows.mutableSpan
        let item = ItemContext(
            product: ProductKey(product: "milk"), referencePrice: 199, displayShare: 0.1, mailerShare: .nan,
            logitRate: -3, index: 4)
        let category = CategoryHabit(ofAnybodyIn: CategoryContext([item], named: "food"))
        FeatureSchema.fill(&span, row: 0, item: item, category: category, population: population.span)
        #expect(rows.prefix(FeatureSchema.personalCount).allSatisfy { $0 == 9 })
        #expect(value("product logit rate", rows) == -3)
        #expect(value("product index", rows) == 4)
        #expect(value("display share", rows) == 0.1)
        #expect(value("mailer share", rows) == 0)
        #expect(value("pull of substitutes", rows) == 0)
        #expect(value("personal price response", rows) == 0)
    }
}
