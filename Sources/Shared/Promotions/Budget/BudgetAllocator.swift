// Which offer for whom under one budget: the multiple-choice knapsack problem. Every user has a few options, each
// worth something and costing something; at most one is chosen, and together they may cost no more than the budget.
//
// The intuition: put a price λ on a unit of budget and everybody's choice is independent, the option of greatest
// value − λ · cost. As λ falls, users climb from option to option along the upper convex hull of their own options,
// the steepest steps first. So the whole Lagrangian dual is one sorted list of steps: where the budget ends in it, the
// step at hand is λ, exactly, and the value at that point is a bound that no choice can exceed.
//
// The rest of the budget, smaller than one step, is nothing where many offers fit and everything where few do. So an
// exact search follows, over the few users whom that bound does not settle (`CoreSearch`), with a bounded amount of
// work: either the choice is proven to be the best, or the bound says how far it can be from it. The plain relaxation,
// its rest put to use by exchanges (`Exchange`), stays as the reference, and as the answer where the search finds less.
//
// Every answer of the reference is the best of a family of choices that does not depend on the budget, cut off at the
// budget: so more budget never earns less. Filling up greedily behind the end of the budget was rejected, because it
// breaks that law. A dynamic programme over minor units was rejected, because its time grows with the budget.
// Source: Sinha and Zoltners (1979); Kellerer, Pferschy and Pisinger, Knapsack Problems (2004), chapter 11.

import Domain

/// Something a user may be offered.
public struct OfferOption: Hashable, Sendable {
    /// What it is expected to bring; below 0 it is never chosen.
    public var value: Money
    /// What it takes from the budget; 0 or more.
    public var cost: Money

    public init(value: Money, cost: Money) {
        self.value = value
        self.cost = cost
    }
}

/// Users and their options, ready for any number of budgets.
public struct BudgetAllocator: Sendable {
    private let menus: OfferMenus

    /// O(users · options · log).
    /// - Parameter users: the options of each; none at all is fine.
    /// - Throws: for a cost below 0, and for values whose sum may exceed 64 bits.
    public init(_ users: [[OfferOption]]) throws(BudgetError) { menus = try OfferMenus(users) }

    /// The best choice under a budget that a bounded search finds, and a bound on every other: equal when the choice is
    /// proven to be optimal. Never worth less than `relaxed`. Deterministic; equal users are told apart by their order
    /// only, so that the totals do not depend on it.
    /// - Complexity: O(steps · log steps), beside some 10 million states at most and a few hundred exchanges.
    public func allocate(_ budget: Money) throws(BudgetError) -> BudgetAllocation {
        let limit = try Self.checked(budget)
        let (greedy, bound) = relaxation(limit)
        guard bound.count < greedy.steps.count else { return try relaxed(budget) }
        var best = Incumbent()
        var proven = search(limit, greedy, bound, Self.work, improving: &best)
        if proven > best.value {
            // Exchanges come close where the search is too wide.
            var exchanged = Incumbent()
            exchange(limit, bound, improving: &exchanged)
            if exchanged.value > best.value { best = exchanged }
        }
        if Double(proven - best.value) > Self.gapWorthMore * Double(proven) {
            proven = min(proven, search(limit, greedy, bound, 8 * Self.work, improving: &best))
        }
        return allocation(best, budget, bound.shadowPrice, max(best.value, proven))
    }

    /// States that a search looks at, and the proven gap above which another one looks at more.
    private static let work = 1_000_000
    private static let gapWorthMore = 0.004

    /// - Returns: a value that no choice exceeds.
    private func search(
        _ limit: Int64, _ greedy: GreedySteps, _ bound: GreedySteps.Relaxation, _ work: Int,
        improving best: inout Incumbent
    ) -> Int64 {
        var search = CoreSearch(
            menus, greedy, whole: bound.count, budget: limit, above: best.value, mostWork: work)
        return min(bound.bound, search.improve(&best) ?? best.value)
    }

    /// The plain Lagrangian relaxation with exchanges: quick, close where no offer takes much of the budget, and the
    /// reference for the search. More budget never earns less.
    public func relaxed(_ budget: Money) throws(BudgetError) -> BudgetAllocation {
        let limit = try Self.checked(budget)
        let (_, bound) = relaxation(limit)
        var best = Incumbent()
        exchange(limit, bound, improving: &best)
        return allocation(best, budget, bound.shadowPrice, bound.bound)
    }

    private static func checked(_ budget: Money) throws(BudgetError) -> Int64 {
        guard budget >= .zero else {
            throw BudgetError(
                place: "budget", value: "\(budget.minorUnits)", remedy: "Give a budget of 0 or more minor units.")
        }
        return budget.minorUnits
    }

    /// An option dearer than the budget can never be chosen, and must not loosen the bound.
    private func relaxation(_ limit: Int64) -> (GreedySteps, GreedySteps.Relaxation) {
        let steps = GreedySteps(menus, dearest: limit)
        return (steps, steps.relaxation(limit))
    }

    private func allocation(
        _ best: Incumbent, _ budget: Money, _ shadowPrice: ShadowPrice, _ bound: Int64
    ) -> BudgetAllocation {
        BudgetAllocation(
            choices: menus.choices(best.choices), value: Money(minorUnits: best.value),
            cost: Money(minorUnits: best.cost), budget: budget, shadowPrice: shadowPrice,
            upperBound: Money(minorUnits: bound))
    }

    /// An option that takes most of the budget would end the list of steps for everybody behind it, so exchanges are
    /// looked for again without the dearest ones, as long as that can still help. The powers of two do not depend on
    /// the budget except for where they start.
    private func exchange(_ limit: Int64, _ bound: GreedySteps.Relaxation, improving best: inout Incumbent) {
        var exponent = Self.exponent(reaching: min(limit, menus.dearest))
        while true {
            let dearest = exponent < Int64.bitWidth - 1 ? Int64(1) << Int64(exponent) : .max
            let steps = GreedySteps(menus, dearest: dearest)
            let relaxation = steps.relaxation(limit)
            guard best.choices.isEmpty || relaxation.bound > best.value else { break }
            var exchange = Exchange(menus, steps, dearest: dearest, budget: limit)
            exchange.search(from: relaxation.count, stoppingAt: bound.bound, improving: &best)
            guard best.value < bound.bound, exponent > 0 else { break }
            exponent -= 1
        }
    }

    /// Of the smallest power of two that is no less.
    private static func exponent(reaching number: Int64) -> Int {
        number > 1 ? Int64.bitWidth - (number - 1).leadingZeroBitCount : 0
    }
}

/// Why there is no allocation.
public struct BudgetError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where, for example `users[17].options[2].cost`.
    public var place: String
    public var value: String
    /// One sentence: what to do.
    public var remedy: String

    public init(place: String, value: String, remedy: String) {
        self.place = place
        self.value = value
        self.remedy = remedy
    }

    public var description: String { "\(place): found “\(value)”. \(remedy)" }
}
