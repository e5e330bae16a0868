import Foundation
import Learning

/// What analysts are told of the chances with which prices were shown.
enum PropensitySentences {
    /// Of a fit, which uses them where they are there: what is out of the ordinary.
    static func findings(_ source: PropensitySource, _ unused: UnusedPropensities?) -> [String] {
        (unused.map { [Self.unused($0)] } ?? []) + (source == .learned ? [Self.source(.learned)] : [])
    }

    static func source(_ source: PropensitySource) -> String {
        switch source {
        case .given: "propensities of the file"
        case .shares: "prices cannot be told from the file's columns: propensities are the shares of the prices"
        case .learned: "prices depend on the rows: propensities are a model's, and as good as that"
        }
    }

    static func unused(_ reason: UnusedPropensities) -> String {
        switch reason {
        case .implausible(let weight):
            String(
                format: "the file's propensities were not used: weighted by them, the rows of one price count %.3g "
                    + "times where 1 is due; not every price had a chance with everybody, or they are wrong", weight)
        case .ofSinglePrices:
            "the file's propensities were not used: they are of single prices, and prices vary freely; what is said "
                + "instead holds where nothing but the file's columns decided on prices"
        }
    }
}
