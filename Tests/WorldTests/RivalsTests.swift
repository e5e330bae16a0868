import Domain
import Foundation
import Testing
import World

@Suite struct RivalsTests {
    private static let days = 0..<Int64(1_400)

    private func noon(_ day: Int64) -> Timestamp {
        Timestamp(milliseconds: 1_767_571_200_000 + day * ShopCalendar.millisecondsPerDay + 43_200_000)
    }

    private func world(_ competitors: Int, law: DemandLaw = .logit, seed: UInt64 = 4) -> KnownWorld {
        KnownWorld(law: law, seed: seed, Surroundings(competitors: competitors))
    }

    @Test(arguments: DemandLaw.allCases)
    func whereARivalIsDearerMoreIsSold(_ law: DemandLaw) {
        let known = world(3, law: law)
        var rises = 0
        for question in known.questions(100) {
            let reference = question.item.referencePrice.real
            let chances = ([0.7, 0.85, 1, 1.15, nil] as [Double?]).map { ratio in
                var asked = question
                let price = ratio.map { Money(minorUnits: Int64((reference * $0).rounded())) }
                asked.rivals = RivalOffers(lowestPrice: price, inStock: price == nil ? 0 : 1)
                return known.demand(asked).probability(atLogRatio: 0.02)
            }
            #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 <= $1 })
            if chances[4] > chances[0] { rises += 1 }
        }
        #expect(rises >= 99)
    }

    @Test(arguments: DemandLaw.allCases)
    func amongRivalsAndSeasonsDemandFallsWithTheOwnPriceAndProfitHasOneSummit(_ law: DemandLaw) {
        let known = KnownWorld(law: law, seed: 2, Surroundings(competitors: 3, hasSeasons: true))
        for question in known.questions(150) {
            let occasion = known.occasion(question)
            let grid = stride(from: log(occasion.unitCost / occasion.referencePrice) + 0.01, through: 0.5, by: 0.01)
            let chances = grid.map { occasion.demand.probability(atLogRatio: $0) }
            #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 >= $1 })
            let profits = grid.map { occasion.profit(atLogRatio: $0) }
            let top = profits.indices.max { profits[$0] < profits[$1] } ?? 0
            let rounding = 1e-12 * profits[top]
            #expect(zip(profits[...top], profits[...top].dropFirst()).allSatisfy { $0 <= $1 + rounding })
            #expect(zip(profits[top...], profits[top...].dropFirst()).allSatisfy { $0 >= $1 - rounding })
        }
    }

    @Test(arguments: [DemandLaw.logit, .probit, .logLinear, .poisson, .reference, .thresholds])
    func whatGetsDearerEverywhereIsBoughtLess(_ law: DemandLaw) {
        let known = world(1, law: law)
        for question in known.questions(200) {
            let reference = question.item.referencePrice.real
            let chances = stride(from: -0.2, through: 0.2, by: 0.05).map { x in
                var asked = question
                asked.rivals = RivalOffers(lowestPrice: Money(minorUnits: Int64(reference * exp(x))), inStock: 1)
                return known.demand(asked).probability(atLogRatio: x)
            }
            #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 >= $1 })
        }
    }

    @Test func whatRivalsAskDependsOnItemAndDayAlone() {
        let known = world(3)
        let forwards = Self.days.prefix(60).map { known.rivalOffers(item: 7, at: noon($0)) }
        let backwards = Self.days.prefix(60).reversed().map { world(3).rivalOffers(item: 7, at: noon($0)) }
        #expect(forwards == backwards.reversed())
        #expect(
            known.rivalOffers(item: 7, at: noon(3)) == known.rivalOffers(item: 7, at: noon(3).adding(milliseconds: 1)))
        let other = Self.days.prefix(60).map { known.rivalOffers(item: 8, at: noon($0)) }
        #expect(zip(forwards, other).count { $0 == $1 } < 10)
        for question in known.questions(100) {
            #expect(question.rivals == known.rivalOffers(item: question.itemNumber, at: question.time))
        }
    }

    @Test func oneMoreRivalNeverMakesTheLowestPriceHigher() {
        for day in Self.days.prefix(200) {
            let lowest = (1...4).map {
                world($0).rivalOffers(item: 5, at: noon(day))?.lowestPrice ?? Money(minorUnits: .max)
            }
            #expect(zip(lowest, lowest.dropFirst()).allSatisfy { $0 >= $1 })
        }
    }

    /// ln(price / reference) of a single rival, by day; nil when it is sold out.
    private func course(item: UInt64) -> [Double?] {
        let known = world(1)
        let reference = known.item(item).referencePrice.real
        return Self.days.map { day in
            known.rivalOffers(item: item, at: noon(day))?.lowestPrice.map { log($0.real / reference) }
        }
    }

    @Test func aRivalsPriceWandersAroundItsLevelAndReturns() {
        for item in 0..<UInt64(5) {
            let days = course(item: item)
            let weekly = stride(from: 0, to: days.count, by: 7).map { days[$0..<$0 + 7].compactMap { $0 } }
            // One price a week, whichever days it is to be had.
            #expect(weekly.allSatisfy { Set($0).count <= 1 })
            let prices = weekly.compactMap(\.first)
            let mean = prices.reduce(0, +) / Double(prices.count)
            #expect(abs(mean) < 0.25)
            #expect(prices.allSatisfy { abs($0 - mean) < 0.6 })
            let variance = prices.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(prices.count)
            let together = zip(prices, prices.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
            let memory = together / Double(prices.count - 1) / variance
            #expect((0.1...0.8).contains(memory), "neither white noise nor a random walk")
        }
    }

    @Test func rivalsAreSoldOutOneDayInTen() {
        let days = (0..<UInt64(5)).flatMap(course)
        let share = Double(days.count { $0 == nil }) / Double(days.count)
        #expect(abs(share - 0.1) < 0.02)
    }
}
