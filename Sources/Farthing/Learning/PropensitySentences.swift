import Foundation
import Learning

/// What analysts are told of the chances with which prices were shown.
enum PropensitySentences {
    static let learned = "prices depend on the rows: propensities are a model's, and as good as that"

    /// - Parameter weight: what weights average that should average 1.
    static func unused(_ weight: Double) -> String {
        String(
            format: "the file's propensities were not used: weighted by them, the rows of one price count %.3g times "
                + "where 1 is due; not every price had a chance with everybody, or they are wrong", weight)
    }
}
