// What a budget was spent on, with its own certificate: nobody can do better than `upperBound`.

import Domain

/// Offers chosen for users under one budget.
public struct BudgetAllocation: Equatable, Sendable {
    /// For each user, the place of the option among theirs; nil: no offer. (users,).
    public var choices: [Int?]
    public var value: Money
    /// At most the budget.
    public var cost: Money
    public var budget: Money
    /// λ: what one more unit of budget would be worth.
    public var shadowPrice: ShadowPrice
    /// No choice within the budget is worth more: at most the Lagrangian dual at λ, rounded down to a whole minor unit.
    public var upperBound: Money

    /// How far the choice can be from the best one; 0: it is one.
    public var gap: Money { upperBound - value }
}

/// Value per unit of cost, exactly, as the step that the budget ended in.
public struct ShadowPrice: Hashable, Sendable {
    public var value: Money
    /// Above 0.
    public var cost: Money

    /// The budget covers everything worth having.
    static let zero = ShadowPrice(value: .zero, cost: Money(minorUnits: 1))

    public var ratio: Double { value.real / cost.real }
}
