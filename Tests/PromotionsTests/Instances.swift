// Random instances of the budget problem, and its plainest solver.

import Domain
import Glibc
import Promotions

func option(_ value: Int64, _ cost: Int64) -> OfferOption {
    OfferOption(value: Money(minorUnits: value), cost: Money(minorUnits: cost))
}

/// How value and cost hang together; the harder ones leave many choices almost equally good.
enum Family: String, CaseIterable {
    case uncorrelated, weaklyCorrelated, stronglyCorrelated, subsetSum, ties, whales, losses
    /// Values that lag behind costs, a few face values, costs of every size, and costs that are all but equal.
    case laggingValues, faceValues, heavyTail, equalCosts

    func option(_ draws: inout Draws) -> OfferOption {
        let cost = Int64(draws.below(1_000) + 1)
        switch self {
        case .uncorrelated: return PromotionsTests.option(Int64(draws.below(1_000) + 1), cost)
        case .weaklyCorrelated: return PromotionsTests.option(max(1, cost + Int64(draws.below(201)) - 100), cost)
        case .stronglyCorrelated: return PromotionsTests.option(cost + 100, cost)
        case .subsetSum: return PromotionsTests.option(cost, cost)
        case .ties: return PromotionsTests.option(Int64(draws.below(4) * 50), Int64(draws.below(4) * 50))
        case .whales:
            let scale: Int64 = draws.below(50) == 0 ? 200 : 1
            return PromotionsTests.option(scale * Int64(draws.below(1_000) + 1), scale * cost)
        case .laggingValues: return PromotionsTests.option(cost, cost + 100)
        case .faceValues:
            return PromotionsTests.option(Int64(draws.below(1_000) + 1), [100, 250, 500, 1_000, 2_500][draws.below(5)])
        case .heavyTail:
            let size = exp(2.5 * draws.normal()) * 100
            return PromotionsTests.option(
                1 + Int64(size * exp(0.5 * draws.normal())), 1 + Int64(size))
        case .equalCosts:
            return PromotionsTests.option(
                1_000_000_007 + Int64(draws.below(1_000_000)), 1_000_000_000 + Int64(draws.below(2_000_000)))
        case .losses: return PromotionsTests.option(Int64(draws.below(1_500)) - 700, Int64(draws.below(1_000)))
        }
    }

    func users(_ count: Int, options: Int, _ draws: inout Draws) -> [[OfferOption]] {
        (0..<count).map { _ in (0..<options).map { _ in option(&draws) } }
    }
}

/// Cost of everybody's dearest option: budgets are parts of it.
func fullCost(_ users: [[OfferOption]]) -> Int64 {
    users.reduce(0) { $0 + ($1.map(\.cost.minorUnits).max() ?? 0) }
}

/// Tries everything.
func bruteForce(_ users: ArraySlice<[OfferOption]>, _ budget: Int64) -> Int64 {
    guard let options = users.first else { return 0 }
    var best = bruteForce(users.dropFirst(), budget)
    for option in options where option.cost.minorUnits <= budget {
        best = max(best, option.value.minorUnits + bruteForce(users.dropFirst(), budget - option.cost.minorUnits))
    }
    return best
}
