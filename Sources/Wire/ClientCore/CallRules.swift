// How patient a call is and how often it asks again. docs/wire.md, "Several routers", gives the reasons; the numbers
// are the same in every language.

/// What a kind of call may choose.
public struct CallRules: Equatable, Sendable {
    /// Silence after which a router's call goes to another one: a quarter of the deadline, within these bounds (µs).
    public var patience: ClosedRange<UInt64> = 20_000...100_000

    public init() {}

    /// For work that takes its time, such as whole batches of rows: asking twice would only double it.
    public static let bulk: CallRules = {
        var rules = CallRules()
        rules.patience = 20_000...2_000_000
        return rules
    }()

    /// What an answer that is given at the deadline may take to travel (µs).
    public static let travelMicroseconds: UInt64 = 250_000

    /// The first pause (µs) before a router that refused is asked again; it doubles.
    static let pauseMicroseconds: UInt64 = 20_000
    /// The first pause (µs) while no router can be reached; it doubles up to 32 times that.
    static let reachMicroseconds: UInt64 = 1_000

    /// How long an attempt of a call may stay unanswered, in microseconds.
    func patience(ofDeadline microseconds: UInt32) -> UInt64 {
        min(max(UInt64(microseconds) / 4, patience.lowerBound), patience.upperBound)
    }
}
