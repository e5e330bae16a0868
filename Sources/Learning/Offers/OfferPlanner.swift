// From expected amounts, which are fractions, to the whole numbers of `BudgetAllocator`.

import Domain
import Promotions

/// Users with what each offer is expected to bring and to cost.
struct OfferPlanner {
    private let allocator: BudgetAllocator
    /// What the choice would cost if money were no object, in the currency.
    let fullCost: Double

    /// Parts of one unit of the currency that are told apart: an expectation may be a small part of a cent.
    static let grains = 1e6

    /// - Shape: each (offers) of (users,).
    init(_ gains: [[Double]], _ costs: [[Double]]) throws(LearningError) {
        let count = gains.first?.count ?? 0
        var full = 0.0
        var users: [[OfferOption]] = []
        users.reserveCapacity(count)
        for user in 0..<count {
            var options: [OfferOption] = []
            var best: Int?
            for offer in gains.indices {
                // Rounded so that neither the promise is too high nor the budget exceeded.
                guard
                    let value = Money(gains[offer][user] * Self.grains, rounded: .down),
                    let cost = Money(costs[offer][user] * Self.grains, rounded: .up), cost >= .zero
                else {
                    throw LearningError(
                        place: "user \(user + 1)", value: "\(gains[offer][user]), \(costs[offer][user])",
                        remedy: "Fit the bundle again: it expects what is no amount.")
                }
                options.append(OfferOption(value: value, cost: cost))
                if gains[offer][user] > (best.map { gains[$0][user] } ?? 0) { best = offer }
            }
            full += best.map { costs[$0][user] } ?? 0
            users.append(options)
        }
        fullCost = full
        allocator = try Self.said { () throws(BudgetError) in try BudgetAllocator(users) }
    }

    /// - Parameter budget: in the currency; 0 or more.
    func choose(budget: Double) throws(LearningError) -> BudgetAllocation {
        guard let money = Money(budget * Self.grains, rounded: .down), money >= .zero else {
            throw LearningError(place: "budget", value: "\(budget)", remedy: "Give an amount from 0 to 9000000000000.")
        }
        return try Self.said { () throws(BudgetError) in try allocator.allocate(money) }
    }

    private static func said<Value>(_ body: () throws(BudgetError) -> Value) throws(LearningError) -> Value {
        do {
            return try body()
        } catch {
            throw LearningError(place: error.place, value: error.value, remedy: error.remedy)
        }
    }
}
