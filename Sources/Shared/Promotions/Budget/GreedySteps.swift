// The steps along everybody's convex hulls, steepest first: the Lagrangian relaxation for every budget at once.
//
// The budget is spent step by step until one does not fit. The part of that step that would fit completes the optimum
// of the linear relaxation, which is also the least value of the Lagrangian dual; its slope is the multiplier.
// Fractions are compared by their cross products in 128 bits: no rounding ever decides.

import Domain

struct GreedySteps {
    /// From one entry of a user to a dearer one that is worth more.
    struct Step {
        var user: Int
        var from: Int
        var to: Int
        var value: Int64
        var cost: Int64
    }

    let steps: [Step]
    /// What users without any step have: the best that is free.
    let freeValue: Int64

    /// - Parameter dearest: options that cost more are left out.
    init(_ menus: OfferMenus, dearest: Int64) {
        var steps: [Step] = []
        var free: Int64 = 0
        var hull: [Int] = []
        for user in 0..<menus.userCount {
            free += menus.values[menus.starts[user]]
            Self.climb(menus, user, dearest, &hull)
            for (from, to) in zip(hull, hull.dropFirst()) {
                steps.append(
                    Step(
                        user: user, from: from, to: to, value: menus.values[to] - menus.values[from],
                        cost: menus.costs[to] - menus.costs[from]))
            }
        }
        steps.sort(by: Self.precedes)
        self.steps = steps
        freeValue = free
    }

    /// The entries on the upper convex hull, from the free one up.
    private static func climb(_ menus: OfferMenus, _ user: Int, _ dearest: Int64, _ hull: inout [Int]) {
        func rise(_ from: Int, _ to: Int) -> (value: Int128, cost: Int128) {
            (Int128(menus.values[to] - menus.values[from]), Int128(menus.costs[to] - menus.costs[from]))
        }
        hull.removeAll(keepingCapacity: true)
        for entry in menus.entries(user) where menus.costs[entry] <= dearest {
            while hull.count > 1 {
                let before = rise(hull[hull.count - 2], hull[hull.count - 1])
                let after = rise(hull[hull.count - 1], entry)
                guard after.value * before.cost >= before.value * after.cost else { break }
                hull.removeLast()
            }
            hull.append(entry)
        }
    }

    private static func precedes(_ first: Step, _ second: Step) -> Bool {
        let one = Int128(first.value) * Int128(second.cost)
        let other = Int128(second.value) * Int128(first.cost)
        return one != other ? one > other : (first.cost, first.user, first.to) < (second.cost, second.user, second.to)
    }

    /// The optimum where one user may be given a part of an offer.
    struct Relaxation {
        /// Whole steps that fit.
        var count: Int
        /// Rounded down: values are whole.
        var bound: Int64
        var shadowPrice: ShadowPrice
    }

    func relaxation(_ budget: Int64) -> Relaxation {
        var rest = budget
        var value = freeValue
        for (index, step) in steps.enumerated() {
            guard step.cost <= rest else {
                let part = Int128(step.value) * Int128(rest) / Int128(step.cost)
                return Relaxation(
                    count: index, bound: value + Int64(part),
                    shadowPrice: ShadowPrice(
                        value: Money(minorUnits: step.value), cost: Money(minorUnits: step.cost)))
            }
            rest -= step.cost
            value += step.value
        }
        return Relaxation(count: steps.count, bound: value, shadowPrice: .zero)
    }
}
