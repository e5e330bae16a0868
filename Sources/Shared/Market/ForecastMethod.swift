// Every way to forecast that is tried, the naive ones included: an item that moves at random is best left to them.

import Glibc

/// A way to forecast demand.
public enum ForecastMethod: String, CaseIterable, Codable, Sendable {
    /// The last value.
    case naive
    /// The value one season ago.
    case seasonalNaive = "seasonal naive"
    /// The straight average of everything.
    case average
    /// Simple exponential smoothing.
    case simple
    /// With a trend that fades.
    case damped
    /// With a season.
    case seasonal
    /// With both.
    case dampedSeasonal = "damped seasonal"
    /// How often and how much, apart.
    case intermittent
    /// Regression on prices and promotions around an average.
    case promotions
    /// The same around a smoothed level.
    case promotionsSmoothed = "promotions, smoothed"
    /// The same around a smoothed level with a season.
    case promotionsSeasonal = "promotions, seasonal"

    /// Whether the method can be tried on what is known.
    func applies(to sales: ItemSales, season: Int) -> Bool {
        let known = sales.units.compactMap { $0 }
        let hasSeasons = season > 1 && known.count >= 2 * season
        switch self {
        case .naive, .average, .simple, .damped: return true
        case .seasonalNaive: return season > 1 && sales.units.count >= season
        case .seasonal, .dampedSeasonal: return hasSeasons
        case .intermittent: return known.count { $0 == 0 } * 5 >= known.count
        case .promotions, .promotionsSmoothed: return !sales.settings.isEmpty
        case .promotionsSeasonal: return hasSeasons && !sales.settings.isEmpty
        }
    }

    /// Forecasts the periods after what is known.
    /// - Parameters:
    ///   - sales: at least two known periods.
    ///   - common: the response to promotions that all items have in common.
    func forecast(
        _ sales: ItemSales, horizon: Int, season: Int, common: PromotionResponse
    ) -> [DemandForecast] {
        func history() -> [Double?] { Robust.withoutOutliers(Self.remembered(sales.logarithms, season)) }
        func smoothed(trend: Bool = false, season: Int? = nil) -> [DemandForecast] {
            let smoother = Smoothing(fitting: SmoothingShape(hasTrend: trend, season: season), to: history())
            return smoother.forecast(horizon).map {
                DemandForecast(
                    logarithm: $0.withNoise(of: smoother.deviation, madeAt: smoother.expectations))
            }
        }
        /// The errors of a level that follows every value, or none.
        func spread(level: Double) -> [Normal] {
            let smoother = Smoothing(SmoothingShape(), SmoothingConstants(level: level), over: sales.logarithms)
            return smoother.forecast(horizon).map {
                $0.withNoise(of: smoother.deviation, madeAt: smoother.expectations)
            }
        }
        /// A baseline's own points, with the spread that its errors have on the logarithmic scale.
        func baseline(_ points: [Double], _ spread: [Normal]) -> [DemandForecast] {
            zip(points, spread).map { point, normal in
                var forecast = DemandForecast(
                    logarithm: Normal(
                        mean: log1p(point), deviation: normal.deviation, freedom: normal.freedom))
                forecast.units = point
                return forecast
            }
        }
        switch self {
        case .naive:
            let last = sales.units.last { $0 != nil } ?? nil
            return baseline([Double](repeating: last ?? 0, count: horizon), spread(level: 1))
        case .seasonalNaive:
            return baseline(
                (0..<horizon).map { sales.unitsOneSeasonBefore($0, season: season) },
                sales.seasonalWalk(horizon, season: season))
        case .average:
            let known = sales.units.compactMap { $0 }
            return baseline([Double](repeating: Robust.mean(known), count: horizon), spread(level: 0))
        case .simple: return smoothed()
        case .damped: return smoothed(trend: true)
        case .seasonal: return smoothed(season: season)
        case .dampedSeasonal: return smoothed(trend: true, season: season)
        case .intermittent:
            return [DemandForecast](repeating: IntermittentDemand(fitting: sales.units).forecast, count: horizon)
        case .promotions, .promotionsSmoothed, .promotionsSeasonal:
            return promoted(sales, horizon: horizon, season: season, common: common)
        }
    }

    /// What smoothers are fitted to, from its first known value on: what is older has faded, and would only cost time.
    /// A gap is no news, however long it is.
    private static func remembered(_ values: [Double?], _ season: Int) -> [Double?] {
        let known = values.indices.filter { values[$0] != nil }
        return Array(values[(known.suffix(max(200, 6 * season)).first ?? 0)...])
    }

    /// Regression first, then a smoother over what it leaves.
    private func promoted(
        _ sales: ItemSales, horizon: Int, season: Int, common: PromotionResponse
    ) -> [DemandForecast] {
        let effects = PromotionResponse(of: sales, towards: common).effects(on: sales)
        let unexplained = zip(sales.logarithms, effects).map { value, effect in value.map { $0 - effect } }
        let left = Robust.withoutOutliers(Self.remembered(unexplained, season))
        let shape = SmoothingShape(season: self == .promotionsSeasonal ? season : nil)
        let smoother =
            self == .promotions
            ? Smoothing(shape, SmoothingConstants(level: 0.05), over: left) : Smoothing(fitting: shape, to: left)
        let explained = zip(sales.logarithms, effects).filter { $0.0 != nil }.suffix(smoother.expectations.count)
        let levels = zip(smoother.expectations, explained).map { $0 + $1.1 }
        return smoother.forecast(horizon).enumerated().map { step, normal in
            let place = sales.units.count + step
            // Beyond what is planned: as in the last period that is, without its promotion.
            let effect = place < effects.count ? effects[place] : sales.plainEffect(effects)
            let promoted = Normal(
                mean: normal.mean + effect, deviation: normal.deviation, freedom: normal.freedom)
            return DemandForecast(logarithm: promoted.withNoise(of: smoother.deviation, madeAt: levels))
        }
    }
}

extension ItemSales {
    /// Units in the same place of the season before the one that `step` periods ahead lies in.
    fileprivate func unitsOneSeasonBefore(_ step: Int, season: Int) -> Double {
        var place = units.count - season + step % season
        while place >= 0 {
            if let value = units[place] { return value }
            place -= season
        }
        return units.compactMap { $0 }.last ?? 0
    }

    /// The spread of changes from season to season, which adds up season after season.
    fileprivate func seasonalWalk(_ horizon: Int, season: Int) -> [Normal] {
        let values = logarithms
        let changes = zip(values.dropFirst(season), values).compactMap { now, before in
            if let now, let before { now - before } else { nil }
        }
        let squares = changes.reduce(0) { $0 + $1 * $1 }
        let deviation = (squares / Double(max(1, changes.count))).squareRoot()
        let levels = values.compactMap { $0 }
        return (0..<horizon).map { step in
            Normal(
                mean: log1p(unitsOneSeasonBefore(step, season: season)),
                deviation: deviation * Double(step / season + 1).squareRoot(), freedom: max(1, changes.count)
            )
            .withNoise(of: deviation, madeAt: levels)
        }
    }

    /// The median effect of periods without display or mailer: what an unplanned period is like.
    fileprivate func plainEffect(_ effects: [Double]) -> Double {
        let plain = zip(settings, effects).filter {
            $0.0.displayShare == 0 && $0.0.mailerShare == 0 && $0.0.price == $0.0.regularPrice
        }
        return Robust.median(plain.isEmpty ? effects : plain.map(\.1))
    }
}
