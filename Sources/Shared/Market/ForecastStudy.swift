// Which method to trust with an item, and how far. History is replayed: from each of many weeks ("origins", Tashman,
// International Journal of Forecasting, 2000) every method forecasts what followed, knowing nothing but the past. The
// choice at an origin counts only errors that were complete by then, so the choice is itself replayed, and the error
// that is reported is that of the whole procedure on weeks that had no part in choosing.
//
// Errors are counted as MASE (Hyndman and Koehler, 2006): absolute errors relative to the mean step from one known
// value to the next before the origin. It is comparable between items and defined where single weeks sell nothing.

/// Forecasts of all items, their methods chosen and judged.
public struct ForecastStudy: Sendable {
    public struct Settings: Equatable, Sendable {
        /// Periods ahead.
        public var horizon = 4
        /// Periods of a season; 1 for none.
        public var season = 4
        /// Fewer known periods are not forecast from.
        public var fewest = 12
        /// Known periods that the past of a short item is forecast from, so that there is something to choose by.
        public var fewestInThePast = 8
        /// Origins held out, the latest ones.
        public var heldOut = 12
        /// Origins that one choice looks back on.
        public var lookback = 12

        public init(horizon: Int = 4, season: Int = 4) {
            self.horizon = horizon
            self.season = season
        }
    }

    /// What became of one item.
    public struct Item: Sendable {
        public var item: String
        public var method: ForecastMethod
        /// Shape (horizon).
        public var forecasts: [DemandForecast]
        /// Nil where no origin could be held out.
        public var score: Score?
    }

    /// Errors on held-out origins, in MASE.
    public struct Score: Equatable, Sendable {
        public var chosen: Double
        public var naive: Double
        public var seasonalNaive: Double?
        public var average: Double
        /// Share of held-out values within their interval.
        public var coverage: Double
        public var origins: Int
    }

    public let settings: Settings
    public let items: [Item]
    /// Items that are too short to forecast.
    public let tooShort: [String]

    /// Studies all items. O(items · origins · methods · periods).
    public init(_ sales: [ItemSales], _ settings: Settings) {
        self.settings = settings
        var pools: [Int: PromotionResponse] = [:]
        func common(before period: Int) -> PromotionResponse {
            if let pool = pools[period] { return pool }
            let pool = PromotionResponse(pooling: sales, before: period)
            pools[period] = pool
            return pool
        }
        let replays = sales.compactMap { ItemReplay($0, settings, common: common) }
        let file = MethodErrors(replays.map(\.errors))
        items = replays.map { replay in
            let count = replay.sales.units.count
            let method = replay.choice(at: count, beside: file)
            return Item(
                item: replay.sales.item, method: method,
                forecasts: replay.forecast(
                    by: method, at: count, common: common(before: replay.sales.start + count), beside: file),
                score: replay.score(beside: file))
        }
        let studied = Set(items.map(\.item))
        tooShort = sales.map(\.item).filter { !studied.contains($0) }
    }
}

