import Domain
import Testing
import World

@Suite struct ShelvesTests {
    private struct ItemWeek: Hashable {
        var item: UInt64
        var week: Int64
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func whatIsSoldInAWeekWasOnTheShelf(_ seed: UInt64) {
        let known = KnownWorld(law: .logit, seed: seed, Surroundings(hasStock: true))
        let (rows, items) = (30_000, 10)
        let arrivals = Double(rows) / Double(items) / 26
        var sold: [ItemWeek: Int] = [:]
        var shown = 0
        known.exposures(rows: rows, items: items) { row in
            let place = ItemWeek(item: row.question.itemNumber, week: row.question.time.week)
            // Who finds the shelf empty leaves no row.
            #expect(sold[place, default: 0] < known.stockLevel(item: place.item, arrivals: arrivals))
            if row.isBought { sold[place, default: 0] += 1 }
            shown += 1
        }
        #expect(shown < rows && shown > rows / 3)
        let emptied = sold.count { $0.value == known.stockLevel(item: $0.key.item, arrivals: arrivals) }
        #expect(emptied > 20 && emptied < sold.count, "some items are scarce, some are ample")
    }

    @Test func aShelfIsFilledOnMondayAndNotBefore() {
        let known = KnownWorld(law: .logit, seed: 1, Surroundings(hasStock: true))
        let monday = Timestamp(milliseconds: 1_767_571_200_000)
        let sunday = monday.adding(milliseconds: ShopCalendar.millisecondsPerWeek - 1)
        var shelves = Shelves(known, items: 1, arrivals: 50)
        let level = shelves.level(item: 0)
        #expect(shelves.units(item: 0, at: monday) == level && level > 4)
        for _ in 0..<level { shelves.take(item: 0, at: monday) }
        #expect(shelves.units(item: 0, at: sunday) == 0)
        #expect(shelves.units(item: 0, at: sunday.adding(milliseconds: 1)) == level)
    }

    @Test func whatStaysIsWorthHalfToAllOfItsCost() {
        for seed in 1...5 as ClosedRange<UInt64> {
            let known = KnownWorld(law: .logit, seed: seed)
            for item in 0..<UInt64(60) {
                let share = known.salvageValue(item: item).real / known.item(item).unitCost.real
                #expect((0.49...1.01).contains(share))
                #expect(known.stockLevel(item: item, arrivals: 0) == 1)
                #expect(known.stockLevel(item: item, arrivals: .greatestFiniteMagnitude) == 1_000_000_000)
            }
        }
    }
}
