// What must hold whatever is broken, one promise a file. A checker is a pure function of what the clients saw and
// what is there in the end.

import Domain

/// One promise that was not kept, and what shows it.
public struct Violation: Equatable, Sendable, CustomStringConvertible {
    public var checker: String
    public var evidence: String

    public init(checker: String, evidence: String) {
        self.checker = checker
        self.evidence = evidence
    }

    public var description: String { "\(checker): \(evidence)" }
}

/// Everything that a checker may look at.
public struct Findings: Sendable {
    public var shop: Shop
    public var history: History
    public var recovered: Recovered

    public init(shop: Shop, history: History, recovered: Recovered) {
        self.shop = shop
        self.history = history
        self.recovered = recovered
    }
}

public protocol Checker: Sendable {
    /// As the report calls it.
    static var name: String { get }

    /// What breaks the promise; empty when it was kept.
    static func evidence(in findings: Findings) -> [String]
}

extension Checker {
    public static func violations(in findings: Findings) -> [Violation] {
        evidence(in: findings).map { Violation(checker: name, evidence: $0) }
    }
}

public enum Checkers {
    public static let all: [any Checker.Type] = [
        AcknowledgedIsRecovered.self, AppliedOnce.self, UserOrder.self, StaleLeadersWriteNothing.self,
        OneAnswerEach.self, UnknownIsNotFailed.self, QuoteVerifiesEverywhere.self, PricesWithinGuardrails.self,
        ReadsSeeOwnWrites.self, ReplicasAgree.self, ComesBackWhole.self,
    ]
}
