// What looking often costs: an interval for one look is wrong again and again, one for all looks is not. Every bound is
// 5 % and three standard errors of the simulation.

import Domain
import Experiments
import Testing

@Suite struct SequentialTests {
    /// Forty looks, evenly apart.
    private func looks(_ rows: Int) -> [Int] { (1...40).map { rows * $0 / 40 } }

    @Test func lookingFortyTimesBreaksTheFixedIntervalAndNotTheSequentialOne() {
        let tally = LookingTally(
            PlantedExperiment(users: 4_000), runs: 500, looks: looks(4_000), .perUser(column: 0))
        #expect(tally.share(tally.fixedFound) > 0.2)
        #expect(tally.share(tally.sequentialFound) <= 0.05 + 0.03)
    }

    @Test func anIntervalExcludesZeroExactlyWhenItsPValueIsSmall() {
        for seed in 0..<200 {
            let table = PlantedExperiment(users: 500, effect: 0.3).table(seed: UInt64(seed))
            for known in table.comparisons(looks: [500]).compactMap(\.uncertainty) {
                #expect(known.sequential.contains(0) == (known.sequentialPValue >= 0.05))
                #expect(known.sequential.lowerBound < known.fixed.lowerBound)
                #expect(known.sequential.upperBound > known.fixed.upperBound)
            }
        }
    }

    @Test func rowsOfOneUserAreNotSeparateEvidence() {
        let experiment = PlantedExperiment(users: 200, rowsPerUser: 20, userDeviation: 1)
        let tally = LookingTally(experiment, runs: 400, looks: looks(4_000), .perRow(column: 0))
        #expect(tally.share(tally.sequentialFound) <= 0.05 + 0.033)
        #expect(tally.share(tally.fixedFound) > 0.07)
    }

    @Test func usersWhoKeepComingWithoutALevelOfTheirOwnAreCovered() {
        // The hardest for a clock: no user after the first round, and rows that are all new.
        let experiment = PlantedExperiment(users: 200, rowsPerUser: 20)
        let tally = LookingTally(experiment, runs: 400, looks: looks(4_000), .perUser(column: 0))
        #expect(tally.share(tally.sequentialFound) <= 0.05 + 0.033)
    }

    @Test func heavyTailsAreCoveredAtAllTimesAtOnce() {
        // Revenue of shoppers of whom one in ten buys, lognormally.
        var experiment = PlantedExperiment(users: 4_000, effect: 0.2)
        experiment.noise = { draws in
            let buys = draws.fraction() < 0.1
            return buys ? 10 * exponential(1.2 * draws.normal()) : 0
        }
        let tally = LookingTally(experiment, runs: 400, looks: looks(4_000), truth: 0.2, .perUser(column: 0))
        #expect(tally.share(tally.sequentialMissed) <= 0.05 + 0.033)
        #expect(tally.share(tally.fixedMissed) > 0.2)
    }

    @Test func aRealEffectIsFound() {
        // Four standard errors at the end: a single look would find it in 98 of 100.
        let experiment = PlantedExperiment(users: 6_400, effect: 0.1)
        let tally = LookingTally(experiment, runs: 200, looks: looks(6_400), truth: 0.1, .perUser(column: 0))
        #expect(tally.share(tally.sequentialFound) > 0.75)
        #expect(tally.share(tally.sequentialMissed) <= 0.05 + 0.046)
    }

    @Test func theBoundaryHoldsForABrownianPathWatchedAtEveryStep() {
        // No estimated variance, no normal approximation: the theorem alone.
        let boundary = MixtureBoundary(tunedTo: 500)
        var crossed = 0
        for seed in 0..<1_000 {
            var draws = Draws(seed: UInt64(seed), "path")
            var sum = 0.0
            for step in 1...5_000 {
                sum += draws.normal()
                if boundary.pValue(score: sum / Double(step).squareRoot(), rows: step) < 0.05 {
                    crossed += 1
                    break
                }
            }
        }
        #expect(Double(crossed) / 1_000 <= 0.05 + 0.021)
        #expect(crossed > 5)
    }
}
