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

    /// Of deals.
    private func elasticity(_ response: PromotionResponse) -> Double { -response.coefficients[1] }

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

    /// A third off whenever the item is displayed, and never else: no row tells the one from the other.
    @Test func aHigherPriceNeverSellsMoreWhateverTheRowsCannotTell() throws {
        func displayed(_ seed: UInt64) -> ItemSales {
            var draws = Draws(seed: seed, "displays")
            let regular = (100 + 900 * draws.fraction()).rounded() / 100
            var sales = ItemSales(item: "\(seed)", units: [])
            for _ in 0..<104 {
                let isDeal = draws.fraction() < 0.2
                // The discount is a third give or take a cent, which is all that the rows say of the price alone.
                sales.settings.append(
                    SalesSetting(
                        price: isDeal ? (regular * 70).rounded() / 100 : regular, regularPrice: regular,
                        displayShare: isDeal ? 1 : 0))
                sales.units.append(DemandForecast.units(4 + (isDeal ? 0.85 : 0) + 0.3 * draws.normal()).rounded())
            }
            let plans: [(price: Double, regular: Double, display: Double)] = [
                (1, 1, 0), (0.7, 1, 0), (0.7, 1, 1), (0.5, 1, 0), (2, 2, 0), (0.7, 0.7, 0), (1, 1, 1),
            ]
            for plan in plans {
                sales.settings.append(
                    SalesSetting(
                        price: plan.price * regular, regularPrice: plan.regular * regular, displayShare: plan.display))
            }
            return sales
        }
        let all = (0..<40).map(displayed)
        let common = PromotionResponse(pooling: all, before: 104)
        for sales in all {
            let effects = PromotionResponse(of: sales, towards: common).effects(on: sales).suffix(7)
            let change = effects.map { $0 - (effects.first ?? 0) }
            try #require(change.count == 7)
            #expect(change[1] >= -1e-9 && change[1] <= change[2] + 1e-9 && change[3] >= change[1] - 1e-9, "\(change)")
            #expect(abs(change[2] - 0.85) < 0.25, "\(change)")
            #expect(change[4] <= 1e-9 && change[5] >= -1e-9 && change[6] >= -1e-9, "\(change)")
        }
    }

    @Test func anAbsurdPlanMovesDemandTwentyfoldAtMost() {
        var planned = sales(40, elasticity: 2, seed: 4)
        planned.settings.append(SalesSetting(price: 1e-6, regularPrice: 10))
        let common = PromotionResponse(pooling: [planned], before: 40)
        #expect(PromotionResponse(of: planned, towards: common).effects(on: planned).last == 3)
    }
}
