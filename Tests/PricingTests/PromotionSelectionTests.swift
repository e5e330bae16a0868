import Domain
import Promotions
import Testing

@Suite struct PromotionSelectionTests {
    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    private func deal(_ price: Int64, until end: Int64 = 1_000) -> Deal { Deal(price: money(price), endsAt: at(end)) }

    @Test(arguments: [(Int64(150), Int64(150), true), (180, 170, false), (170, 170, false)])
    func theShopperPaysTheLowerOfDealAndPersonalPrice(deal price: Int64, paid: Int64, applied: Bool) throws {
        let row = try row(list: 200, deal: deal(price))
        let (unitPrice, slot) = PromotionSelection.select(row, against: money(170), at: at(10))
        #expect(unitPrice == money(paid))
        #expect(slot == PromotionSlot(id: "deal", unitPrice: money(price), endsAt: at(1_000), applied: applied))
    }

    @Test func aDealRunsFromItsRowToItsEnd() throws {
        let row = try row(list: 200, deal: deal(150), effectiveAt: 500)
        for (time, paid) in [(Int64(499), Int64(190)), (500, 150), (999, 150), (1_000, 190)] {
            let (unitPrice, slot) = PromotionSelection.select(row, against: money(190), at: at(time))
            #expect(unitPrice == money(paid))
            #expect((slot != nil) == (paid == 150))
        }
    }

    @Test func aDealThatIsNoReductionIsNotShown() throws {
        for price in [Int64(200), 250] {
            let (unitPrice, slot) = PromotionSelection.select(
                try row(list: 200, deal: deal(price)), against: money(200), at: at(10))
            #expect(unitPrice == money(200))
            #expect(slot == nil)
        }
    }

    @Test func promotionsNeverStackNeverCostTheShopperAndNeverGoBelowZero() throws {
        var lottery = Lottery(seed: 31)
        for _ in 0..<5_000 {
            let list = lottery.whole(1...500)
            let price = lottery.whole(1...600)
            let row = try row(
                list: list, deal: Bool.random(using: &lottery) ? deal(price) : nil,
                effectiveAt: lottery.whole(0...800))
            let personal = money(lottery.whole(1...list))
            let time = at(lottery.whole(0...1_200))
            let (unitPrice, slot) = PromotionSelection.select(row, against: personal, at: time)
            #expect(unitPrice <= personal && unitPrice > .zero)
            // One of the two, and not a price made of both.
            #expect(unitPrice == personal || unitPrice == row.deal?.price)
            #expect((slot?.applied ?? false) == (unitPrice < personal))
            if row.effectiveAt <= time { #expect(unitPrice == min(personal, row.publicPrice(at: time))) }
        }
    }
}
