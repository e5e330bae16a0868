import Domain
import Glibc
import Testing

import Market

@Suite struct PromotionResponseTests {
    /// Demand of a known elasticity, deals at random.
    private func sales(_ count: Int, elasticity: Double, seed: UInt64) -> ItemSales {
        var draws = Draws(seed: seed, "deals")
        var units: [Double?] = []
        var settings: [SalesSetting] = []
        for _ in 0..<count {
            let discount = draws.fraction() < 0.4 ? 0.3 * draws.fraction() : 0
            settings.append(SalesSetting(price: 10 * (1 - discount), regularPrice: 10))
            units.append(DemandForecast.units(5 - elasticity * log1p(-discount) + 0.05 * draws.normal()))
        }
        return ItemSales(item: "\(seed)", units: units, settings: settings)
    }

    /// With a constant regular price both price columns say the same: their sum is the elasticity.
    private func elasticity(_ response: PromotionResponse) -> Double {
        -response.coefficients[0] - response.coefficients[1]
    }

    @Test func oneItemLearnsFromTheOthers() {
        let others = (0..<20).map { sales(40, elasticity: 2, seed: $0) }
        let common = PromotionResponse(pooling: others, before: 40)
        #expect(abs(elasticity(common) - 2) < 0.1)
        let fresh = PromotionResponse(of: sales(3, elasticity: 0.5, seed: 99), towards: common)
        #expect(elasticity(fresh) > 1.8)
        let grown = PromotionResponse(of: sales(2_000, elasticity: 0.5, seed: 99), towards: common)
        #expect(abs(elasticity(grown) - 0.5) < 0.4)
    }

    @Test func aMistypedWeekDoesNotBendTheResponse() {
        var spoiled = sales(40, elasticity: 2, seed: 4)
        let deepest = spoiled.settings.indices.min {
            (spoiled.settings[$0].price ?? 10) < (spoiled.settings[$1].price ?? 10)
        }
        spoiled.units[deepest ?? 0] = 1e7
        let common = PromotionResponse(pooling: [sales(200, elasticity: 2, seed: 5)], before: 200)
        #expect(abs(elasticity(PromotionResponse(of: spoiled, towards: common)) - 2) < 0.15)
    }

    @Test func anAbsurdPlanMovesDemandTwentyfoldAtMost() {
        var planned = sales(40, elasticity: 2, seed: 4)
        planned.settings.append(SalesSetting(price: 1e-6, regularPrice: 10))
        let common = PromotionResponse(pooling: [planned], before: 40)
        #expect(PromotionResponse(of: planned, towards: common).effects(on: planned).last == 3)
    }
}
