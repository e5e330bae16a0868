// What any correction must keep to, whatever comes of prices.

import Domain
import Foundation
import Pricing
import Testing

@Suite struct CurveCorrectionTests {
    private let curve = DemandCurve(intercept: -0.5, slope: 3, reference: 1_000, centre: 0)

    private func prediction(
        logOdds: Double, term: Double = 0, saturation: Double = 1, sharpness: Double = 1
    ) -> DemandPrediction {
        DemandPrediction(
            logOdds: Float(logOdds), priceTerm: Float(term), saturation: Float(saturation), sharpness: Float(sharpness),
            settledAt: Timestamp(milliseconds: 0))
    }

    private func outcome(
        _ prediction: DemandPrediction, _ isBought: Bool, day: Int32 = 0, version: UInt64 = 1
    ) -> PriceOutcome {
        PriceOutcome(prediction, isBought: isBought, day: day, modelVersion: version)
    }

    /// Somebody and something that have met in these outcomes.
    private func learned(_ outcomes: [PriceOutcome]) -> (shopper: CurveCorrection, product: CurveCorrection) {
        var (shopper, product) = (CurveCorrection(.shopper), CurveCorrection(.product))
        for outcome in outcomes { CurveCorrection.learn(outcome, &shopper, &product) }
        return (shopper, product)
    }

    private func bytes(_ correction: CurveCorrection) -> [UInt8] {
        var writer = ByteWriter()
        correction.encode(to: &writer)
        return writer.bytes
    }

    @Test func whereNothingIsKnownNothingIsCorrected() {
        for level in [CorrectionLevel.shopper, .product] {
            #expect(CurveCorrection(level).belief(on: 20_000, of: 9).mean == .none)
        }
        #expect(curve.shifted(by: .none) == curve)
    }

    @Test func aPredictionIsTheCurveAtThePrice() throws {
        let price = Money(minorUnits: 1_200)
        let prediction = try #require(curve.prediction(at: price, settledAt: Timestamp(milliseconds: 7)))
        let chance = 1 / (1 + exp(-Double(prediction.logOdds)))
        #expect(abs(chance - curve.probability(at: price.real)) < 1e-6)
        #expect(abs(Double(prediction.priceTerm) - 3 * log(1.2)) < 1e-6)
        var mad = curve
        mad.intercept = 1_000
        #expect(mad.prediction(at: price, settledAt: Timestamp(milliseconds: 7)) == nil)
    }

