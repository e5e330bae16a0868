import Domain
import Pricing
import Testing

@Suite struct PriceBoundsTests {
    struct Case: Sendable {
        let list: Int64
        let cost: Int64
        var minimum: Int64?
        var margin = 0.0
        var discount = 0.9
        let floor: Int64
    }

    @Test(arguments: [
        Case(list: 200, cost: 100, margin: 0.05, floor: 105),
        // A fraction of a minor unit is never given away below the floor.
        Case(list: 200, cost: 101, margin: 0.05, floor: 107),
        Case(list: 200, cost: 100, minimum: 150, margin: 0.05, floor: 150),
        Case(list: 200, cost: 100, minimum: 90, margin: 0.05, floor: 105),
        Case(list: 200, cost: 10, discount: 0.3, floor: 140),
        Case(list: 199, cost: 10, discount: 0.3, floor: 140),
        Case(list: 200, cost: 0, discount: 1, floor: 1),
        // What costs more than it is listed at is sold at its list price.
        Case(list: 200, cost: 250, floor: 200),
        Case(list: 200, cost: 199, margin: 10, floor: 200),
        Case(list: 200, cost: 100, minimum: 300, floor: 200),
        Case(list: 1, cost: 0, floor: 1),
        Case(list: Limits.price.minorUnits, cost: Limits.price.minorUnits, margin: 10, floor: Limits.price.minorUnits),
    ])
    func theFloorIsTheHighestOfItsReasonsAndNeverAboveTheListPrice(_ example: Case) throws {
        let bounds = PriceBounds(
            try row(list: example.list, cost: example.cost, minimum: example.minimum),
            policy(margin: example.margin, discount: example.discount))
        #expect(bounds.ceiling == money(example.list))
        #expect(bounds.floor == money(example.floor))
    }

    /// 200 · 1.1 is 220.00000000000003 in binary; the floor is 220 all the same.
    @Test func aWholeFloorIsNotRaisedByBinaryFractions() throws {
        for percent in Int64(0)...100 {
            for cost in stride(from: Int64(0), through: 5_000, by: 7) {
                let bounds = PriceBounds(
                    try row(list: 100_000, cost: cost), policy(margin: Double(percent) / 100, discount: 1))
                let exact = (cost * (100 + percent) + 99) / 100
                #expect(bounds.floor == money(max(1, exact)), "\(cost) at \(percent) %")
            }
        }
    }

    @Test func theLargestDiscountIsExactInWholePercents() throws {
        for percent in Int64(0)...90 {
            for list in stride(from: Int64(1), through: 5_000, by: 7) {
                let bounds = PriceBounds(try row(list: list, cost: 0), policy(discount: Double(percent) / 100))
                #expect(bounds.floor == money((list * (100 - percent) + 99) / 100), "\(list) at \(percent) %")
            }
        }
    }

    @Test func theValueOfAPurchaseLowersTheCostThatCountsAndNeverBelowNothing() throws {
        #expect(policy(conversionValue: 0).netCost(of: try row(list: 200, cost: 100)) == 100)
        #expect(policy(conversionValue: 0.25).netCost(of: try row(list: 200, cost: 100)) == 50)
        #expect(policy(conversionValue: 1).netCost(of: try row(list: 200, cost: 100)) == 0)
    }

    @Test func theValueOfAPurchaseLowersThePriceAndNotTheFloor() throws {
        var lottery = Lottery(seed: 17)
        for _ in 0..<500 {
            var situation = try Situation(&lottery)
            situation = try Situation(situation, smoothing: 1)
            var trail = PriceTrail()
            var valued = situation.policy
            valued.conversionValueRatio += 0.2
            let context = situation.context
            let price = PriceDecision.personal(situation.curve, context, situation.policy, &trail)
            let lower = PriceDecision.personal(situation.curve, context, valued, &trail)
            #expect(lower <= price)
            #expect(PriceBounds(context.row, valued) == PriceBounds(context.row, situation.policy))
        }
    }

    @Test(arguments: [
        (Int64(200), Int64(1), Int64(199)), (199, 1, 199), (205, 1, 199), (208, 1, 199), (209, 1, 209), (9, 1, 9),
        // Under nine there is no lower nine, and below the floor none that may be taken.
        (8, 1, 8), (1, 1, 1), (205, 200, 205), (205, 199, 199),
    ])
    func aPriceEndsInNineWhereItCan(price: Int64, floor: Int64, ended: Int64) {
        #expect(PriceEnding.nine.applied(to: money(price), floor: money(floor)) == money(ended))
        #expect(PriceEnding.none.applied(to: money(price), floor: money(floor)) == money(price))
    }

    @Test func anEndingIsTheHighestThatFits() {
        for price in Int64(1)...500 {
            for floor in [Int64(1), 100, 250] where floor <= price {
                let best = (floor...price).last { $0 % 10 == 9 } ?? price
                #expect(PriceEnding.nine.applied(to: money(price), floor: money(floor)) == money(best))
            }
        }
    }
}

extension Situation {
    /// The same, without a past.
    fileprivate init(_ other: Situation, smoothing: Double) throws {
        curve = other.curve
        context = PriceContext(row: other.context.row, yesterday: nil, promised: nil)
        var policy = other.policy
        policy.smoothing = smoothing
        policy.conversionValueRatio = min(policy.conversionValueRatio, 0.8)
        self.policy = policy
    }
}
