import Glibc

/// A forecast on the scale of a model: its errors are taken for normal, with a deviation that was itself estimated.
package struct Normal: Equatable, Sendable {
    package var mean: Double
    package var deviation: Double
    /// Degrees of freedom behind `deviation`.
    package var freedom: Int

    /// How many deviations hold the middle nine tenths. Student's t by its first two terms beyond the normal (Fisher
    /// and Cornish, 1960), close to a hundredth from five degrees of freedom on.
    var reach: Double {
        let z = Normal.nineTenths
        let freedom = Double(max(3, freedom))
        return z + (z * z * z + z) / (4 * freedom)
            + (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / (96 * freedom * freedom)
    }

    /// Nine tenths of a normal distribution lie within so many deviations.
    static let nineTenths = 1.644854

    /// The share of a standard normal distribution below `z`.
    static func share(below z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    /// What a share of a standard normal distribution lies below, by bisection.
    /// - Parameter share: between 0 and 1, both excluded.
    static func quantile(_ share: Double) -> Double {
        var low = -10.0
        var high = 10.0
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if Normal.share(below: middle) < share { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
