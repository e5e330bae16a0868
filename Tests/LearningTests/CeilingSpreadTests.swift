// Intervals under a law with a ceiling, from predictions whose error is known.

import Domain
import Learning
import Testing

@Suite struct CeilingSpreadTests {
    private static let slope = 4.0

    private struct Sample {
        var predictions: [CrossFittedPrediction] = []
        /// The truth.
        var elasticities: [Double] = []

        var spread: CeilingSpread? { CeilingSpread(predictions, elasticities: elasticities, slopeError: 0) }
    }

    /// Prices from far below the turn to far above, whose log-odds are known but for an error.
    private func sample(_ count: Int, seed: UInt64, error: Double, sharpness: Double) -> Sample {
        var draws = Draws(seed: seed, "predictions")
        var sample = Sample()
        for row in 0..<count {
            let logOdds = -3 + 6 * draws.fraction()
            let told = logOdds + error * (2 * draws.fraction() - 1)
            sample.predictions.append(prediction(told, row: row))
            sample.elasticities.append(elasticity(logOdds, sharpness))
        }
        return sample
    }

    private func prediction(_ logOdds: Double, row: Int = 0) -> CrossFittedPrediction {
        CrossFittedPrediction(row: row, logPrice: 0, logOdds: logOdds, logOddsSlope: Self.slope)
    }

    private func elasticity(_ logOdds: Double, _ sharpness: Double) -> Double {
        Self.slope * (1 - CappedDemand.readiness(logOdds: logOdds, sharpness: sharpness))
    }

    private func interval(
        _ spread: CeilingSpread, at logOdds: Double, sharpness: Double
    ) throws -> ClosedRange<Double> {
        try #require(
            spread.interval(
                around: elasticity(logOdds, sharpness), slope: Self.slope, logOddsSlope: Self.slope, logOdds: logOdds))
    }

    private struct Judgement {
        /// Share of the elasticities that are within.
        var held: Double
        var meanWidth: Double
    }

    private func judge(error: Double, sharpness: Double) throws -> Judgement {
        let spread = try #require(sample(20_000, seed: 1, error: error, sharpness: sharpness).spread)
        let fresh = sample(20_000, seed: 2, error: error, sharpness: sharpness)
        let intervals = try fresh.predictions.map { try interval(spread, at: $0.logOdds, sharpness: sharpness) }
        return Judgement(
            held: Double(intervals.indices.count { intervals[$0].contains(fresh.elasticities[$0]) }) / 20_000,
            meanWidth: intervals.reduce(0) { $0 + $1.upperBound - $1.lowerBound } / 20_000)
    }

    @Test(arguments: [1.0, 5, 20])
    func nineInTenElasticitiesAreWithinAndIntervalsAreAsWideAsTheTurnIsUnknown(sharpness: Double) throws {
        let (known, doubted) = (try judge(error: 0.1, sharpness: sharpness), try judge(error: 1, sharpness: sharpness))
        #expect(known.held > 0.9 && doubted.held > 0.9, "\(known), \(doubted)")
        #expect(known.meanWidth < 0.9 * doubted.meanWidth && doubted.meanWidth < 0.75 * Self.slope)
    }

    /// A turn may be sharper than any that was fitted: then nothing is felt below it.
    @Test func onlyPastTheTurnIsAnElasticityKnownNotToBeNothing() throws {
        let spread = try #require(sample(20_000, seed: 1, error: 1, sharpness: 10).spread)
        for (logOdds, isPast) in [(2.5, false), (0.1, false), (-1.5, true), (-2.5, true)] {
            let interval = try interval(spread, at: logOdds, sharpness: 10)
            #expect((interval.lowerBound > 1) == isPast, "\(logOdds): \(interval)")
            #expect((interval.upperBound < 1) == (logOdds > 2), "\(logOdds): \(interval)")
        }
    }

    /// Few rows say little of any slope, however alike the two halves come out.
    @Test func nobodysSlopeIsKnownBetterThanThatOfAllTogether() throws {
        let known = sample(1_000, seed: 1, error: 0, sharpness: 1)
        let spread = try #require(
            CeilingSpread(known.predictions, elasticities: known.elasticities, slopeError: 2))
        let interval = try interval(spread, at: -3, sharpness: 1)
        #expect(interval.lowerBound < 1 && interval.upperBound > 6, "\(interval)")
    }

    @Test func tooFewPredictionsAndNumbersThatRunOutSayNothing() throws {
        #expect(sample(99, seed: 1, error: 1, sharpness: 1).spread == nil)
        #expect(Sample().spread == nil)
        var broken = sample(150, seed: 1, error: 1, sharpness: 1)
        for row in 0..<51 { broken.predictions[row].logOddsSlope = [0, .nan, .infinity][row % 3] }
        #expect(broken.spread == nil)
        let spread = try #require(sample(100, seed: 1, error: 1, sharpness: 1).spread)
        #expect(spread.interval(around: .nan, slope: 0, logOddsSlope: .nan, logOdds: .nan) == nil)
    }
}
