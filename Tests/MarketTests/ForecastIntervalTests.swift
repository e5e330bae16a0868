// Intervals against what they claim, on counts whose law is known, in periods that no forecast has seen; and items that
// were not always on sale.

import Domain
import Glibc
import Market
import Testing

@Suite struct ForecastIntervalTests {
    /// How the mean of a period comes about.
    enum Demand: String, CaseIterable {
        case flat, falling, fading, rising

        func mean(_ period: Int) -> Double {
            let passed = Double(period) / 109
            return switch self {
            case .flat: 40
            case .falling: 300 - 260 * passed
            case .fading: 500 * exp(-Double(period) / 30)
            case .rising: 40 + 260 * passed
            }
        }
    }

    private let horizon = 6

    private func poisson(_ mean: Double, _ draws: inout Draws) -> Double {
        var units = 0.0
        var product = draws.fraction()
        while product > exp(-mean) {
            units += 1
            product *= draws.fraction()
        }
        return units
    }

    /// Share of the periods after 104 known ones that lie within their interval.
    private func coverage(of items: Int, _ units: (Int, inout Draws) -> Double) -> Double {
        var sales: [ItemSales] = []
        var futures: [ArraySlice<Double>] = []
        for item in 0..<items {
            var draws = Draws(seed: 21, "counts", UInt64(item))
            let values = (0..<(104 + horizon)).map { units($0, &draws) }
            sales.append(ItemSales(item: "\(item)", units: Array(values[..<104])))
            futures.append(values[104...])
        }
        let study = ForecastStudy(sales, ForecastStudy.Settings(horizon: horizon))
        let inside = zip(study.items, futures).flatMap { item, future in
            zip(item.forecasts, future).map { $0.low <= $1 && $1 <= $0.high }
        }
        return Double(inside.count { $0 }) / Double(items * horizon)
    }

    @Test(arguments: Demand.allCases)
    func nineTenthsOfCountsLieWithinWhereverDemandIsGoing(_ demand: Demand) {
        let share = coverage(of: 60) { period, draws in poisson(demand.mean(period), &draws) }
        #expect((0.85...0.97).contains(share), "\(demand.rawValue): \(share)")
    }

    @Test func promotionsThatNobodyAnnouncedWidenIntervals() {
        let share = coverage(of: 60) { _, draws in poisson(draws.fraction() < 0.15 ? 150 : 50, &draws) }
        #expect((0.86...0.96).contains(share), "\(share)")
    }

    @Test(arguments: [false, true])
    func periodsBeforeTheLaunchChangeNothing(hasPrices: Bool) throws {
        for idle in [3, 40, 84] {
            let (late, present) = launched(after: idle, hasPrices: hasPrices)
            let study = ForecastStudy(late, ForecastStudy.Settings(horizon: horizon))
            let known = ForecastStudy(present, ForecastStudy.Settings(horizon: horizon))
            #expect(study.items.count == 10)
            for (one, other) in zip(study.items, known.items) {
                #expect(one.method == other.method && one.forecasts == other.forecasts && one.score == other.score)
                #expect(one.forecasts.allSatisfy { $0.low >= 12 && $0.high <= 80 })
            }
        }
    }

    /// Items that sell forty a period since some idle ones, with and without the idle ones.
    private func launched(after idle: Int, hasPrices: Bool) -> (late: [ItemSales], present: [ItemSales]) {
        let present = (0..<10).map { item in
            var draws = Draws(seed: 22, "launch", UInt64(item))
            return ItemSales(
                item: "\(item)", start: idle, units: (0..<26).map { _ in poisson(40, &draws) },
                settings: hasPrices
                    ? (0..<32).map { _ in SalesSetting(price: draws.fraction() < 0.3 ? 1.5 : 2, regularPrice: 2) } : [])
        }
        let late = present.map { sales in
            let before = [SalesSetting](repeating: SalesSetting(price: 2, regularPrice: 2), count: idle)
            return ItemSales(
                item: sales.item, units: [Double?](repeating: 0, count: idle) + sales.units,
                settings: hasPrices ? before + sales.settings : [])
        }
        return (late, present)
    }

    @Test func aLongWaitOfAnItemThatSellsNowAndThenIsNoLaunch() {
        func idle(_ units: [Double?]) -> Int { ItemSales(item: "any", units: units).periodsBeforeLaunch }
        let sparse = (0..<60).map { Double?.some($0 % 10 == 9 ? 3 : 0) }
        #expect(idle(sparse) == 0)
        #expect(idle([Double?](repeating: 0, count: 200) + sparse) == 209)
        #expect(idle([Double?](repeating: 0, count: 60)) == 0)
        #expect(idle([Double?](repeating: 0, count: 20) + [1] + [Double?](repeating: 0, count: 20)) == 0)
        #expect(idle([nil, 0, nil, 0] + [Double?](repeating: 5, count: 12)) == 4)
        #expect(idle([Double?](repeating: 5, count: 12)) == 0)
        #expect(idle([]) == 0)
    }
}
