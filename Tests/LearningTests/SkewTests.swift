import Domain
import Features
import Learning
import Testing

/// Training and serving compute the same features: the law that lets a model mean the same in both places.
@Suite struct SkewTests {
    @Test func rowsOfTheTrainingMatrixEqualThoseOfAWorkerThatSawTheEventsInAnyOrder() throws {
        let data = littleShop(shoppers: 12, weeks: 12)
        let replay = try MatrixReplay(data, calendar: .utc, ratesThrough: week + 11)
        var generator = Lottery(seed: 31)
        for current in [week + 1, week + 5, week + 11] {
            let matrix = replay.matrices(of: [current...current])[0]
            // Everything up to the week's end has arrived, out of order, when the worker prices.
            let seen = data.events.filter { ShopCalendar.utc.week(of: $0.event.occurredAt) <= current }
            var histories: [String: ShopperHistory] = [:]
            for entry in seen.shuffled(using: &generator) {
                let itsWeek = ShopCalendar.utc.week(of: entry.event.occurredAt)
                histories[entry.user, default: ShopperHistory()].apply(entry.event.basket, week: itsWeek)
            }
            // Visitors in the order of their first event ever, as the matrix lists them.
            var order: [String] = []
            for entry in data.events where !order.contains(entry.user) { order.append(entry.user) }
            let visitors = Set(
                seen.filter { ShopCalendar.utc.week(of: $0.event.occurredAt) == current }.map(\.user))
            var expected: [Float] = []
            for user in order where visitors.contains(user) {
                expected += served(try #require(histories[user]), data, replay, week: current)
            }
            #expect(matrix.count == visitors.count * data.products.count)
            #expect(matrix.features == expected)
            if current == week + 11 { try matrix.expectVariation(in: FeatureSchema.marketNames) }
        }
    }

    @Test func laterEventsDoNotChangeEarlierRows() throws {
        let data = littleShop(shoppers: 12, weeks: 12)
        var shorter = data
        shorter.events.removeAll { ShopCalendar.utc.week(of: $0.event.occurredAt) > week + 6 }
        shorter.catalogue.removeAll { ShopCalendar.utc.week(of: $0.effectiveAt) > week + 6 }
        let range = (week + 2)...(week + 6)
        let long = try MatrixReplay(data, calendar: .utc, ratesThrough: week + 6).matrices(of: [range])[0]
        let short = try MatrixReplay(shorter, calendar: .utc, ratesThrough: week + 6).matrices(of: [range])[0]
        #expect(long.count > 100)
        #expect(long.features == short.features)
        #expect(long.labels == short.labels)
        #expect(long.logRelativePrices == short.logRelativePrices)
    }

    @Test func withoutTheMarketNoColumnTellsOfPricesOrPromotion() throws {
        let data = littleShop(shoppers: 12, weeks: 8)
        let whole = try MatrixReplay(data, calendar: .utc, ratesThrough: week + 7)
            .matrices(of: [(week + 4)...(week + 7)])[0]
        let without = whole.withoutMarket
        for (column, name) in FeatureSchema.names.enumerated() {
            let values = (0..<whole.count).map { without.row($0)[column] }
            if FeatureSchema.marketNames.contains(name) || name == "display share" {
                #expect(values.allSatisfy { $0 == 0 }, "\(name)")
            } else {
                #expect(values == (0..<whole.count).map { whole.row($0)[column] }, "\(name)")
            }
        }
        #expect(without.logRelativePrices.allSatisfy { $0 == 0 })
    }

    @Test func labelsSayWhoBoughtWhatInTheWeek() throws {
        let data = littleShop(shoppers: 12, weeks: 4)
        let current = week + 2
        let matrix = try MatrixReplay(data, calendar: .utc, ratesThrough: current)
            .matrices(of: [current...current])[0]
        var bought: Set<String> = []
        for entry in data.events where ShopCalendar.utc.week(of: entry.event.occurredAt) == current {
            for item in entry.event.basket.items { bought.insert("\(entry.user) \(item.product)") }
        }
        #expect(matrix.positives == bought.count)
    }

    /// The rows of one shopper as a worker computes them for a cart of every product.
    private func served(
        _ history: ShopperHistory, _ data: TrainingData, _ replay: MatrixReplay, week: Int32
    ) -> [Float] {
        var prices: [String: PriceHistory] = [:]
        var rows: [String: CatalogueRow] = [:]
        for row in data.catalogue where ShopCalendar.utc.week(of: row.effectiveAt) <= week {
            prices[row.product, default: PriceHistory()].apply(row, calendar: .utc)
            rows[row.product] = row
        }
        var cart = [Float](repeating: .nan, count: data.products.count * FeatureSchema.count)
        var span = cart.mutableSpan
        let summary = ShopperSummary(history, week: week)
        let items = data.products.enumerated().compactMap { line, product -> (String, ItemContext)? in
            guard let row = rows[product], let past = prices[product] else { return nil }
            let rate = replay.rate(ofProductAt: line)
            return (
                row.category,
                ItemContext(
                    row: row, history: past, week: week, calendar: .utc, logitRate: rate.logit, index: rate.index)
            )
        }
        for (line, (name, item)) in items.enumerated() {
            let members = items.filter { $0.0 == name }.map(\.1)
            let category = CategoryHabit(CategoryContext(members, named: name), summary: summary, history: history)
            FeatureSchema.fill(&span, row: line, item: item, category: category, summary: summary, history: history)
        }
        return cart
    }
}

extension FeatureSchema {
    /// Columns that tell of prices and promotion, and that differ from row to row in the little shop.
    fileprivate static let marketNames: Set<String> = [
        "mailer share", "list price over reference", "pull of substitutes", "personal price response",
    ]
}

extension TrainingMatrix {
    /// Columns that are the same everywhere would be equal in training and serving whatever they mean.
    fileprivate func expectVariation(in names: Set<String>) throws {
        for name in names {
            let column = try #require(FeatureSchema.names.firstIndex(of: name))
            #expect(Set((0..<count).map { row($0)[column] }).count > 1, "\(name)")
        }
    }
}
