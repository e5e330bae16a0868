// Exponential smoothing in its innovations form (Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential
// Smoothing, 2008, chapters 2 and 6): one source of error moves a level, perhaps a trend that fades, and perhaps a
// season. Every model here is additive, on whatever scale the values come; for additive models the variance of the
// forecast h steps ahead has a closed form. A missing value has no error: the state moves on without news, and a forecast
// is as uncertain as it is far from the last known value.

import Glibc

/// Which parts a smoother has.
package struct SmoothingShape: Equatable, Sendable {
    package var hasTrend: Bool
    /// Periods of a season; nil for none.
    package var season: Int?

    package init(hasTrend: Bool = false, season: Int? = nil) {
        self.hasTrend = hasTrend
        self.season = season
    }

    /// Constants that are fitted: α, then β and φ with a trend, then γ with a season.
    var constants: Int { 1 + (hasTrend ? 2 : 0) + (season == nil ? 0 : 1) }
}

/// The constants of a smoother, all within the region where old values fade.
package struct SmoothingConstants: Equatable, Sendable {
    package var level: Double
    var trend = 0.0
    var damping = 0.0
    var season = 0.0

    package init(level: Double, trend: Double = 0, damping: Double = 0, season: Double = 0) {
        self.level = level
        self.trend = trend
        self.damping = damping
        self.season = season
    }

    /// From any numbers whatever, so that a minimiser knows no walls: β below α and γ below 1 − α, as usual.
    init(_ free: [Double], _ shape: SmoothingShape) {
        func share(_ index: Int, _ low: Double, _ high: Double) -> Double {
            low + (high - low) / (1 + exp(-free[index]))
        }
        level = share(0, 0.01, 0.99)
        if shape.hasTrend {
            trend = level * share(1, 0.001, 0.5)
            damping = share(2, 0.8, 0.98)
        }
        if shape.season != nil { season = (1 - level) * share(shape.constants - 1, 0.001, 0.5) }
    }
}

/// A smoother after it has seen a series.
package struct Smoothing: Equatable, Sendable {
    let shape: SmoothingShape
    package let constants: SmoothingConstants
    private(set) var level: Double
    private(set) var trend = 0.0
    /// Effects of the last season's periods; the next period's is at `phase`.
    private(set) var season: [Double] = []
    private var phase = 0
    private var squares = 0.0
    private var errors = 0
    /// Periods since the last known value.
    private var idle = 0
    /// What was expected of each known value.
    private(set) var expectations: [Double] = []

    /// Fits the constants by least squares of the one-step errors. O(steps · values).
    /// - Parameter values: at least one of them known.
    package init(fitting shape: SmoothingShape, to values: [Double?]) {
        let start = Smoothing(shape, SmoothingConstants(level: 0.5), startingOn: values)
        // A level that moves slowly, a timid trend and season.
        let best = NelderMead.minimum(from: [-1.0] + [Double](repeating: -1.5, count: shape.constants - 1)) { free in
            var smoother = start.with(SmoothingConstants(free, shape))
            for value in values { smoother.update(value) }
            return smoother.squares
        }
        self = start.with(SmoothingConstants(best, shape))
        run(over: values)
    }

    /// Runs over a series with constants that are given.
    package init(_ shape: SmoothingShape, _ constants: SmoothingConstants, over values: [Double?]) {
        self.init(shape, constants, startingOn: values)
        run(over: values)
    }

    private mutating func run(over values: [Double?]) {
        for value in values {
            if value != nil { expectations.append(expectation) }
            update(value)
        }
    }

    private init(_ shape: SmoothingShape, _ constants: SmoothingConstants, startingOn values: [Double?]) {
        self.shape = shape
        self.constants = constants
        let opening = values.prefix(max(4, 2 * (shape.season ?? 0))).compactMap { $0 }
        level = opening.isEmpty ? values.compactMap { $0 }.first ?? 0 : Robust.mean(opening)
        guard let period = shape.season else { return }
        season = (0..<period).map { place in
            let same = stride(from: place, to: min(values.count, 2 * period), by: period).compactMap { values[$0] }
            return same.isEmpty ? 0 : Robust.mean(same) - level
        }
    }

    private func with(_ constants: SmoothingConstants) -> Smoothing {
        var copy = Smoothing(shape: shape, constants: constants, level: level)
        copy.season = season
        return copy
    }

    private init(shape: SmoothingShape, constants: SmoothingConstants, level: Double) {
        self.shape = shape
        self.constants = constants
        self.level = level
    }

    /// The next value as expected now.
    package var expectation: Double { level + constants.damping * trend + (season.isEmpty ? 0 : season[phase]) }

    /// Takes in the next value, or that there is none.
    package mutating func update(_ value: Double?) {
        let error = value.map { $0 - expectation } ?? 0
        if value == nil {
            idle += 1
        } else {
            squares += error * error
            errors += 1
            idle = 0
        }
        level += constants.damping * trend + constants.level * error
        trend = constants.damping * trend + constants.trend * error
        guard !season.isEmpty else { return }
        season[phase] += constants.season * error
        phase = phase + 1 == season.count ? 0 : phase + 1
    }

    /// Standard deviation of the one-step errors.
    package var deviation: Double { (squares / Double(max(1, errors - shape.constants))).squareRoot() }

    /// Errors beyond the fitted constants: the degrees of freedom of `deviation`.
    package var freedom: Int { max(1, errors - shape.constants) }

    /// Mean and standard deviation for each of the next periods (section 6.3, class 1).
    package func forecast(_ horizon: Int) -> [Normal] {
        let variances = variances(idle + horizon).suffix(horizon)
        var fading = 0.0
        var power = 1.0
        return zip(1...horizon, variances).map { step, variance in
            // φ + … + φʰ of the trend that is left.
            power *= constants.damping
            fading += power
            let effect = season.isEmpty ? 0 : season[(phase + step - 1) % season.count]
            return Normal(
                mean: level + fading * trend + effect, deviation: deviation * variance.squareRoot(), freedom: freedom)
        }
    }

    /// Variance of the error 1, 2, … steps after the last known value, in units of the first.
    private func variances(_ steps: Int) -> [Double] {
        var fading = 0.0
        var power = 1.0
        var variance = 1.0
        return (1...steps).map { step in
            defer {
                power *= constants.damping
                fading += power
                let isSeason = shape.season.map { step % $0 == 0 } ?? false
                let weight = constants.level + constants.trend * fading + (isSeason ? constants.season : 0)
                variance += weight * weight
            }
            return variance
        }
    }
}
