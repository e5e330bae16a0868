import Domain
import Foundation
import Testing
import World

@Suite struct KnownWorldTests {
    @Test(arguments: DemandLaw.allCases)
    func theSameSeedIsTheSameWorld(_ law: DemandLaw) {
        let (first, again) = (KnownWorld(law: law, seed: 7), KnownWorld(law: law, seed: 7))
        for (row, same) in zip(first.exposures(500), again.exposures(500)) {
            #expect(row.question.shopper == same.question.shopper)
            #expect(row.question.item == same.question.item)
            #expect(row.question.moment == same.question.moment)
            #expect(row.question.time == same.question.time)
            #expect(row.price == same.price && row.isBought == same.isBought)
            #expect(first.demand(row.question) == again.demand(same.question))
        }
    }

    @Test func anotherSeedIsAnotherWorld() {
        let (first, other) = (KnownWorld(law: .logit, seed: 7), KnownWorld(law: .logit, seed: 8))
        #expect((0..<100).allSatisfy { first.shopper($0) != other.shopper($0) })
        #expect((0..<60).allSatisfy { first.item($0) != other.item($0) })
        // Not only the features differ: so does what they mean.
        let questions = first.questions(500)
        #expect(questions.count { first.demand($0) == other.demand($0) } == 0)
        #expect(abs(correlation(of: questions.map { (first.demand($0).slope, other.demand($0).slope) })) < 0.9)
    }

    @Test func theTruthOfARowNeedsItsNumbersAndItsMomentAlone() {
        let known = KnownWorld(law: .probit, seed: 3)
        for row in known.questions(300) {
            let moment = Moment(values: row.moment.values.compactMap { Double($0.description) })
            let again = known.demand(shopper: row.shopperNumber, item: row.itemNumber, moment, at: row.time)
            #expect(again == known.demand(row))
        }
    }

    @Test func whatIsGeneratedBeforeChangesNothingAfter() {
        let known = KnownWorld(law: .logit, seed: 3)
        let (few, many) = (known.exposures(10), known.exposures(1_000))
        #expect(zip(few, many).allSatisfy { $0.price == $1.price && $0.isBought == $1.isBought })
    }

    @Test func timesAscendAndQuestionsComeAfterwards() throws {
        let known = KnownWorld(law: .logit, seed: 3)
        let times = known.exposures(2_000).map(\.question.time)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        let (first, last) = (try #require(times.first), try #require(times.last))
        #expect(last.milliseconds - first.milliseconds > 5 * 7 * 86_400_000)
        #expect(try #require(known.questions(10).first).time > last)
        #expect(times.allSatisfy { $0.milliseconds % 1_000 == 0 })
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func anItemCostsAboutHalfToThreeQuartersOfItsReferencePrice(_ seed: UInt64) {
        let known = KnownWorld(law: .logit, seed: seed)
        for number in 0..<UInt64(KnownWorld.itemCount) {
            let item = known.item(number)
            #expect((0.49...0.79).contains(item.unitCost.real / item.referencePrice.real))
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func shoppersDifferInHowTheyMindThePrice(_ seed: UInt64) {
        let known = KnownWorld(law: .logit, seed: seed)
        let demands = known.questions(4_000).map { known.demand($0) }
        let slopes = demands.map(\.slope).sorted()
        #expect((3.5...5.5).contains(slopes.reduce(0, +) / Double(slopes.count)))
        #expect(slopes[200] < 2 && slopes[3_800] > 8)
        #expect(demands.allSatisfy { (-0.2...0.15).contains($0.threshold) && (0...1).contains($0.wanting) })
    }

    @Test(arguments: WorldCase.all)
    func aboutOneInThreeToTwoInThreeBuy(_ world: WorldCase) {
        let rows = world.world.exposures(10_000)
        #expect((0.25...0.65).contains(Double(rows.count(where: \.isBought)) / Double(rows.count)))
    }

    /// By price and by what the law expects, so that neither hides an error of the other.
    @Test(arguments: DemandLaw.allCases)
    func purchasesComeAsOftenAsTheLawSays(_ law: DemandLaw) {
        let known = KnownWorld(law: law, seed: 11)
        var cells: [Int: (bought: Double, expected: Double, variance: Double)] = [:]
        for row in known.exposures(60_000) {
            let chance = known.demand(row.question).probability(atLogRatio: log(row.ratio))
            let cell = Int((row.ratio * 20).rounded()) * 5 + Int(chance * 5)
            var sums = cells[cell] ?? (0, 0, 0)
            sums.bought += row.isBought ? 1 : 0
            sums.expected += chance
            sums.variance += chance * (1 - chance)
            cells[cell] = sums
        }
        #expect(cells.count >= 28)
        for sums in cells.values {
            // Five standard deviations, and one purchase for what is too rare to be normal.
            #expect(abs(sums.bought - sums.expected) <= 5 * sums.variance.squareRoot() + 1)
        }
    }

    @Test func eachPriceIsTriedEquallyOften() {
        let rows = KnownWorld(law: .logit, seed: 2).exposures(21_000)
        var counts = [Int](repeating: 0, count: RandomExposure.ratios.count)
        for row in rows {
            let tried = RandomExposure.ratios.indices.filter { abs(RandomExposure.ratios[$0] - row.ratio) < 0.004 }
            #expect(tried.count == 1)
            for index in tried { counts[index] += 1 }
        }
        let deviation = (21_000 * RandomExposure.propensity * (1 - RandomExposure.propensity)).squareRoot()
        #expect(counts.allSatisfy { abs(Double($0) - 3_000) < 5 * deviation })
    }

    private func correlation(of pairs: [(Double, Double)]) -> Double {
        let count = Double(pairs.count)
        let left = pairs.reduce(0) { $0 + $1.0 } / count
        let right = pairs.reduce(0) { $0 + $1.1 } / count
        let both = pairs.reduce(0) { $0 + ($1.0 - left) * ($1.1 - right) }
        let leftSquares = pairs.reduce(0) { $0 + ($1.0 - left) * ($1.0 - left) }
        let rightSquares = pairs.reduce(0) { $0 + ($1.1 - right) * ($1.1 - right) }
        return both / (leftSquares * rightSquares).squareRoot()
    }
}
