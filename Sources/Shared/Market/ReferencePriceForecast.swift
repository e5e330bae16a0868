// What shoppers will be used to paying: the mean price shown over the periods so far, at most 52, as `PriceHistory`
// defines it for serving. Most of a future reference price has been shown already; what is open is how the next prices
// move it. A shown price is taken for a regular price that walks at random, less a deal whose depth has a smoothed mean.
// Deals come in runs, so their noise does not average out as fast as independent draws would.

import Glibc

/// The reference price of one item in one future period.
public struct ReferencePriceForecast: Equatable, Sendable {
    public var price: Double
    /// Nine cases of ten lie between.
    public var low: Double
    public var high: Double

    /// Periods that a reference price looks back on.
    public static let window = 52

    /// Forecasts the periods after those that are known; empty when no price is. O(periods + horizon · window).
    /// - Parameter usesPlans: prices of future periods, where the item has them, are taken as they will be.
    public static func forecast(
        _ sales: ItemSales, horizon: Int, usesPlans: Bool = true
    ) -> [ReferencePriceForecast] {
        let past = sales.settings.prefix(sales.units.count)
        var shown = past.compactMap(\.price)
        let law = PriceLaw(past)
        guard let law, !shown.isEmpty else { return [] }
        // How much each shock of the regular price, and each open period, weighs in the sum so far.
        var open: [Int] = []
        return (0..<horizon).map { step in
            let recent = shown.suffix(window)
            let count = Double(recent.count)
            let price = recent.reduce(0, +) / count
            // A shock j periods after the start moves every open price from then on.
            let walk = open.indices.reduce(0.0) { sum, place in
                let later = Double(open.count - place)
                return sum + later * later
            }
            let variance =
                law.regular * law.regular
                * (walk * law.walkVariance + Double(open.count) * law.dealVariance * law.runs) / (count * count)
            let reach = Normal.nineTenths * variance.squareRoot()
            let place = sales.units.count + step
            if usesPlans, place < sales.settings.count, let planned = sales.settings[place].price {
                shown.append(planned)
            } else {
                shown.append(law.regular * (1 - law.depth))
                open.append(step)
            }
            return ReferencePriceForecast(price: price, low: max(0, price - reach), high: price + reach)
        }
    }
}

/// How the price of one item moves.
private struct PriceLaw {
    /// The last regular price.
    var regular = 0.0
    /// Mean share taken off by deals, lately.
    var depth = 0.0
    var dealVariance = 0.0
    /// Variance of the regular price's log steps.
    var walkVariance = 0.0
    /// How much longer the deals' noise lasts than independent draws would: (1 + ρ) / (1 − ρ).
    var runs = 1.0

    init?(_ past: ArraySlice<SalesSetting>) {
        var depths: [Double] = []
        var steps: [Double] = []
        var before: Double?
        for setting in past {
            guard let price = setting.price else { continue }
            regular = setting.regularPrice ?? price
            // A price above the regular one is a mistake of either; it is no deal.
            depths.append(max(0, 1 - price / regular))
            if let before { steps.append(log(regular / before)) }
            before = regular
        }
        guard !depths.isEmpty else { return nil }
        depth = Robust.mean(depths)
        let centre = depth
        let deviations = depths.map { $0 - centre }
        dealVariance = deviations.reduce(0) { $0 + $1 * $1 } / Double(max(1, depths.count - 1))
        let echo = zip(deviations, deviations.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
        let correlation = dealVariance > 0 ? echo / (dealVariance * Double(max(1, depths.count - 1))) : 0
        runs = (1 + min(max(correlation, 0), 0.8)) / (1 - min(max(correlation, 0), 0.8))
        for value in depths { depth += 0.1 * (value - depth) }
        walkVariance = steps.isEmpty ? 0 : steps.reduce(0) { $0 + $1 * $1 } / Double(steps.count)
    }
}

/// How well reference prices were forecast while nothing was planned.
public struct ReferencePriceScore: Equatable, Sendable {
    /// Mean absolute error in the last period of the horizon, as a share of the price.
    public var error: Double
    /// The same of a reference price that stays as it is.
    public var errorOfStaying: Double
    public var coverage: Double
    public var forecasts: Int

    /// Replays the last origins of all items; nil when no prices are known, or one period is asked for: the next
    /// reference price is known.
    public init?(_ items: [ItemSales], horizon: Int, origins: Int = 12) {
        var errors: [Double] = []
        var staying: [Double] = []
        var inside: [Double] = []
        for sales in items where sales.settings.count >= sales.units.count && horizon > 1 {
            let last = sales.units.count - horizon
            for origin in stride(from: max(12, last - origins + 1), through: last, by: 1) {
                let known = sales.known(after: origin)
                let ahead = ReferencePriceForecast.forecast(known, horizon: horizon, usesPlans: false)
                let truth = ReferencePriceForecast.forecast(sales.known(after: origin + horizon - 1), horizon: 1)
                guard let forecast = ahead.last, let now = ahead.first, let actual = truth.first?.price else {
                    continue
                }
                errors.append(abs(forecast.price / actual - 1))
                staying.append(abs(now.price / actual - 1))
                // Floating point: a price that never moved is its own interval.
                inside.append(
                    actual >= forecast.low * (1 - 1e-9) && actual <= forecast.high * (1 + 1e-9) ? 1 : 0)
            }
        }
        guard !errors.isEmpty else { return nil }
        error = Robust.mean(errors)
        errorOfStaying = Robust.mean(staying)
        coverage = Robust.mean(inside)
        forecasts = errors.count
    }
}
