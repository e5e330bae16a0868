// The choice of a method, on series whose law is known: it finds what there is to find, never looks ahead, and its
// intervals hold what they say.

import Domain
import Testing

import Market

@Suite struct ForecastStudyTests {
    /// A series of whole units from its mean, with Poisson-like noise.
    private func units(_ count: Int, seed: UInt64, _ mean: (Int) -> Double) -> [Double?] {
        var draws = Draws(seed: seed, "units")
        return (0..<count).map { place in
            let middle = mean(place)
            return max(0, (middle + middle.squareRoot() * draws.normal()).rounded())
        }
    }

    private func promoted(_ count: Int, items: Int) -> [ItemSales] {
        (0..<items).map { item in
            var draws = Draws(seed: 11, "plan", UInt64(item))
            let settings = (0..<(count + 4)).map { _ in
                let isDeal = draws.fraction() < 0.3
                return SalesSetting(
                    price: isDeal ? 1.5 : 2, regularPrice: 2, displayShare: isDeal ? draws.fraction() : 0)
            }
            let sold = units(count, seed: UInt64(item)) { place in
                let ratio = (settings[place].price ?? 2) / 2
                let lift = 1 + 1.5 * settings[place].displayShare
                return 60 * (1 / (ratio * ratio)) * lift
            }
            return ItemSales(item: "\(item)", units: sold, settings: settings)
        }
    }

    private func mean(_ study: ForecastStudy, _ error: (ForecastStudy.Score) -> Double?) -> Double {
        Robust.mean(study.items.compactMap { $0.score.flatMap(error) })
    }

    @Test func promotionsThatMoveDemandAreLearned() {
        let study = ForecastStudy(promoted(40, items: 20), ForecastStudy.Settings())
        #expect(mean(study, \.chosen) < 0.45 * mean(study, \.naive))
        #expect(mean(study, \.chosen) < 0.6 * mean(study, \.average))
        #expect((0.84...0.97).contains(mean(study, \.coverage)))
        #expect(study.items.allSatisfy { $0.method.rawValue.hasPrefix("promotions") })
    }

    @Test func aPlannedDealRaisesTheForecastOfItsWeek() throws {
        var sales = promoted(40, items: 20)
        sales[0].settings[40] = SalesSetting(price: 2, regularPrice: 2)
        sales[0].settings[41] = SalesSetting(price: 1.5, regularPrice: 2)
        let item = try #require(ForecastStudy(sales, ForecastStudy.Settings()).items.first)
        #expect((52...68).contains(item.forecasts[0].units))
        #expect((90...125).contains(item.forecasts[1].units))
    }

    @Test func aSeasonIsFound() {
        let sales = (0..<10).map { item in
            ItemSales(item: "\(item)", units: units(56, seed: UInt64(item)) { [150, 80, 40, 80][$0 % 4] })
        }
        let study = ForecastStudy(sales, ForecastStudy.Settings(season: 4))
        #expect(mean(study, \.chosen) < 0.5 * mean(study, \.naive))
        #expect(mean(study, \.chosen) < 0.9 * mean(study, \.seasonalNaive))
        #expect((0.84...0.97).contains(mean(study, \.coverage)))
    }

    /// Fourteen periods hold a season of four three times, and few origins to choose from.
    @Test func aSeasonIsFoundInAShortHistory() {
        let means: (Int) -> Double = { [150, 80, 40, 80][$0 % 4] }
        let sales = (0..<20).map { ItemSales(item: "\($0)", units: units(14, seed: UInt64($0), means)) }
        let study = ForecastStudy(sales, ForecastStudy.Settings(season: 4))
        let errors = study.items.flatMap { item in
            item.forecasts.enumerated().map { abs($1.units - means(14 + $0)) }
        }
        #expect(errors.count == 80 && Robust.mean(errors) < 10, "\(Robust.mean(errors))")
    }

    /// Not a row for longer than smoothers remember.
    @Test(arguments: [190, 200, 400])
    func anItemThatWasNotSeenForLongIsForecastFromWhatWasKnown(gap: Int) throws {
        let other = ItemSales(item: "other", units: units(220 + gap, seed: 1) { _ in 50 })
        let known = units(220, seed: 2) { _ in 900 }
        let stale = ItemSales(item: "stale", units: known + [Double?](repeating: nil, count: gap))
        let study = ForecastStudy([other, stale], ForecastStudy.Settings(season: 7))
        let forecast = try #require(study.items.last { $0.item == "stale" }?.forecasts.first)
        #expect((850...950).contains(forecast.units) && forecast.low < 860 && forecast.high > 940, "\(forecast)")
    }

    @Test func aConstantIsForecastAsItself() throws {
        let item = ItemSales(item: "7", units: [Double?](repeating: 7, count: 60))
        let forecast = try #require(ForecastStudy([item], ForecastStudy.Settings()).items.first?.forecasts.first)
        #expect((forecast.low, forecast.high) == (7, 7) && abs(forecast.units - 7) < 1e-9)
    }

