import Domain
import Features
import Testing

@Suite struct PriceHistoryTests {
    private func money(_ cents: Int64) -> Money { Money(minorUnits: cents) }

    @Test func theReferenceIsTheMeanOfEarlierWeeks() {
        var history = PriceHistory()
        #expect(history.referencePrice(before: 10) == nil)
        history.apply(price: money(100), week: 10)
        history.apply(price: money(200), week: 11)
        history.apply(price: money(600), week: 12)
        #expect(history.referencePrice(before: 10) == nil)
        #expect(history.referencePrice(before: 11) == 100)
        #expect(history.referencePrice(before: 12) == 150)
        #expect(history.referencePrice(before: 13) == 300)
    }

    @Test func theLastPriceOfAWeekWins() {
        var history = PriceHistory()
        history.apply(price: money(100), week: 10)
        history.apply(price: money(300), week: 10)
        #expect(history.referencePrice(before: 11) == 300)
    }

    @Test func aPriceHoldsUntilTheNextAndADealDoesNot() {
        var history = PriceHistory()
        history.apply(price: money(100), regular: money(200), week: 10)
        #expect(history.referencePrice(before: 14) == 175)
        history.apply(price: money(200), week: 12)
        #expect(history.referencePrice(before: 14) == 175)
        #expect(history.referencePrice(before: 10 + 200) == 200)
    }

    @Test func theOrderOfWeeksLeavesNoTrace() {
        var generator = Lottery(seed: 7)
        for _ in 0..<50 {
            let entries = Set((0..<30).map { _ in Int32.random(in: 0...150, using: &generator) })
                .sorted().map { ($0, Int64.random(in: 1...500, using: &generator)) }
            var inOrder = PriceHistory()
            for (week, cents) in entries { inOrder.apply(price: money(cents), week: week) }
            var shuffled = PriceHistory()
            for (week, cents) in entries.shuffled(using: &generator) {
                shuffled.apply(price: money(cents), week: week)
            }
            #expect(shuffled == inOrder)
        }
    }

    @Test func theReferenceEqualsAPlainWalkOverTheWeeks() {
        var generator = Lottery(seed: 8)
        for _ in 0..<50 {
            var history = PriceHistory()
            var prices: [Int32: (price: Int64, regular: Int64)] = [:]
            for week in Int32(100)...160 where Bool.random(using: &generator) {
                let regular = Int64.random(in: 100...500, using: &generator)
                let price = Int64.random(in: 50...regular, using: &generator)
                prices[week] = (price, regular)
                history.apply(price: money(price), regular: money(regular), week: week)
            }
            for week in Int32(150)...170 {
                var carried: Int64?
                var seen: [Int64] = []
                for earlier in 100..<week {
                    let shown = prices[earlier]?.price ?? carried
                    carried = prices[earlier]?.regular ?? carried
                    if let shown, earlier >= week - 52 { seen.append(shown) }
                }
                let mean = seen.isEmpty ? nil : Double(seen.reduce(0, +)) / Double(seen.count)
                #expect(history.referencePrice(before: week) == mean)
            }
        }
    }

    @Test func aHistorySurvivesItsBytesAndDamageIsRefused() throws {
        var history = PriceHistory()
        for week in Int32(0)..<100 { history.apply(price: money(Int64(week)), regular: money(500), week: week) }
        var writer = ByteWriter()
        history.encode(to: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try PriceHistory(from: &reader) == history)
        for length in 0..<writer.bytes.count {
            var reader = ByteReader(Array(writer.bytes.prefix(length)))
            #expect(throws: ByteError.self) { try PriceHistory(from: &reader) }
        }
        for place in writer.bytes.indices {
            var bytes = writer.bytes
            bytes[place] ^= 0x80
            var reader = ByteReader(bytes)
            guard let read = try? PriceHistory(from: &reader) else { continue }
            #expect(read.referencePrice(before: 2_000)?.isFinite ?? true)
        }
    }

    @Test func aCatalogueRowCountsWithItsDealInItsOwnWeek() throws {
        let usd = try #require(Currency(code: "USD"))
        let week: Int64 = 2_450
        let start = Timestamp(milliseconds: (week * 7 - 3) * ShopCalendar.millisecondsPerDay)
        let row = CatalogueRow(
            product: "milk", name: "Milk", category: "Dairy", currency: usd, listPrice: money(300),
            unitCost: money(200), minimumPrice: nil,
            deal: Deal(price: money(200), endsAt: start.adding(milliseconds: ShopCalendar.millisecondsPerWeek)),
            displayShare: 0.5, mailerShare: 0.25, effectiveAt: start)
        var history = PriceHistory()
        let first = ItemContext(row: row, history: history, week: 2_450, calendar: .utc, logitRate: -3, index: 1)
        #expect(first.referencePrice == 200)
        history.apply(row, calendar: .utc)
        #expect(history.referencePrice(before: 2_451) == 200)
        #expect(history.referencePrice(before: 2_452) == 250)
        let later = ItemContext(row: row, history: history, week: 2_452, calendar: .utc, logitRate: -3, index: 1)
        #expect(later.referencePrice == 250)
        #expect(later.logRelativePrice(money(250)) == 0)
    }

    @Test func thePriceOfAWeekIsThatOfItsBeginningOrOfTheRowThatComesLater() throws {
        let start = ShopCalendar.utc.start(ofWeek: 2_450)
        let day = ShopCalendar.millisecondsPerDay
        let row = CatalogueRow(
            product: "milk", name: "Milk", category: "Dairy", currency: try #require(Currency(code: "USD")),
            listPrice: money(300), unitCost: money(200), minimumPrice: nil,
            deal: Deal(price: money(200), endsAt: start.adding(milliseconds: 9 * day)), displayShare: 0,
            mailerShare: 0, effectiveAt: start.adding(milliseconds: 2 * day))
        #expect((2_450...2_452).map { row.publicPrice(in: $0, .utc) } == [200, 200, 300].map(money))
    }
}
