import Domain
import Features
import Testing

@Suite struct ShopperHistoryTests {
    @Test func theOrderOfArrivalLeavesNoTrace() {
        var generator = Lottery(seed: 1)
        for _ in 0..<50 {
            let baskets = (0..<40).map { _ in generator.basket(weeks: 2450...2540) }
            let inOrder = history(baskets.sorted { $0.week < $1.week })
            #expect(history(baskets.shuffled(using: &generator)) == inOrder)
        }
    }

    @Test func lateBasketsOfAnEarlierWeekStillCount() {
        var late = ShopperHistory()
        late.apply(basket(["milk"]), week: 2460)
        late.apply(basket(["eggs"]), week: 2458)
        #expect(
            row(late, product: "eggs", week: 2460)
                != row(history([(2460, basket(["milk"]))]), product: "eggs", week: 2460))
        #expect(late == history([(2458, basket(["eggs"])), (2460, basket(["milk"]))]))
    }

    @Test func featuresOfAWeekDoNotChangeWhenLaterBasketsArrive() {
        var generator = Lottery(seed: 2)
        for _ in 0..<50 {
            let past = (0..<30).map { _ in generator.basket(weeks: 2420...2459) }
            let later = (0..<30).map { _ in generator.basket(weeks: 2460...2471) }
            let before = row(history(past), product: "milk", week: 2460)
            #expect(row(history(past + later), product: "milk", week: 2460) == before)
        }
    }

    @Test func aShopperWhoseOnlyBasketIsOfThisWeekIsUnknown() {
        let history = history([(2460, basket(["milk"]))])
        #expect(!ShopperHistory().isKnown(before: 2460))
        #expect(!history.isKnown(before: 2460))
        #expect(history.isKnown(before: 2461))
        #expect(!history.isKnown(before: 2460 + 53))
    }

    @Test func whatLeavesTheWindowIsForgotten() {
        var generator = Lottery(seed: 3)
        var forgetful = ShopperHistory()
        for _ in 0..<40 {
            let (week, basket) = generator.basket(weeks: 2000...2040)
            forgetful.apply(basket, week: week)
        }
        forgetful.apply(basket(["milk"]), week: 2200)
        #expect(forgetful == history([(2200, basket(["milk"]))]))
        forgetful.apply(basket(["eggs"]), week: 2100)
        #expect(forgetful == history([(2200, basket(["milk"]))]))
    }

    @Test func everyFeatureIsFiniteWhateverTheHistory() {
        var generator = Lottery(seed: 4)
        let extreme = Basket(
            spend: Limits.price, lines: .max, dealLines: .max,
            items: [BasketItem(product: "milk", quantity: 1, paid: .zero)])
        var odd = ShopperHistory()
        for _ in 0..<5 { odd.apply(extreme, week: 2450) }
        odd.apply(Basket(spend: Money(minorUnits: -5), lines: 0, dealLines: 0, items: []), week: 2451)
        let histories =
            [ShopperHistory(), odd]
            + (0..<20).map { _ in
                history((0..<5).map { _ in generator.basket(weeks: 2400...2500) })
            }
        for history in histories {
            for week in [Int32(2300), 2450, 2451, 2452, 2500, 2600] {
                #expect(row(history, product: "milk", week: week).allSatisfy { $0.isFinite })
            }
        }
    }

    @Test func aHistorySurvivesItsBytes() throws {
        var generator = Lottery(seed: 5)
        for count in [0, 1, 60] {
            let original = history((0..<count).map { _ in generator.basket(weeks: 2450...2540) })
            var writer = ByteWriter()
            original.encode(to: &writer)
            var reader = ByteReader(writer.bytes)
            #expect(try ShopperHistory(from: &reader) == original)
            try reader.finish()
        }
    }

    @Test func damagedBytesAreRefusedOrStillCanonical() {
        var generator = Lottery(seed: 6)
        var writer = ByteWriter()
        history((0..<20).map { _ in generator.basket(weeks: 2450...2500) }).encode(to: &writer)
        for place in writer.bytes.indices {
            for bit in 0..<8 {
                var bytes = writer.bytes
                bytes[place] ^= 1 << bit
                var reader = ByteReader(bytes)
                guard let read = try? ShopperHistory(from: &reader) else { continue }
                var again = ByteWriter()
                read.encode(to: &again)
                #expect(again.bytes == Array(bytes.prefix(reader.offset)))
                #expect(row(read, product: "milk", week: 2501).allSatisfy { $0.isFinite })
            }
            var reader = ByteReader(Array(writer.bytes.prefix(place)))
            #expect(throws: ByteError.self) { try ShopperHistory(from: &reader) }
        }
    }
}