    @Test func whatCannotBeForecastIsLeftToTheBaselinesOrAsGood() {
        let walks = (0..<20).map { item in
            var draws = Draws(seed: 9, "walk", UInt64(item))
            var level = 6.0
            let values = (0..<60).map { _ in
                level += 0.1 * draws.normal()
                return Double?.some(DemandForecast.units(level))
            }
            return ItemSales(item: "\(item)", units: values)
        }
        let study = ForecastStudy(walks, ForecastStudy.Settings())
        #expect(mean(study, \.chosen) < 1.05 * mean(study, \.naive))
        #expect(mean(study, \.chosen) < 0.8 * mean(study, \.average))
    }

    @Test func aChoiceKnowsNothingOfWhatComesAfterIt() throws {
        // Between noise and noise the errors of any week may tip the choice.
        let noise = (0..<12).map { ItemSales(item: "\($0)", units: units(40, seed: UInt64($0)) { _ in 40 }) }
        let sales = promoted(40, items: 3) + noise
        var changed = sales
        for index in changed.indices { for place in 30..<40 { changed[index].units[place] = 100 * Double(place % 2) } }
        let settings = ForecastStudy.Settings()
        func replays(_ sales: [ItemSales]) -> [ItemReplay] {
            sales.compactMap { item in
                ItemReplay(item, settings) { PromotionResponse(pooling: sales, before: $0) }
            }
        }
        let before = replays(sales)
        let after = replays(changed)
        for (one, other) in zip(before, after) {
            let files = (MethodErrors(before.map(\.errors)), MethodErrors(after.map(\.errors)))
            for origin in 16...30 {
                let choice = one.choice(at: origin, beside: files.0)
                #expect(choice == other.choice(at: origin, beside: files.1))
                let common = PromotionResponse(pooling: sales, before: origin)
                #expect(common == PromotionResponse(pooling: changed, before: origin))
                #expect(
                    one.forecast(by: choice, at: origin, common: common, beside: files.0)
                        == other.forecast(by: choice, at: origin, common: common, beside: files.1))
            }
        }
    }

    @Test func theOrderOfItemsChangesNothing() {
        let sales = promoted(36, items: 6)
        func forecasts(_ sales: [ItemSales]) -> [String: [DemandForecast]] {
            Dictionary(
                ForecastStudy(sales, ForecastStudy.Settings()).items.map { ($0.item, $0.forecasts) },
                uniquingKeysWith: { first, _ in first })
        }
        let forward = forecasts(sales)
        for (item, backward) in forecasts(sales.reversed()) {
            // Sums over items are taken in the items' order.
            for (one, other) in zip(forward[item] ?? [], backward) { #expect(abs(one.units - other.units) < 1e-6) }
        }
    }

    @Test func seriesThatNeverMovedStayWhereTheyAre() {
        let constant = ItemSales(item: "constant", units: [Double?](repeating: 5, count: 30))
        let zeros = ItemSales(item: "zeros", units: [Double?](repeating: 0, count: 30))
        let study = ForecastStudy(promoted(30, items: 3) + [constant, zeros], ForecastStudy.Settings())
        for item in study.items.suffix(2) {
            let value = item.item == "zeros" ? 0.0 : 5
            for forecast in item.forecasts { #expect(abs(forecast.units - value) < 1e-9) }
            #expect(item.score == nil)
        }
    }

    @Test func shortAndHoledSeriesAreForecastOrNamed() {
        let short = ItemSales(item: "short", units: units(11, seed: 1) { _ in 20 })
        let unjudged = ItemSales(item: "unjudged", units: units(13, seed: 2) { _ in 20 })
        var holed = units(60, seed: 3) { _ in 20 }
        for place in stride(from: 0, to: 60, by: 3) { holed[place] = nil }
        let study = ForecastStudy(
            [short, unjudged, ItemSales(item: "holed", units: holed)], ForecastStudy.Settings())
        #expect(study.tooShort == ["short"])
        #expect(study.items.map { $0.score == nil } == [true, false])
        for item in study.items { #expect(item.forecasts.allSatisfy { (12...28).contains($0.units) }) }
    }

    @Test func forecastsAreOrderedAndNeverNegativeWhateverTheSeries() {
        for seed in 0..<30 as Range<UInt64> {
            var draws = Draws(seed: seed, "any")
            let scale = pow10(draws.below(8))
            let values = (0..<(14 + draws.below(50))).map { _ -> Double? in
                switch draws.below(6) {
                case 0: nil
                case 1: 0
                case 2: scale * 1_000
                default: (scale * draws.fraction()).rounded()
                }
            }
            let study = ForecastStudy([ItemSales(item: "any", units: values)], ForecastStudy.Settings(season: 7))
            for forecast in study.items.flatMap(\.forecasts) {
                #expect(forecast.low >= 0 && forecast.low <= forecast.units && forecast.units <= forecast.high)
                #expect(forecast.high.isFinite)
            }
        }
    }

    private func pow10(_ exponent: Int) -> Double { (0..<exponent).reduce(1) { value, _ in value * 10 } }
}
