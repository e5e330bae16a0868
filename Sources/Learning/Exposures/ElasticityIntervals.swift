// The 90 % interval of an elasticity, of whichever kind the law allows.

import Domain

/// How far elasticities may be off.
public enum ElasticityIntervals: Equatable, Sendable {
    /// About as much in percent wherever demand is.
    case relative(ElasticitySpread)
    /// By how much depends on where the ceiling ends.
    case underCeiling(CeilingSpread)

    /// The 90 % interval of the elasticity of a row at a price; nil where the numbers run out.
    /// - Shape: `features` (model.featureCount,).
    func interval(
        around priced: PricedRow, _ coefficients: Coefficients, _ row: Int, features: ArraySlice<Float>,
        logPrice: Double
    ) -> ClosedRange<Double>? {
        switch self {
        case .relative(let spread):
            spread.interval(
                around: priced.elasticity, probability: priced.probability, row: features, logPrice: logPrice)
        case .underCeiling(let spread):
            spread.interval(
                around: priced.elasticity, slope: Double(coefficients.slopes[row]),
                logOddsSlope: coefficients.logOddsSlope(row, logPrice: logPrice),
                logOdds: coefficients.logOdds(row, logPrice: logPrice))
        }
    }
}
