// How patient a call is and how often it asks again. docs/wire.md, "Several routers", gives the reasons.

/// Fixed for a client; the same numbers in every language.
public struct CallRules: Equatable, Sendable {
    /// Silence after which a router's call goes to another one: a quarter of the deadline, within these bounds (µs).
    public var patience: ClosedRange<UInt64> = 20_000...100_000
    /// The first pause (µs) before a router that refused is asked again; it doubles.
    public var pauseMicroseconds: UInt64 = 20_000
    /// The first pause (µs) while no router can be reached; it doubles up to 32 times that.
    public var reachMicroseconds: UInt64 = 1_000
    /// What an answer that is given at the deadline may take to travel (µs).
    public var travelMicroseconds: UInt64 = 250_000

    public init() {}

    /// For work that takes its time, such as whole batches of rows: asking twice would only double it.
    public static let bulk: CallRules = {
        var rules = CallRules()
        rules.patience = 20_000...2_000_000
        return rules
    }()

    /// How long an attempt of a call may stay unanswered, in microseconds.
    func patience(ofDeadline microseconds: UInt32) -> UInt64 {
        min(max(UInt64(microseconds) / 4, patience.lowerBound), patience.upperBound)
    }
}
