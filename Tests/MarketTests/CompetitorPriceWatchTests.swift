// Feeds that are sound, and the ways in which they fail.

import Domain
import Glibc
import Market
import Testing

@Suite struct CompetitorPriceWatchTests {
    /// What a sound feed reports: a price that is kept for a while, deals, and sometimes a new price for good.
    private func feed(_ count: Int, seed: UInt64, moves: Double) -> [Double] {
        var draws = Draws(seed: seed, "feed")
        var regular = 10 * exp(draws.normal())
        var price = regular
        return (0..<count).map { _ in
            if draws.fraction() < moves {
                if draws.fraction() < 0.2 { regular *= exp(0.03 * draws.normal()) }
                price = (100 * regular * (draws.fraction() < 0.3 ? 0.85 : 1 + 0.02 * draws.normal())).rounded() / 100
            }
            return max(0.01, price)
        }
    }

    private func reasons(
        _ watch: inout CompetitorPriceWatch, _ prices: [Double], from time: Int64 = 0
    ) -> [AnomalyReason?] {
        prices.enumerated().map { watch.observe($1, at: time + Int64($0)).reason }
    }

    @Test(arguments: [0.02, 0.1, 0.5, 1])
    func falseAlarmsAreRarerThanOneInAThousand(moves: Double) {
        var count = 0
        for seed in 0..<60 as Range<UInt64> {
            var watch = CompetitorPriceWatch()
            count += reasons(&watch, feed(500, seed: seed, moves: moves)).count { $0 != nil }
        }
        #expect(count <= 30, "\(count) of 30,000")
    }

    private func warm(_ moves: Double = 0.5, seed: UInt64 = 2) -> (CompetitorPriceWatch, Double) {
        var watch = CompetitorPriceWatch()
        let prices = feed(100, seed: seed, moves: moves)
        _ = reasons(&watch, prices)
        return (watch, prices[99])
    }

    @Test(arguments: [
        (100.0, AnomalyReason.decimalSlip), (0.01, .decimalSlip), (10, .decimalSlip), (0.1, .decimalSlip),
        (1_000, .decimalSlip), (5, .absurdRatio), (0.2, .absurdRatio), (30, .absurdRatio), (1.8, .priceJump),
        (0.55, .priceJump),
    ])
    func aWrongPriceIsNamedForWhatItIs(factor: Double, reason: AnomalyReason) throws {
        var (watch, price) = warm()
        let verdict = watch.observe(price * factor, at: 100)
        #expect(verdict.reason == reason)
        #expect(abs(log(verdict.magnitude / factor)) < 0.25)
        #expect(verdict.frozenUntil == 102)
        #expect(watch.observe(price, at: 101).reason == nil)
    }

    @Test(arguments: [0, -3, Double.nan, .infinity])
    func whatCanBeNoPriceIsNamedFromTheStart(_ price: Double) {
        var watch = CompetitorPriceWatch()
        #expect(watch.observe(price, at: 0).reason == .notAPrice)
    }

    @Test func aJumpThatStaysIsUsualAfterFiveAndASlipAfterTwenty() {
        var (watch, price) = warm()
        let jumped = reasons(&watch, (0..<8).map { price * (1.7 + 0.01 * Double($0 % 2)) }, from: 100)
        #expect(jumped == [.priceJump, .priceJump, .priceJump, .priceJump, .levelShift, nil, nil, nil])
        (watch, price) = warm()
        let slipped = reasons(&watch, (0..<22).map { price * (100 + Double($0 % 2)) }, from: 100)
        #expect(slipped.prefix(19).allSatisfy { $0 == .decimalSlip })
        #expect(slipped.suffix(3) == [.levelShift, nil, nil])
    }

    /// Half price for so many of so many observations: after the first, neither deal nor end of it is news.
    @Test(arguments: [(28, 2), (28, 7), (60, 7), (90, 40)])
    func aDealThatComesAgainIsNoNewsHoweverLong(cycle: Int, deal: Int) {
        var watch = CompetitorPriceWatch()
        var cent = 0
        let found = reasons(
            &watch,
            (0..<(6 * cycle)).map { place in
                cent = (cent + 1) % 3
                return (place % cycle < cycle - deal ? 9.98 : 4.98) + 0.01 * Double(cent)
            })
        #expect(found.prefix(cycle).count { $0 != nil } == min(deal, 5))
        #expect(found.dropFirst(cycle).allSatisfy { $0 == nil })
    }

    @Test(arguments: [0.2, 0.5, 1.0])
    func aFeedThatStandsStillIsNoticed(moves: Double) throws {
        for seed in 0..<20 as Range<UInt64> {
            var (watch, price) = warm(moves, seed: seed)
            let verdicts = reasons(&watch, [Double](repeating: price, count: 400), from: 100)
            let noticed = try #require(verdicts.firstIndex(of: .frozenFeed))
            #expect(Double(noticed) < 30 / moves)
            #expect(verdicts[noticed...].allSatisfy { $0 == .frozenFeed })
            #expect(watch.observe(price * 1.01, at: 500).reason == nil)
        }
    }

    @Test func aPriceThatNeverMovesIsNotStuck() {
        var watch = CompetitorPriceWatch()
        #expect(reasons(&watch, [Double](repeating: 4.99, count: 2_000)).allSatisfy { $0 == nil })
    }

    @Test func aDealThatComesBackIsNoNews() {
        var watch = CompetitorPriceWatch()
        let prices = (0..<40).map { $0 % 8 == 7 ? 6.0 : 10 }
        let verdicts = reasons(&watch, prices)
        #expect(verdicts.count { $0 == .priceJump } == 1)
        #expect(verdicts.firstIndex(of: .priceJump) == 7)
    }

    @Test func anAlarmOfEitherWatchFreezesTheItem() {
        var detector = AnomalyDetector()
        for time in 0..<60 as Range<Int64> {
            let seen = detector.observe(
                MarketObservation(time: time, units: Double(50 + time % 5), competitorPrice: 10 + Double(time % 3)))
            #expect(seen.demand?.reason == nil && seen.competitorPrice?.reason == nil)
        }
        #expect(!detector.isFrozen(at: 60))
        _ = detector.observe(MarketObservation(time: 60, units: 52, competitorPrice: 1_000))
        #expect(detector.isFrozen(at: 61) && !detector.isFrozen(at: 62))
        _ = detector.observe(MarketObservation(time: 61, units: 900))
        #expect(detector.isFrozen(at: 62) && !detector.isFrozen(at: 63))
    }
}