    /// At a price above what the shopper is used to, a refusal speaks for a lower intercept and for a steeper slope, and
    /// never for the contrary.
    @Test func whoAlwaysRefusesAHighPriceGetsALowerOneWithinBounds() throws {
        let predicted = try #require(
            curve.prediction(at: Money(minorUnits: 1_150), settledAt: Timestamp(milliseconds: 0)))
        var (shopper, product) = (CurveCorrection(.shopper), CurveCorrection(.product))
        func best(_ shift: CurveShift) -> Double {
            OptimalPrice.solve(curve.shifted(by: shift), .profit, unitCost: 500, within: 550...2_000)
        }
        var shifts = [CurveShift.none]
        for _ in 0..<3_000 {
            CurveCorrection.learn(outcome(predicted, false), &shopper, &product)
            shifts.append(shopper.mean + product.mean)
        }
        let neverTurns = zip(shifts, shifts.dropFirst()).allSatisfy {
            $1.intercept <= $0.intercept && $1.logSlope >= $0.logSlope
        }
        #expect(neverTurns)
        #expect(best(shifts[20]) < best(.none) - 10)
        #expect(best(shifts[3_000]) < best(shifts[20]))
        #expect(shifts[3_000].intercept >= -2 && shifts[3_000].logSlope <= 1)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func whateverHappensACorrectionIsFiniteAndBounded(seed: UInt64) throws {
        var draws = Draws(seed: seed, "whatever")
        var (shopper, product) = (CurveCorrection(.shopper), CurveCorrection(.product))
        for _ in 0..<500 {
            let wild = draws.fraction() < 0.3
            let scale = wild ? 40.0 : 3
            let outcome = outcome(
                prediction(
                    logOdds: scale * (2 * draws.fraction() - 1), term: scale * (2 * draws.fraction() - 1),
                    saturation: draws.fraction() < 0.5 ? 1 : wild ? 1e-30 : draws.fraction(),
                    sharpness: draws.fraction() < 0.5 ? 1 : wild ? 60 : 0.3 + 20 * draws.fraction()),
                draws.fraction() < 0.5, day: wild ? Int32(truncatingIfNeeded: draws.next()) : Int32(draws.below(300)),
                version: UInt64(draws.below(3)))
            CurveCorrection.learn(outcome, &shopper, &product)
            for correction in [shopper, product] {
                let shift = correction.belief(on: .max, of: 1).mean
                #expect(shift.intercept.isFinite && shift.logSlope.isFinite)
                // Whatever learning leads to is read back.
                var reader = ByteReader(bytes(correction))
                #expect(try CurveCorrection(correction.level, from: &reader) == correction)
                try reader.finish()
            }
        }
    }

    /// Windows for purchases close long after a price was shown, and others early: what comes late is no new day.
    @Test func outcomesOfEarlierDaysThatComeLateDoNotMakeItFade() {
        let refusal = prediction(logOdds: 0, term: 0.3)
        let (inOrder, _) = learned((0..<40).map { outcome(refusal, false, day: $0 < 20 ? 0 : 6) })
        let (late, _) = learned(
            [outcome(refusal, false, day: 6)] + (0..<39).map { outcome(refusal, false, day: $0 % 2 * 6) })
        #expect(late.mean.intercept < 0.95 * inOrder.mean.intercept)
        #expect(late.day == 6)
        let (sameDay, _) = learned((0..<40).map { _ in outcome(refusal, false, day: 6) })
        #expect(late == sameDay)
    }

    /// While quotes of both models end, neither takes over from the other again and again.
    @Test func anotherModelTakesOverOnceADay() {
        let refusal = prediction(logOdds: 0, term: 0.3)
        let before = (0..<20).map { _ in outcome(refusal, false, day: 3, version: 1) }
        let mixed = (0..<20).map { outcome(refusal, false, day: 3, version: UInt64(1 + $0 % 2)) }
        #expect(learned(before + mixed).shopper == learned(before + before).shopper)
        let (next, _) = learned(before + [outcome(refusal, false, day: 4, version: 2)])
        let (kept, _) = learned(before + [outcome(refusal, false, day: 4, version: 1)])
        #expect(next.modelVersion == 2 && next.mean.intercept > 0.8 * kept.mean.intercept)
        let (lateOld, _) = learned(
            before + [outcome(refusal, false, day: 4, version: 2)]
                + (0..<10).map { outcome(refusal, false, day: $0 % 2 == 0 ? 3 : 4, version: UInt64(1 + $0 % 2)) })
        #expect(lateOld.modelVersion == 2 && lateOld.mean.intercept < next.mean.intercept)
    }

    /// The belief moves towards what happened and, on its own, not past it.
    @Test(arguments: [true, false], [1, 0.4, 8]) func anOutcomeIsLessSurprisingTheSecondTime(
        isBought: Bool, sharpness: Double
    ) {
        for logOdds in stride(from: -12.0, through: 12, by: 1.5) {
            for term in [-1.5, 0, 1.5] {
                let predicted = prediction(logOdds: logOdds, term: term, sharpness: sharpness)
                let (shopper, product) = learned([outcome(predicted, isBought)])
                let shift = shopper.mean + product.mean
                let now = logOdds + shift.intercept + term * (1 - exp(shift.logSlope))
                #expect(isBought ? now >= logOdds : now <= logOdds)
                // Whoever refuses what nearly everybody takes surprises the more, the sharper demand turns.
                #expect(abs(now - logOdds) < (sharpness > 1 ? 4 : 2))
            }
        }
    }

    /// A thousand shoppers meet one product whose demand has moved: it is the product's doing.
    @Test func whatManyShoppersDoIsTheProductsDoing() {
        var draws = Draws(seed: 5, "product")
        var product = CurveCorrection(.product)
        var shoppers: [CurveCorrection] = []
        for _ in 0..<3_000 {
            var shopper = CurveCorrection(.shopper)
            let term = 2 * draws.fraction() - 1
            let truth = 0.5 - term * exp(0.3)
            let isBought = draws.fraction() < 1 / (1 + exp(-truth))
            CurveCorrection.learn(outcome(prediction(logOdds: -term, term: term), isBought), &shopper, &product)
            shoppers.append(shopper)
        }
        #expect(abs(product.mean.intercept - 0.5) < 0.12)
        #expect(abs(product.mean.logSlope - 0.3) < 0.15)
        let late = shoppers.suffix(1_000).map(\.mean.intercept)
        #expect(abs(late.reduce(0, +) / 1_000) < 0.03)
    }

    /// What a model expects teaches nothing, however sharply demand turns: refusals under a ceiling are no surprise.
    @Test(arguments: [1, 3, 8, 30, 60], [-0.5, 0.1, 0.3, 0.8]) func aModelThatIsRightIsNotCorrected(
        sharpness: Double, logOdds: Double
    ) {
        let predicted = prediction(logOdds: logOdds, saturation: 0.95, sharpness: sharpness)
        let chance = 0.95 * CappedDemand.acceptance(logOdds: logOdds, sharpness: sharpness)
        var sum = 0.0
        for seed in 0..<200 as Range<UInt64> {
            var draws = Draws(seed: seed, "right")
            let outcomes = (0..<50).map { _ in outcome(predicted, draws.fraction() < chance) }
            sum += learned(outcomes).shopper.mean.intercept
        }
        // A prior deviation is .32.
        #expect(abs(sum / 200) < 0.06, "\(sum / 200)")
    }

    /// What a shopper is off by is found nevertheless.
    @Test(arguments: [1, 8, 30]) func aShopperWhoMindsMoreIsSeenToDoSo(sharpness: Double) {
        let predicted = prediction(logOdds: 0.2, saturation: 0.95, sharpness: sharpness)
        let chance = 0.95 * CappedDemand.acceptance(logOdds: -0.4, sharpness: sharpness)
        var draws = Draws(seed: 1, "off")
        let (shopper, product) = learned((0..<300).map { _ in outcome(predicted, draws.fraction() < chance) })
        let found = shopper.mean.intercept + product.mean.intercept
        #expect(found < -0.35 && found > -0.9, "\(found)")
    }

    /// A hair's difference of the price makes no leap of the belief.
    @Test(arguments: [1, 8, 30, 60]) func neighbouringPricesTeachNearlyTheSame(sharpness: Double) {
        let steps = stride(from: 0.0, through: 2.4, by: 0.01).map { logOdds in
            learned([outcome(prediction(logOdds: logOdds, saturation: 0.95, sharpness: sharpness), false)])
                .shopper.mean.intercept
        }
        let leaps = zip(steps, steps.dropFirst()).map { abs($1 - $0) }
        #expect(leaps.max() ?? 1 < 0.15)
    }

    /// Near the end of its ceiling, who buys hardly tells, and who does not tells much.
    @Test func aRefusalOfASharpDemandTellsMoreThanAPurchase() {
        let predicted = prediction(logOdds: 0.3, saturation: 1, sharpness: 8)
        let (bought, refused) = (
            learned([outcome(predicted, true)]).shopper.mean, learned([outcome(predicted, false)]).shopper.mean
        )
        #expect(bought.intercept > 0 && refused.intercept < 0)
        #expect(-refused.intercept > 5 * bought.intercept)
    }

    @Test func aSharpCurvesPredictionIsTheCurveAtThePrice() throws {
        var sharp = curve
        (sharp.saturation, sharp.sharpness) = (0.95, 6)
        let price = Money(minorUnits: 1_100)
        let prediction = try #require(sharp.prediction(at: price, settledAt: Timestamp(milliseconds: 7)))
        let chance =
            Double(prediction.saturation)
            * CappedDemand.acceptance(logOdds: Double(prediction.logOdds), sharpness: Double(prediction.sharpness))
        #expect(abs(chance - sharp.probability(at: price.real)) < 1e-6)
        #expect(prediction.isUsable)
        var wrong = prediction
        wrong.sharpness = .nan
        #expect(!wrong.isUsable)
    }

    @Test func theMoreUncertainOneTakesTheLargerPart() {
        var (veteran, newcomer, product) = (
            CurveCorrection(.shopper), CurveCorrection(.shopper), CurveCorrection(.product)
        )
        for turn in 0..<200 {
            var other = CurveCorrection(.product)
            CurveCorrection.learn(outcome(prediction(logOdds: 0), turn % 2 == 0), &veteran, &other)
        }
        let before = veteran.mean.intercept
        var same = product
        CurveCorrection.learn(outcome(prediction(logOdds: 0), true), &veteran, &product)
        CurveCorrection.learn(outcome(prediction(logOdds: 0), true), &newcomer, &same)
        #expect(newcomer.mean.intercept > 3 * (veteran.mean.intercept - before))
        // And what the veteran does is put down to the product.
        #expect(product.mean.intercept > same.mean.intercept)
    }

    @Test func whatWasLearnedFadesAndThePriorReturns() {
        let outcomes = Array(repeating: outcome(prediction(logOdds: 1), false), count: 30)
        let (shopper, product) = learned(outcomes)
        for (correction, halfLife) in [(shopper, Int32(60)), (product, 30)] {
            let fresh = correction.belief(on: 0, of: 1).mean.intercept
            #expect(fresh < -0.1)
            #expect(abs(correction.belief(on: halfLife, of: 1).mean.intercept / fresh - 0.5) < 1e-6)
            #expect(abs(correction.belief(on: 50 * halfLife, of: 1).mean.intercept) < 1e-9)
            // A clock that was set back is no time.
            #expect(correction.belief(on: -5, of: 1).mean.intercept == fresh)
        }
        // Long after, the next outcome weighs as much as the very first.
        var (late, lateProduct) = (shopper, product)
        let next = outcome(prediction(logOdds: 0), true, day: 20_000)
        CurveCorrection.learn(next, &late, &lateProduct)
        let first = learned([next])
        #expect(abs(late.mean.intercept - first.shopper.mean.intercept) < 1e-6)
        #expect(abs(lateProduct.mean.intercept - first.product.mean.intercept) < 1e-6)
    }

    @Test func anotherModelKeepsHalfAndDoubtsAll() {
        let shopper = learned((0..<300).map { outcome(prediction(logOdds: 0), $0 % 3 == 0) }).shopper
        #expect(shopper.belief(on: 0, of: 2).mean.intercept == shopper.belief(on: 0, of: 1).mean.intercept / 2)
        func step(_ version: UInt64) -> Double {
            var (next, product) = (shopper, CurveCorrection(.product))
            let before = next.belief(on: 1, of: version).mean.intercept
            CurveCorrection.learn(outcome(prediction(logOdds: 0), true, day: 1, version: version), &next, &product)
            return next.mean.intercept - before
        }
        #expect(step(2) > 2 * step(1))
    }

    @Test func theSameOutcomesGiveTheSameBytesAndAnotherOneGivesOthers() {
        let outcomes = (0..<50).map { (number: Int) -> PriceOutcome in
            let predicted = prediction(logOdds: Double(number % 7) - 3, term: 0.4)
            return outcome(predicted, number % 3 == 0, day: Int32(number))
        }
        #expect(bytes(learned(outcomes).shopper) == bytes(learned(outcomes).shopper))
        for left in outcomes.indices {
            var fewer = outcomes
            fewer.remove(at: left)
            #expect(bytes(learned(fewer).shopper) != bytes(learned(outcomes).shopper))
        }
    }

    @Test func bytesThatNothingLeadsToAreRefused() throws {
        let whole = bytes(learned([outcome(prediction(logOdds: 0), true)]).shopper)
        #expect(whole.count == CurveCorrection.encodedBytes)
        let hostile: [Double] = [.nan, .infinity, -.infinity, 1e300, -2]
        for (field, value) in (0..<5).flatMap({ field in hostile.map { (field, $0) } }) {
            var writer = ByteWriter()
            writer.write(value)
            var damaged = whole
            damaged.replaceSubrange(field * 8..<field * 8 + 8, with: writer.bytes)
            var reader = ByteReader(damaged)
            #expect(throws: ByteError.self) { try CurveCorrection(.shopper, from: &reader) }
        }
        for length in whole.indices {
            var reader = ByteReader(Array(whole.prefix(length)))
            #expect(throws: ByteError.self) { try CurveCorrection(.shopper, from: &reader) }
        }
    }

    @Test func thePortableExponentialIsTheExponential() {
        let errors = (-70_000...70_000).map { step in
            abs(portableExponential(Double(step) / 100) / exp(Double(step) / 100) - 1)
        }
        #expect(errors.max() ?? 1 < 2e-15)
        #expect(portableExponential(0) == 1)
        for step in 0...10_000 {
            let x = Double(step) / 10_000
            #expect(abs(portableLogarithm(onePlus: x) - log1p(x)) <= 2e-15 * x)
            for scale in [1e-9, 1, 50] {
                #expect(abs(portableRefusal(scale * x) + expm1(-scale * x)) <= 2e-15 * scale * x)
            }
        }
    }
}
