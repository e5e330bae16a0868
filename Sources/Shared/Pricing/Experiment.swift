// Which shoppers see personal prices and which see the public one, so that the difference can be measured.
// Drawn from a salted hash: the same shopper stays in the same arm, on every worker, without any state, and
// another salt draws afresh.

import Domain

public struct Experiment: Equatable, Sendable {
    public var salt: String
    /// Share of shoppers, 0 to 1, who see the public price.
    public var controlShare: Double

    public init(salt: String, controlShare: Double) {
        self.salt = salt
        self.controlShare = controlShare
    }

    public func arm(of user: UserKey) -> ExperimentArm {
        var hash = FNV1a()
        hash.update(utf8: salt)
        hash.update(0)
        hash.update(word: user.hash.value)
        // 53 bits of the mixed hash make a uniform number in [0, 1).
        let draw = Double(finalMix(hash.value) >> 11) * 0x1p-53
        return draw < controlShare ? .control : .personal
    }

    /// The probability with which an arm is drawn: what off-policy estimates divide by.
    public func propensity(of arm: ExperimentArm) -> Float {
        Float(arm == .control ? controlShare : 1 - controlShare)
    }
}

public enum ExperimentArm: UInt8, Sendable, CaseIterable {
    case personal = 0
    case control = 1

    public var name: String {
        switch self {
        case .personal: "personal"
        case .control: "control"
        }
    }
}
