// Demand that is mostly zero: how often anything is sold, and how much when it is, are smoothed apart. This is the
// variant of Croston's method by Teunter, Syntetos and Babai (European Journal of Operational Research, 2011): it looks
// at every period, so an item that no longer sells fades, where Croston's own forecast would stay where it was.

import Glibc

/// A smoother for sparse items.
package struct IntermittentDemand: Equatable, Sendable {
    /// Chance that anything is sold in a period.
    private(set) var chance: Double
    /// Mean of ln(1 + units) in the periods with a sale.
    private(set) var size: Double
    /// Mean units in the periods with a sale.
    private(set) var units: Double
    private var deviation = 0.0

    /// Fits both smoothing constants by least squares. O(candidates · periods).
    package init(fitting units: [Double?]) {
        var best = (loss: Double.infinity, chance: 0.1, size: 0.1)
        for chance in [0.02, 0.05, 0.1, 0.2, 0.3] {
            for size in [0.05, 0.1, 0.2, 0.3] {
                var smoother = IntermittentDemand(startingOn: units)
                var loss = 0.0
                for case .some(let value) in units {
                    let error = value - smoother.mean
                    loss += error * error
                    smoother.update(value, chance, size)
                }
                if loss < best.loss { best = (loss, chance, size) }
            }
        }
        self.init(startingOn: units)
        for case .some(let value) in units { update(value, best.chance, best.size) }
        let sizes = units.compactMap { $0 }.filter { $0 > 0 }.map { log1p($0) }
        let centre = sizes.isEmpty ? 0 : Robust.mean(sizes)
        let squares = sizes.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
        deviation = (squares / Double(max(1, sizes.count - 1))).squareRoot()
    }

    private init(startingOn units: [Double?]) {
        let known = units.compactMap { $0 }
        let sold = known.filter { $0 > 0 }
        chance = known.isEmpty ? 0 : Double(sold.count) / Double(known.count)
        self.units = sold.isEmpty ? 0 : Robust.mean(sold)
        size = sold.isEmpty ? 0 : Robust.mean(sold.map { log1p($0) })
    }

    private mutating func update(_ value: Double, _ chanceStep: Double, _ sizeStep: Double) {
        chance += chanceStep * ((value > 0 ? 1 : 0) - chance)
        guard value > 0 else { return }
        units += sizeStep * (value - units)
        size += sizeStep * (log1p(value) - size)
    }

    var mean: Double { chance * units }

    /// The same for every period ahead: nothing is known of when the next sale comes.
    package var forecast: DemandForecast {
        DemandForecast(units: mean, low: quantile(0.05), high: max(mean, quantile(0.95)))
    }

    /// Nothing with 1 − chance, else a size whose logarithm is normal.
    private func quantile(_ share: Double) -> Double {
        let idle = 1 - chance
        guard share > idle, chance > 0 else { return 0 }
        let within = min(max((share - idle) / chance, 1e-6), 1 - 1e-6)
        return max(0, expm1(size + deviation * Normal.quantile(within)))
    }
}
