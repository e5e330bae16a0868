// How far a method's intervals were off where they were put to the test. A model's deviation knows nothing of promotions
// that nobody announced, of fat tails, or of a trend that it follows too late; the errors that it made at past origins
// do. The idea is that of split conformal prediction (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random
// World, 2005): an end is moved to where a twentieth of the past errors lay beyond it, on either side for itself. A
// dozen overlapping origins of one item say little about a twentieth, so they are joined by what all items say, and
// that by the model's own claim, each as if it were twenty more origins.

import Glibc

/// How much farther from the middle the ends of intervals belong, as factors on the scale of ln(1 + units).
struct IntervalCalibration: Equatable, Sendable {
    /// Of the end below and of the end above.
    private(set) var down: Double
    private(set) var up: Double

    /// Origins that a prior weighs.
    private static let prior = 20.0
    /// Few errors must not close an interval.
    private static let least = 0.75

    /// - Parameters:
    ///   - own: the item's misses.
    ///   - shared: those of all items.
    init(own: MissTally, shared: MissTally) {
        func factor(_ side: KeyPath<MissTally, [Double]>) -> Double {
            let prior = IntervalCalibration.prior
            var factor = MissTally.largest
            // From the largest inwards, while no more than a twentieth lies beyond.
            for edge in (0..<MissTally.edges).reversed() {
                let next = MissTally.factor(edge)
                let claimed = Normal.share(below: -next * Normal.nineTenths)
                let common = (shared.beyond(edge, side) + prior * claimed) / (shared.weight + prior)
                let beyond = (own.beyond(edge, side) + prior * common) / (own.weight + prior)
                guard beyond <= 0.05, next >= IntervalCalibration.least else { break }
                factor = next
            }
            return factor
        }
        (down, up) = (factor(\.down), factor(\.up))
    }

    /// The forecast with its ends moved.
    func applied(to forecast: DemandForecast) -> DemandForecast {
        let middle = log1p(forecast.units)
        return DemandForecast(
            units: forecast.units,
            low: min(forecast.units, DemandForecast.units(middle - down * (middle - log1p(forecast.low)))),
            high: max(forecast.units, DemandForecast.units(middle + up * (log1p(forecast.high) - middle))))
    }
}

/// How far values lay from the middle of their intervals, as shares of the interval's reach on their side.
package struct MissTally: Equatable, Sendable {
    /// Distances told apart; the interval's own end is at `perReach`.
    static let edges = 129
    private static let perReach = 32.0
    /// Nothing is told apart beyond, and no end is moved farther.
    static let largest = factor(edges - 1)

    /// Weight of the values beyond an edge and not beyond the next, below and above. Shape (edges).
    fileprivate(set) var down = [Double](repeating: 0, count: edges)
    fileprivate(set) var up = [Double](repeating: 0, count: edges)
    private(set) var weight = 0.0

    init() {}

    static func factor(_ edge: Int) -> Double { Double(edge) / perReach }

    /// How far a value lies from the middle of its interval, as a share of the reach on its side, negative below; nil
    /// beside an interval without width.
    static func share(of value: Double, beside forecast: DemandForecast) -> Double? {
        let middle = log1p(forecast.units)
        let reach = (down: middle - log1p(forecast.low), up: log1p(forecast.high) - middle)
        guard reach.down > 0, reach.up > 0 else { return nil }
        let distance = log1p(value) - middle
        return distance < 0 ? distance / reach.down : distance / reach.up
    }

    /// Counts one origin, which weighs 1 however many periods it looks ahead.
    mutating func add(_ shares: [Double]) {
        for share in shares where share != 0 {
            // The last edge that the value is beyond: an interval holds its ends.
            let distance = min(MissTally.largest, abs(share)) * MissTally.perReach
            let edge = max(0, Int(distance.rounded(.up)) - 1)
            if share < 0 { down[edge] += 1 / Double(shares.count) } else { up[edge] += 1 / Double(shares.count) }
        }
        if !shares.isEmpty { weight += 1 }
    }

    mutating func add(_ other: MissTally) {
        for edge in 0..<MissTally.edges {
            down[edge] += other.down[edge]
            up[edge] += other.up[edge]
        }
        weight += other.weight
    }

    /// Weight of the values beyond an edge.
    func beyond(_ edge: Int, _ side: KeyPath<MissTally, [Double]>) -> Double {
        self[keyPath: side][edge...].reduce(0, +)
    }
}