/// One item's history, forecast again and again.
package struct ItemReplay {
    let sales: ItemSales
    let settings: ForecastStudy.Settings
    /// Only whole units are sold: intervals then end at whole units.
    private let isWhole: Bool
    /// What each method would have said at an origin: the number of periods known then.
    private var forecasts: [Int: [ForecastMethod: [DemandForecast]]]
    package private(set) var errors: [OriginErrors]

    package init?(_ sales: ItemSales, _ settings: ForecastStudy.Settings, common: (Int) -> PromotionResponse) {
        let present = sales.known(after: sales.units.count).units.count { $0 != nil }
        guard present >= settings.fewest else { return nil }
        // A choice wants a few origins.
        let fewest = min(settings.fewest, max(settings.fewestInThePast, present - 2 * settings.horizon))
        self.sales = sales
        self.settings = settings
        isWhole = sales.units.allSatisfy { $0.map { $0 == $0.rounded() } ?? true }
        forecasts = [:]
        errors = []
        let last = sales.units.count - settings.horizon
        let first = max(1, last - settings.heldOut - settings.lookback - settings.horizon)
        for origin in stride(from: first, through: last, by: 1) {
            let known = sales.known(after: origin)
            guard known.units.count(where: { $0 != nil }) >= fewest, let scale = known.stepSize else {
                continue
            }
            let actual = sales.units[origin..<(origin + settings.horizon)]
            var row: [ForecastMethod: [DemandForecast]] = [:]
            var losses: [ForecastMethod: Double] = [:]
            var shares: [ForecastMethod: [Double]] = [:]
            for method in ForecastMethod.allCases where method.applies(to: known, season: settings.season) {
                let ahead = modelled(by: method, at: origin, common: common(sales.start + origin))
                let misses = zip(actual, ahead).compactMap { value, forecast in value.map { abs($0 - forecast.units) } }
                guard !misses.isEmpty else { continue }
                row[method] = ahead
                losses[method] = Robust.mean(misses) / scale
                shares[method] = zip(actual, ahead).compactMap { value, forecast in
                    value.flatMap { MissTally.share(of: $0, beside: forecast) }
                }
            }
            guard losses[.naive] != nil else { continue }
            forecasts[origin] = row
            errors.append(
                OriginErrors(
                    origin: origin, period: sales.start + origin, horizon: settings.horizon, losses: losses,
                    misses: shares))
        }
    }

    /// What a method says by its own lights when the first `origin` periods are known.
    private func modelled(by method: ForecastMethod, at origin: Int, common: PromotionResponse) -> [DemandForecast] {
        method.forecast(
            sales.known(after: origin), horizon: settings.horizon, season: settings.season, common: common)
    }

    /// What a method says, with intervals as wide as past errors ask, when the first `origin` periods are known.
    package func forecast(
        by method: ForecastMethod, at origin: Int, common: PromotionResponse, beside file: MethodErrors
    ) -> [DemandForecast] {
        calibrated(modelled(by: method, at: origin, common: common), by: method, at: origin, beside: file)
    }

    /// Forecasts with the ends of their intervals where the errors that were complete when `origin` came put them.
    private func calibrated(
        _ modelled: [DemandForecast], by method: ForecastMethod, at origin: Int, beside file: MethodErrors
    ) -> [DemandForecast] {
        var own = MissTally()
        for past in errors where past.origin + settings.horizon <= origin {
            if let misses = past.misses[method] { own.add(misses) }
        }
        let shared = file.misses(of: method, before: sales.start + origin, lookback: settings.lookback)
        let calibration = IntervalCalibration(own: own, shared: shared)
        let ahead = modelled.map(calibration.applied)
        guard isWhole else { return ahead }
        // Logarithms and back, a whole number is one give or take its last digits.
        let digits = 1e-6
        return ahead.map {
            DemandForecast(
                units: $0.units, low: max(0, ($0.low + digits).rounded(.down)), high: ($0.high - digits).rounded(.up))
        }
    }

    /// The method with the least error over the latest origins that were complete when `origin` came. What few origins
    /// of one item say is averaged with what those of all items say.
    package func choice(at origin: Int, beside file: MethodErrors) -> ForecastMethod {
        let complete = errors.filter { $0.origin + settings.horizon <= origin }.suffix(settings.lookback)
        let shared = file.means(before: sales.start + origin, lookback: settings.lookback)
        let known = sales.known(after: origin)
        // What never moved is not regressed on what others do.
        guard known.stepSize != nil else { return .naive }
        var best = (method: ForecastMethod.simple, loss: Double.infinity)
        for method in ForecastMethod.allCases where method.applies(to: known, season: settings.season) {
            let own = complete.compactMap { $0.losses[method] }
            // A method that could not be tried at every origin would be judged on other weeks than the rest.
            guard own.count == complete.count, let common = shared[method] else { continue }
            let weight = Double(settings.lookback) / 2
            let loss = (own.reduce(0, +) + weight * common) / (Double(own.count) + weight)
            if loss < best.loss { best = (method, loss) }
        }
        return best.method
    }

    /// The choice judged at held-out origins.
    func score(beside file: MethodErrors) -> ForecastStudy.Score? {
        // The first choice needs origins to choose by.
        let held = errors.suffix(settings.heldOut).filter { origin in
            errors.contains { $0.origin + settings.horizon <= origin.origin }
        }
        guard !held.isEmpty else { return nil }
        var chosen: [Double] = []
        var inside: [Double] = []
        for origin in held {
            let method = choice(at: origin.origin, beside: file)
            guard let loss = origin.losses[method], let ahead = forecasts[origin.origin]?[method] else { continue }
            chosen.append(loss)
            let final = calibrated(ahead, by: method, at: origin.origin, beside: file)
            for (value, forecast) in zip(sales.units[origin.origin...], final) {
                guard let value else { continue }
                inside.append(value >= forecast.low && value <= forecast.high ? 1 : 0)
            }
        }
        guard !chosen.isEmpty, !inside.isEmpty else { return nil }
        let seasonal = held.compactMap { $0.losses[.seasonalNaive] }
        return ForecastStudy.Score(
            chosen: Robust.mean(chosen), naive: Robust.mean(held.compactMap { $0.losses[.naive] }),
            seasonalNaive: seasonal.count == held.count ? Robust.mean(seasonal) : nil,
            average: Robust.mean(held.compactMap { $0.losses[.average] }), coverage: Robust.mean(inside),
            origins: held.count)
    }
}

