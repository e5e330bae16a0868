import Domain
import Market
import Testing

@Suite struct ReferencePriceForecastTests {
    private func item(_ prices: [Double], regular: Double, planned: [Double] = []) -> ItemSales {
        ItemSales(
            item: "a", units: [Double?](repeating: 1, count: prices.count),
            settings: (prices + planned).map { SalesSetting(price: $0, regularPrice: regular) })
    }

    @Test func whatWasShownAndWhatIsPlannedIsExact() {
        let sales = item([10, 8, 10, 8], regular: 10, planned: [5, 7])
        let ahead = ReferencePriceForecast.forecast(sales, horizon: 3)
        #expect(ahead.map(\.price) == [9, 41.0 / 5, 48.0 / 6])
        #expect(ahead.allSatisfy { $0.low == $0.price && $0.high == $0.price })
        let open = ReferencePriceForecast.forecast(sales, horizon: 3, usesPlans: false)
        #expect(open[0].price == 9 && open[0].low == 9)
        #expect(open[1].low < open[1].price && open[2].high - open[2].low > open[1].high - open[1].low)
    }

    @Test func onlyTheLastFiftyTwoPeriodsCount() {
        let sales = item([Double](repeating: 3, count: 40) + [Double](repeating: 5, count: 52), regular: 5)
        #expect(ReferencePriceForecast.forecast(sales, horizon: 1).map(\.price) == [5])
    }

    @Test func withoutPricesThereIsNoForecast() {
        #expect(ReferencePriceForecast.forecast(ItemSales(item: "a", units: [1, 2]), horizon: 4).isEmpty)
        #expect(ReferencePriceScore([ItemSales(item: "a", units: [1, 2])], horizon: 4) == nil)
    }

    @Test func intervalsHoldAndForecastsBeatStanding() throws {
        let items = (0..<60).map { item in
            var draws = Draws(seed: 8, "prices", UInt64(item))
            var regular = 10.0
            var isDeal = false
            let settings = (0..<60).map { _ in
                if draws.fraction() < 0.1 { regular *= 1 + 0.05 * draws.normal() }
                isDeal = draws.fraction() < (isDeal ? 0.6 : 0.2)
                return SalesSetting(price: isDeal ? 0.75 * regular : regular, regularPrice: regular)
            }
            return ItemSales(item: "\(item)", units: [Double?](repeating: 1, count: 60), settings: settings)
        }
        let score = try #require(ReferencePriceScore(items, horizon: 8))
        #expect((0.82...0.97).contains(score.coverage))
        #expect(score.error < score.errorOfStaying)
    }
}
