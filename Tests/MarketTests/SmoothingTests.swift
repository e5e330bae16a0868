// The smoothers against what they claim: their variances against simulated paths, their constants against series whose
// law is known.

import Domain
import Testing

import Market

@Suite struct SmoothingTests {
    private static let shapes: [(SmoothingShape, SmoothingConstants)] = [
        (SmoothingShape(), SmoothingConstants(level: 0.3)),
        (SmoothingShape(), SmoothingConstants(level: 1)),
        (SmoothingShape(hasTrend: true), SmoothingConstants(level: 0.4, trend: 0.15, damping: 0.9)),
        (SmoothingShape(season: 4), SmoothingConstants(level: 0.3, season: 0.3)),
        (
            SmoothingShape(hasTrend: true, season: 4),
            SmoothingConstants(level: 0.4, trend: 0.1, damping: 0.85, season: 0.25)
        ),
    ]

    @Test(arguments: shapes.indices)
    func theVarianceAheadIsThatOfSimulatedPaths(_ index: Int) {
        let (shape, constants) = Self.shapes[index]
        var draws = Draws(seed: 5, "history")
        let history = (0..<60).map { _ in Double?.some(10 + draws.normal()) }
        let smoother = Smoothing(shape, constants, over: history)
        let ahead = smoother.forecast(8)
        var sums = [Double](repeating: 0, count: 8)
        var squares = sums
        let paths = 20_000
        for path in 0..<paths {
            var future = smoother
            var draws = Draws(seed: 6, "path", UInt64(path))
            for step in 0..<8 {
                let value = future.expectation + smoother.deviation * draws.normal()
                future.update(value)
                sums[step] += value
                squares[step] += value * value
            }
        }
        for step in 0..<8 {
            let mean = sums[step] / Double(paths)
            let deviation = (squares[step] / Double(paths) - mean * mean).squareRoot()
            #expect(abs(mean - ahead[step].mean) < 0.03 * ahead[step].deviation + 0.02)
            #expect(abs(deviation / ahead[step].deviation - 1) < 0.02)
        }
    }

    @Test func aLevelThatMovesIsFollowedAndNoiseIsNot() {
        var draws = Draws(seed: 1, "series")
        var level = 0.0
        let walk = (0..<200).map { _ in
            level += draws.normal()
            return Double?.some(level)
        }
        let noise = (0..<200).map { _ in Double?.some(draws.normal()) }
        #expect(Smoothing(fitting: SmoothingShape(), to: walk).constants.level > 0.85)
        #expect(Smoothing(fitting: SmoothingShape(), to: noise).constants.level < 0.12)
    }

    @Test func aSeasonAndATrendAreCarriedOn() {
        let values = (0..<60).map { Double?.some(5 + 0.1 * Double($0) + [3.0, 0, -3, 0][$0 % 4]) }
        let shape = SmoothingShape(hasTrend: true, season: 4)
        let ahead = Smoothing(fitting: shape, to: values).forecast(4)
        for (step, normal) in ahead.enumerated() {
            #expect(abs(normal.mean - (5 + 0.1 * Double(60 + step) + [3.0, 0, -3, 0][step])) < 0.35)
        }
    }

    @Test func aMissingValueIsNoNews() {
        let shape = SmoothingShape()
        let constants = SmoothingConstants(level: 0.4)
        let whole = Smoothing(shape, constants, over: [1, 2, 3, 4, 9])
        let holed = Smoothing(shape, constants, over: [1, 2, 3, 4, nil, nil, 9])
        #expect(holed.forecast(1)[0].mean == whole.forecast(1)[0].mean)
        #expect(holed.freedom == whole.freedom)
        #expect(Smoothing(shape, constants, over: [nil, nil]).forecast(2).allSatisfy { $0.mean == 0 })
    }

    @Test func whatHasNotBeenSeenForLongIsLessCertain() {
        let known: [Double?] = [1, 2, 3, 2, 4, 2, 3]
        let constants = SmoothingConstants(level: 0.4)
        let ahead = Smoothing(SmoothingShape(), constants, over: known).forecast(300)
        let late = Smoothing(SmoothingShape(), constants, over: known + [Double?](repeating: nil, count: 299)).forecast(
            1)
        #expect(late[0] == ahead[299])
        #expect(late[0].deviation > 4 * ahead[0].deviation)
    }

    @Test func theSimplexFindsTheBottomOfABentValley() {
        let best = NelderMead.minimum(from: [-1.2, 1], steps: 400) { point in
            let bend = point[1] - point[0] * point[0]
            return 100 * bend * bend + (1 - point[0]) * (1 - point[0])
        }
        #expect(abs(best[0] - 1) < 0.01 && abs(best[1] - 1) < 0.02)
    }

    @Test func oneMistypedWeekIsTakenOutAndALastingShiftStays() {
        var draws = Draws(seed: 3, "series")
        var values = (0..<40).map { _ in Double?.some(4 + 0.1 * draws.normal()) }
        values[20] = 9
        for place in 30..<40 { values[place] = 6 + 0.1 * draws.normal() }
        let cleaned = Robust.withoutOutliers(values)
        #expect((cleaned[20] ?? 0) < 4.5)
        #expect(cleaned[30...] == values[30...])
        #expect(zip(cleaned, values).count { $0 != $1 } <= 3)
    }

    @Test func anItemThatNoLongerSellsFades() {
        var units = (0..<60).map { Double?.some($0 % 5 == 0 ? 3 : 0) }
        let selling = IntermittentDemand(fitting: units).forecast
        #expect((0.4...0.9).contains(selling.units))
        #expect(selling.low == 0 && selling.high >= 2.9)
        units += [Double?](repeating: 0, count: 60)
        #expect(IntermittentDemand(fitting: units).forecast.units < 0.1)
        #expect(IntermittentDemand(fitting: [0, 0, 0]).forecast == DemandForecast(units: 0, low: 0, high: 0))
    }
}
