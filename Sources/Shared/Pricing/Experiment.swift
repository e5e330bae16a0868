// Which shoppers see personal prices and which see the public one, so that the difference can be measured.
// Drawn from a salted hash: the same shopper stays in the same arm, on every worker, without any state, and
// another salt draws afresh.

import Domain

public struct Experiment: Equatable, Sendable {
    public var salt: String
    /// Share of shoppers, 0 to 1, who see the public price.
    public var controlShare: Double
    /// Share of shoppers, 0 to 1 − `controlShare`, whose prices are drawn to learn from.
    public var exploringShare: Double

    /// How far around the best price: standard deviation of the error of ln slope before any outcome of shopper and
    /// product, as the draws suppose it; nil: as the model says.
    public var exploringDeviation: Double?

    public init(
        salt: String, controlShare: Double, exploringShare: Double = 0, exploringDeviation: Double? = nil
    ) {
        self.salt = salt
        self.controlShare = controlShare
        self.exploringShare = exploringShare
        self.exploringDeviation = exploringDeviation
    }

    public func arm(of user: UserKey) -> ExperimentArm {
        var hash = FNV1a()
        hash.update(utf8: salt)
        hash.update(0)
        hash.update(word: user.hash.value)
        // 53 bits of the mixed hash make a uniform number in [0, 1).
        let draw = Double(finalMix(hash.value) >> 11) * 0x1p-53
        if draw < controlShare { return .control }
        // From the other end, so that one share can change without moving anybody into the other.
        return draw >= 1 - exploringShare ? .exploring : .personal
    }

    /// The probability with which an arm is drawn.
    public func propensity(of arm: ExperimentArm) -> Float {
        switch arm {
        case .control: Float(controlShare)
        case .exploring: Float(exploringShare)
        case .personal: Float(1 - controlShare - exploringShare)
        }
    }
}

public enum ExperimentArm: UInt8, Sendable, CaseIterable {
    case personal = 0
    case control = 1
    /// Personal prices, drawn around the best one.
    case exploring = 2

    public var name: String {
        switch self {
        case .personal: "personal"
        case .control: "control"
        case .exploring: "exploring"
        }
    }
}
