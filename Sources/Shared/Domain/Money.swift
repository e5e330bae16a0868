// Money is a whole number of minor units (cents). Arithmetic that can overflow reports it;
// a floating-point amount becomes money only through `Money(_:rounded:)`, which names its rule.

/// An amount in the minor units of a currency, for example cents.
public struct Money: Hashable, Comparable, Sendable {
    public var minorUnits: Int64

    public init(minorUnits: Int64) { self.minorUnits = minorUnits }

    public static let zero = Money(minorUnits: 0)

    public static func < (left: Money, right: Money) -> Bool { left.minorUnits < right.minorUnits }

    /// The sum; traps on overflow, which bounded inputs (see `Limits`) cannot reach.
    public static func + (left: Money, right: Money) -> Money {
        Money(minorUnits: left.minorUnits + right.minorUnits)
    }

    public static func - (left: Money, right: Money) -> Money {
        Money(minorUnits: left.minorUnits - right.minorUnits)
    }

    /// The price of `quantity` units, or nil when it does not fit in 64 bits.
    public func times(_ quantity: Int64) -> Money? {
        let (product, overflow) = minorUnits.multipliedReportingOverflow(by: quantity)
        return overflow ? nil : Money(minorUnits: product)
    }
}

/// The named rules by which a fractional amount becomes money.
public enum MoneyRounding: Sendable {
    /// Towards the shopper: the fraction of a minor unit is given away.
    case down
    /// Away from the shopper: used for floors, so that a floor is never undercut.
    case up
    /// To the nearest minor unit, ties to even.
    case nearest
}

extension Money {
    /// Rounds a fractional number of minor units by a named rule.
    /// - Returns: nil for NaN, infinities and amounts beyond 64 bits.
    public init?(_ minorUnits: Double, rounded rule: MoneyRounding) {
        let whole: Double =
            switch rule {
            case .down: minorUnits.rounded(.down)
            case .up: minorUnits.rounded(.up)
            case .nearest: minorUnits.rounded(.toNearestOrEven)
            }
        guard let exact = Int64(exactly: whole) else { return nil }
        self.init(minorUnits: exact)
    }

    /// The amount as a real number of minor units, for models and optimisers.
    public var real: Double { Double(minorUnits) }
}
