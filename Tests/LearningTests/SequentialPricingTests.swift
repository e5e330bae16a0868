// Learning while selling: chances are what they are said to be, the range opens and closes for a reason, and the loss
// against the oracle shrinks.

import Domain
import Foundation
import Learning
import Pricing
import Testing

@Suite struct PriceLotteryTests {
    private let ladder = PriceLadder(0.7...1.4, open: 0.8...1.1)

    private func lottery(slope: Double, deviation: Double, ticketsPerSlope: Int = 1) -> PriceLottery {
        PriceLottery(
            DemandCurve(intercept: 0.2, slope: slope, reference: 20, centre: 0), logSlopeDeviation: deviation,
            unitCost: 12, objective: .profit, on: ladder, ticketsPerSlope: ticketsPerSlope)
    }

    @Test func chancesAreTheSharesOfManyDraws() {
        let lottery = lottery(slope: 5, deviation: 0.4)
        var draws = Draws(seed: 3, "test")
        var counts: [Int: Int] = [:]
        for _ in 0..<64_000 { counts[lottery.draw(&draws), default: 0] += 1 }
        #expect(counts.count > 3)
        #expect(abs(ladder.rungs.indices.reduce(0) { $0 + lottery.chance(of: $1) } - 1) < 1e-12)
        for (rung, count) in counts {
            #expect(abs(Double(count) / 64_000 - lottery.chance(of: rung)) < 0.01, "rung \(rung)")
        }
    }

    @Test func theLessIsKnownTheWiderPricesAreTried() {
        let known = Set(lottery(slope: 5, deviation: 0.01).tickets)
        let unknown = Set(lottery(slope: 5, deviation: 0.8).tickets)
        #expect(known.count == 3)
        #expect(unknown.count > known.count)
    }

    @Test func theMoreIsKnownTheRarerAreThePricesBesideTheBest() {
        for tickets in 1...6 {
            let lottery = lottery(slope: 5, deviation: 0.01, ticketsPerSlope: tickets)
            #expect(Set(lottery.tickets) == Set(self.lottery(slope: 5, deviation: 0.01).tickets))
            #expect(lottery.chance(of: lottery.middle + 1) == 1 / Double(16 * tickets + 2))
        }
    }

    @Test func pricesStayWhereTheLadderIsOpen() {
        for slope in [0.5, 1, 2, 5, 10, 40] {
            for rung in lottery(slope: slope, deviation: 0.7).tickets { #expect(ladder.open.contains(rung)) }
        }
    }
}

@Suite struct PriceLadderTests {
    /// Who minds a price above the reference most is best charged exactly that.
    @Test(arguments: [0.7...1.4, 0.5...2.0, 0.83...1.21, 0.9...0.95, 1.01...1.02, 0.995...1.0])
    func theReferencePriceAndBothEndsAreRungs(ratios: ClosedRange<Double>) {
        let ladder = PriceLadder(ratios, open: ratios)
        #expect(ladder.rungs.first == log(ratios.lowerBound) && ladder.rungs.last == log(ratios.upperBound))
        #expect(ladder.rungs.contains(0) == ratios.contains(1))
        for (below, above) in zip(ladder.rungs, ladder.rungs.dropFirst()) {
            #expect(below < above && above - below <= 1.5 * 0.025 + 1e-12)
        }
    }

    @Test func theNearestRungIsTheNearestOfAll() {
        let ladder = PriceLadder(0.7...1.4, open: 0.7...1.4)
        for step in -200...200 {
            let price = Double(step) / 400
            let nearest = ladder.nearest(to: price)
            #expect(ladder.rungs.allSatisfy { abs(ladder.rungs[nearest] - price) <= abs($0 - price) })
        }
        #expect(ladder.nearest(to: .infinity) == ladder.rungs.count - 1)
        #expect(ladder.nearest(to: -.infinity) == 0)
    }

    @Test func aRangeOpensWhilePredictionsHoldAndClosesWhenTheyFail() {
        var kept = EndEvidence()
        var broken = EndEvidence()
        var draws = Draws(seed: 1, "test")
        for _ in 0..<20_000 {
            kept.add(predicted: 1, earned: draws.fraction() < 0.25 ? 4 : 0)
            broken.add(predicted: 1, earned: draws.fraction() < 0.18 ? 4 : 0)
        }
        #expect(kept.verdict == .asPredicted)
        #expect(broken.verdict == .worse)
        #expect(EndEvidence().verdict == .unknown)
    }

    /// Few decisions neither open nor close anything.
    @Test func littleEvidenceIsNone() {
        var evidence = EndEvidence()
        for index in 0..<600 { evidence.add(predicted: 1, earned: index % 10 == 0 ? 10 : 0) }
        #expect(evidence.verdict == .unknown)
    }

    @Test func noEndLeavesTheLadder() {
        var ladder = PriceLadder(0.7...1.4, open: 0.8...1.1)
        #expect(abs(exp(ladder.rungs[ladder.open.lowerBound]) - 0.8) < 0.02)
        #expect(abs(exp(ladder.rungs[ladder.open.upperBound]) - 1.1) < 0.02)
        for _ in 0..<40 { PriceLadder.End.allCases.forEach { ladder.widen($0) } }
        #expect(ladder.open == 0...(ladder.rungs.count - 1))
        for _ in 0..<40 { PriceLadder.End.allCases.forEach { ladder.narrow($0) } }
        // Back to what was tried at random, and no further.
        #expect(ladder == PriceLadder(0.7...1.4, open: 0.8...1.1))
    }
}

@Suite struct SequentialPricingTests {
    @Test(arguments: [0, 1, 2_999, 3_000, 3_001, 9_999, 10_000, 10_001, 60_000])
    func aFitLearnsFromTheWholeTrialAndTheLatestRows(count: Int) {
        var settings = SequentialPricing.Settings()
        settings.trialDecisions = 3_000
        settings.mostRows = 10_000
        let places = settings.places(toLearnFrom: count)
        #expect(places.count == min(count, 10_000))
        #expect(places.prefix(3_000) == Array(0..<min(3_000, count))[...])
        #expect(places.dropFirst(3_000) == Array(max(min(3_000, count), count - 7_000)..<count)[...])
        settings.mostRows = 2_000
        #expect(settings.places(toLearnFrom: count) == Array(0..<min(2_000, count)))
    }
}
