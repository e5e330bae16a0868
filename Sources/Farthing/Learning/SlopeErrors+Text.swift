import Foundation
import Models

extension SlopeErrors {
    /// Behind another sentence; nothing where nothing is known.
    static func text(_ errors: SlopeErrors?) -> String {
        guard let errors else { return "" }
        return String(
            format: "; slopes may be off by a factor of %.2f, those of newcomers by %.2f (one standard deviation)",
            exp(errors.known), exp(errors.newcomer))
    }
}
