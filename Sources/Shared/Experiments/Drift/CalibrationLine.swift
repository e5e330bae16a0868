// The line of true on promised log-odds, and how well it is known.

import Domain
import Glibc

/// True log-odds = intercept + slope × promised log-odds.
public struct CalibrationLine: Equatable, Sendable {
    public let intercept: Double
    public let slope: Double
    let covariance: Symmetric2

    public var interceptError: Double { max(0, covariance.first).squareRoot() }
    public var slopeError: Double { max(0, covariance.last).squareRoot() }

    /// The chance of a line as far from calibrated, or as far from another, when it is not.
    public func pValue(against other: CalibrationLine?) -> Double {
        let difference = (intercept - (other?.intercept ?? 0), slope - (other?.slope ?? 1))
        let spread = Symmetric2(
            covariance.first + (other?.covariance.first ?? 0), covariance.cross + (other?.covariance.cross ?? 0),
            covariance.last + (other?.covariance.last ?? 0))
        guard let solved = spread.solve(difference) else { return 1 }
        let statistic = max(0, difference.0 * solved.0 + difference.1 * solved.1)
        return Tail.chiSquare(UserGroups.discounted(statistic, freedom: 2), freedom: 2)
    }
}

/// A symmetric matrix of two rows.
struct Symmetric2: Equatable, Sendable {
    var first = 0.0
    var cross = 0.0
    var last = 0.0

    init() {}

    init(_ first: Double, _ cross: Double, _ last: Double) {
        self.first = first
        self.cross = cross
        self.last = last
    }

    mutating func add(_ value: Double, weight: Double) {
        first += weight
        cross += weight * value
        last += weight * value * value
    }

    var inverse: Symmetric2? {
        let determinant = first * last - cross * cross
        guard determinant > 1e-12 * first * last, determinant.isFinite else { return nil }
        return Symmetric2(last / determinant, -cross / determinant, first / determinant)
    }

    func solve(_ right: (Double, Double)) -> (Double, Double)? {
        inverse.map { ($0.first * right.0 + $0.cross * right.1, $0.cross * right.0 + $0.last * right.1) }
    }

    /// This · middle · this.
    func sandwich(_ middle: Symmetric2) -> Symmetric2 {
        let (a, b) = (first * middle.first + cross * middle.cross, first * middle.cross + cross * middle.last)
        let (c, d) = (cross * middle.first + last * middle.cross, cross * middle.cross + last * middle.last)
        return Symmetric2(a * first + b * cross, a * cross + b * last, c * cross + d * last)
    }
}
