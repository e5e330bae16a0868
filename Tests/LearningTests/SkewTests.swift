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
        for (line, product) in data.products.enumerated() {
            guard let row = rows[product], let past = prices[product] else { continue }
            let rate = replay.rate(ofProductAt: line)
            let item = ItemContext(
                row: row, history: past, week: week, logitRate: rate.logit, index: rate.index)
            FeatureSchema.fill(&span, row: line, item: item, summary: summary, history: history)
        }
        return cart
    }
}
