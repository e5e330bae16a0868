// How often a watch cries wolf on seeded noise, and how soon it notices what is planted.

import Domain
import Glibc
import Market
import Testing

@Suite struct DemandWatchTests {
    /// A Poisson draw; above 30 by a normal one.
    private func poisson(_ mean: Double, _ draws: inout Draws) -> Double {
        guard mean < 30 else { return max(0, (mean + mean.squareRoot() * draws.normal()).rounded()) }
        var product = draws.fraction()
        var count = 0.0
        while product > exp(-mean) {
            product *= draws.fraction()
            count += 1
        }
        return count
    }

    /// Noise around a mean; `variation` is how much the mean itself varies from one observation to the next.
    private func noise(_ mean: Double, variation: Double, _ draws: inout Draws) -> Double {
        poisson(mean * exp(variation * draws.normal()), &draws)
    }

    private func alarms(_ watch: inout DemandWatch, _ values: [Double], from time: Int64 = 0) -> [AnomalyVerdict] {
        values.enumerated().map { watch.observe($1, at: time + Int64($0)) }
    }

    @Test(arguments: [0.0, 0.2, 0.4], [0.3, 3, 40, 1_000])
    func falseAlarmsAreRarerThanOneInAThousand(variation: Double, mean: Double) {
        var count = 0
        var observations = 0
        for seed in 0..<60 as Range<UInt64> {
            var draws = Draws(seed: seed, "noise")
            var watch = DemandWatch()
            let verdicts = alarms(&watch, (0..<500).map { _ in noise(mean, variation: variation, &draws) })
            count += verdicts.count(where: \.isAlarm)
            observations += verdicts.count
        }
        #expect(Double(count) <= 0.001 * Double(observations), "\(count) of \(observations)")
    }

    @Test(arguments: [0.0, 0.2, 0.4], [3.0, 40, 1_000])
    func aSeasonIsNoAnomaly(variation: Double, mean: Double) {
        var count = 0
        for seed in 0..<30 as Range<UInt64> {
            var draws = Draws(seed: seed, "season")
            var settings = DemandWatch.Settings()
            settings.season = 7
            var watch = DemandWatch(settings)
            let values = (0..<700).map { noise(mean * ($0 % 7 < 2 ? 2.5 : 1), variation: variation, &draws) }
            count += alarms(&watch, values).count(where: \.isAlarm)
        }
        #expect(count <= 21, "\(count) of 21,000")
    }

    /// A watch that has seen 60 usual observations, at 0 to 59.
    private func warm(_ mean: Double, variation: Double = 0.1, seed: UInt64 = 1) -> (DemandWatch, Draws) {
        var draws = Draws(seed: seed, "warm")
        var watch = DemandWatch()
        _ = alarms(&watch, (0..<60).map { _ in noise(mean, variation: variation, &draws) })
        return (watch, draws)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func aSpikeIsNoticedAtOnceAndForgottenAtOnce(seed: UInt64) throws {
        var (watch, draws) = warm(50, seed: seed)
        let spike = watch.observe(500, at: 60)
        #expect(spike.reason == .spike && spike.magnitude > 6 && spike.frozenUntil == 62)
        #expect(try (40...60).contains(#require(spike.expected)))
        let zero = watch.observe(0, at: 61)
        #expect(zero.reason == .drop && zero.magnitude < -6)
        let after = alarms(&watch, (0..<20).map { _ in noise(50, variation: 0.1, &draws) }, from: 62)
        #expect(after.allSatisfy { $0.reason == nil })
        #expect(after.allSatisfy { (40...60).contains($0.expected ?? 0) })
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func aLargeShiftIsUsualAfterFiveObservations(seed: UInt64) {
        var (watch, draws) = warm(50, seed: seed)
        let reasons = alarms(&watch, (0..<25).map { _ in noise(300, variation: 0.1, &draws) }, from: 60).map(\.reason)
        #expect(reasons.prefix(5) == [.spike, .spike, .spike, .spike, .levelShift])
        #expect(reasons.dropFirst(5).allSatisfy { $0 == nil })
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func anItemThatStopsSellingIsNoticedThoughNoZeroIsFarOut(seed: UInt64) throws {
        var (watch, _) = warm(4, variation: 0, seed: seed)
        let reasons = alarms(&watch, [Double](repeating: 0, count: 14), from: 60).map(\.reason)
        let noticed = try #require(reasons.firstIndex(of: .levelShift))
        #expect(noticed <= 12)
    }

    @Test func whatSellsNowAndThenIsUsualAfterAFewSales() {
        var (early, late, noticed) = (0, 0, 0)
        for seed in 0..<40 as Range<UInt64> {
            var draws = Draws(seed: seed, "now and then")
            var watch = DemandWatch()
            let sales = (0..<400).map { _ in draws.fraction() < 0.2 ? 1 + poisson(8, &draws) : 0 }
            let verdicts = alarms(&watch, sales)
            early += verdicts.prefix(100).count { $0.reason != nil }
            late += verdicts.suffix(300).count { $0.reason != nil }
            if watch.observe(400, at: 400).reason == .spike { noticed += 1 }
        }
        #expect(early <= 200 && late <= 12 && noticed == 40, "\(early) of 4,000, \(late) of 12,000, \(noticed) of 40")
    }

    @Test func spikesThatComeAndGoNeverBecomeUsual() {
        var (watch, draws) = warm(50)
        for time in stride(from: 60, to: 160, by: 2) as StrideTo<Int64> {
            let spike = watch.observe(500, at: time)
            #expect(spike.reason == .spike && (40...60).contains(spike.expected ?? 0))
            #expect(watch.observe(noise(50, variation: 0.1, &draws), at: time + 1).reason == nil)
        }
    }

    @Test func anExpectedLiftIsNoSpike() {
        var (watch, _) = warm(50)
        var other = watch
        #expect(watch.observe(250, lift: 5, at: 60).reason == nil)
        #expect(other.observe(250, at: 60).reason == .spike)
    }

    @Test func whatComesLateChangesNothing() {
        let (watch, _) = warm(50)
        var told = watch
        #expect(told.observe(9_999, at: 59).reason == .late)
        #expect(told.observe(9_999, at: -4).isAlarm == false)
        #expect(told == watch)
    }

    @Test func constantsAndZerosAreUsual() {
        for value in [0.0, 7, 1e9] {
            var watch = DemandWatch()
            #expect(alarms(&watch, [Double](repeating: value, count: 200)).allSatisfy { $0.reason == nil })
        }
    }

    @Test func aFreezeAtTheEndOfTimeDoesNotOverflow() {
        var (watch, _) = warm(50)
        #expect(watch.observe(9_999, at: .max).frozenUntil == .max)
    }
}