/// Errors of all methods from one origin of one item.
package struct OriginErrors {
    var origin: Int
    /// The origin on the grid that all items share.
    var period: Int
    var horizon: Int
    var losses: [ForecastMethod: Double]
    /// Where values lay in each method's own intervals (`MissTally.share`). Shape (known periods).
    var misses: [ForecastMethod: [Double]]
}

/// Errors of all items together.
package struct MethodErrors {
    private let sums: [Int: [ForecastMethod: (sum: Double, count: Double)]]
    private let misses: [Int: [ForecastMethod: MissTally]]

    package init(_ items: [[OriginErrors]]) {
        var sums: [Int: [ForecastMethod: (sum: Double, count: Double)]] = [:]
        var misses: [Int: [ForecastMethod: MissTally]] = [:]
        for errors in items {
            for origin in errors {
                for (method, loss) in origin.losses {
                    let before = sums[origin.period + origin.horizon]?[method] ?? (0, 0)
                    sums[origin.period + origin.horizon, default: [:]][method] = (before.sum + loss, before.count + 1)
                }
                for (method, shares) in origin.misses {
                    misses[origin.period + origin.horizon, default: [:]][method, default: MissTally()].add(shares)
                }
            }
        }
        self.sums = sums
        self.misses = misses
    }

    /// Misses of a method at the origins that were complete before `period`, the latest ones.
    func misses(of method: ForecastMethod, before period: Int, lookback: Int) -> MissTally {
        var total = MissTally()
        for complete in (period - lookback + 1)...period {
            if let tally = misses[complete]?[method] { total.add(tally) }
        }
        return total
    }

    /// Mean error of each method over the origins that were complete before `period`, the latest ones.
    func means(before period: Int, lookback: Int) -> [ForecastMethod: Double] {
        var totals: [ForecastMethod: (sum: Double, count: Double)] = [:]
        for complete in (period - lookback + 1)...period {
            for (method, entry) in sums[complete] ?? [:] {
                let before = totals[method] ?? (0, 0)
                totals[method] = (before.sum + entry.sum, before.count + entry.count)
            }
        }
        return totals.mapValues { $0.sum / $0.count }
    }
}

extension ItemSales {
    /// Mean absolute step between known neighbours, the unit of MASE; nil where demand never moved.
    var stepSize: Double? {
        let steps = zip(units, units.dropFirst()).compactMap { before, after in
            if let before, let after { abs(after - before) } else { nil }
        }
        guard !steps.isEmpty else { return nil }
        let mean = Robust.mean(steps)
        return mean > 0 ? mean : nil
    }
}
