// The whole way from a file to prices, held against worlds whose truth is known. The worlds are small, so the bars are
// low; docs/evidence.md has the large ones.

import Domain
import Foundation
import Learning
import Models
import Pricing
import Testing
import World

@Suite struct ExposureLearnerTests {
    private static let ratios = 0.8...1.1

    private func learned(
        _ world: KnownWorld, rows: Int, _ laws: [DemandCandidate] = DemandCandidate.allCases
    ) throws -> (bundle: ExposureBundle, report: ExposureLearner.Report) {
        let folder = try Folder()
        let path = try folder.write(Exposures.csv(world, rows: rows), to: "e.csv")
        var settings = ExposureLearner.Settings()
        settings.candidates = laws
        return try ExposureLearner(settings).learn(try ExposureTable(path: path, for: .outcomes), version: 1)
    }

    private func priced(_ bundle: ExposureBundle, _ csv: String) throws -> [PricedRow] {
        let folder = try Folder()
        let path = try folder.write(csv, to: "q.csv")
        let table = try ExposureTable(path: path, for: .questions, kinds: bundle.preparation.kinds)
        return bundle.price(table, PricingTerms(objective: .profit, ratios: Self.ratios))
    }

    private func share(_ rows: [PricedRow], _ occasions: [Occasion]) -> Double {
        let proposed = zip(rows, occasions).map { ProposedPrice(occasion: $1, price: $0.price) }
        return PriceScore(proposed, within: PriceGrid(Self.ratios), tolerance: 1e-9).share
    }

    @Test(arguments: [
        (DemandLaw.logit, 0.6), (.linearLogit, 0.55), (.probit, 0.55), (.reference, 0.5), (.logLinear, 0.4),
        (.poisson, 0.55), (.thresholds, 0.35),
    ])
    func personalPricesGoMostOfTheWayToTheOracle(law: DemandLaw, atLeast: Double) throws {
        let world = KnownWorld(law: law, seed: 2)
        let (bundle, report) = try learned(world, rows: 60_000)
        let questions = Exposures.questions(world, rows: 4_000)
        let rows = try priced(bundle, questions.csv)
        #expect(bundle.policy == .personal)
        #expect((report.chosen == .saturated) == (law == .thresholds))
        let reached = share(rows, questions.occasions)
        #expect(reached > atLeast, "\(law): \(reached)")
        #expect(rows.allSatisfy { $0.probability > 0 && $0.probability < 1 && $0.elasticity > 0 })
        let held = try zip(rows, questions.occasions).count { row, occasion in
            try #require(row.interval).contains(
                occasion.demand.elasticity(atLogRatio: log(row.price / occasion.referencePrice)))
        }
        #expect(Double(held) / Double(rows.count) > 0.75, "\(law): \(held)")
    }

    /// The law of the sum, and what it is for: it goes part of the way, the prices it comes from go further.
    @Test func aWeightedSumOfFeaturesIsAPolicyToCompareWith() throws {
        let world = KnownWorld(law: .logit, seed: 2)
        var bundle = try learned(world, rows: 30_000, [.straight]).bundle
        bundle.policy = .personal
        let questions = Exposures.questions(world, rows: 4_000)
        let folder = try Folder()
        let table = try ExposureTable(
            path: folder.write(questions.csv, to: "q.csv"), for: .questions, kinds: bundle.preparation.kinds)
        let terms = PricingTerms(objective: .profit, ratios: Self.ratios)
        let priced = bundle.price(table, terms)
        let sum = bundle.weightedPrices(nearest: priced, table, terms)

        let names = bundle.preparation.featureNames
        let weights = Dictionary(uniqueKeysWithValues: sum.terms.map { ($0.name, $0.weight) })
        let features = bundle.preparation.rows(of: table)
        for row in stride(from: 0, to: table.count, by: 97) {
            let ratio = names.indices.reduce(sum.base) {
                $0 + (weights[names[$1]] ?? .nan) * Double(features[row * names.count + $1])
            }
            let kept = min(max(ratio, Self.ratios.lowerBound), Self.ratios.upperBound)
            #expect(abs(sum.prices[row] / table.referencePrices[row] - kept) < 1e-5)
        }
        #expect((0.4...0.98).contains(sum.explained), "\(sum.explained)")
        #expect(sum.terms.map(\.move) == sum.terms.map(\.move).sorted(by: >))
        let sums = zip(priced, sum.prices).map { row, price in
            var row = row
            row.price = price
            return row
        }
        let (reached, whole) = (share(sums, questions.occasions), share(priced, questions.occasions))
        #expect(reached > 0.2 && reached < whole - 0.02, "\(reached), \(whole)")

        bundle.policy = .uniform(ratio: 0.95)
        let same = bundle.weightedPrices(nearest: bundle.price(table, terms), table, terms)
        #expect(abs(same.base - 0.95) < 1e-9 && same.explained == 1 && same.terms.allSatisfy { $0.move < 1e-9 })
    }

    /// Neither column says the price, both together do; then again with one price in five drawn by lot.
    @Test func pricesThatSeveralColumnsSetTogetherAreRefused() throws {
        func learn(drawn share: Double) throws -> LearningError? {
            let folder = try Folder()
            var lottery = Draws(seed: 5, "prices")
            let text = Exposures.small(rows: 6_000) { row, fields in
                let (age, item) = (row * 7 % 50, row / 50 % 7)
                let isDrawn = lottery.fraction() < share
                let step = isDrawn ? Int(lottery.fraction() * 4) : (age < 25 ? 0 : 2) + (item < 3 ? 0 : 1)
                fields["age"] = "\(age)"
                fields["item"] = "i\(item)"
                fields["price"] = "\([8.0, 9, 10, 11][step])"
            }
            let table = try ExposureTable(path: try folder.write(text, to: "e.csv"), for: .outcomes)
            do throws(LearningError) {
                _ = try ExposureLearner().learn(table, version: 1)
                return nil
            } catch {
                return error
            }
        }
        let refusal = try #require(try learn(drawn: 0))
        #expect(refusal.place == "e.csv:price")
        #expect(refusal.remedy.contains("by lot"))
        #expect(try learn(drawn: 0.2) == nil)
    }

    /// When everybody is the same there is nothing to gain, and noise must not be taken for taste.
    @Test func personalPricesThatCannotBeShownToEarnMoreAreNotServed() throws {
        let folder = try Folder()
        let path = try folder.write(Exposures.small(rows: 6_000), to: "e.csv")
        let (bundle, report) = try ExposureLearner().learn(try ExposureTable(path: path, for: .outcomes), version: 1)
        guard case .uniform(let ratio) = bundle.policy else {
            Issue.record("personal prices are served: \(report.comparison)")
            return
        }
        // (10 r − 6) · (0.9 − 0.6 r) is highest at 1.05.
        #expect(abs(ratio - 1.05) < 0.03, "\(ratio)")
        let table = try ExposureTable(path: path, for: .questions, kinds: bundle.preparation.kinds)
        let rows = bundle.price(table, PricingTerms(objective: .profit, ratios: bundle.testedRatios))
        #expect(Set(rows.map { ($0.price * 1_000).rounded() }).count == 1)
        // Other aims have one price for everybody, too, and revenue is highest below profit.
        for (objective, expected) in [(PricingObjective.revenue, 0.8...0.95), (.conversion, 0.8...0.8)] {
            let others = Set(bundle.price(table, PricingTerms(objective: objective, ratios: Self.ratios)).map(\.price))
            #expect(others.count == 1 && expected.contains((others.first ?? 0) / 10), "\(objective): \(others)")
        }
    }

    /// Thirty purchases say next to nothing of a price response, whatever the slope that comes out.
    @Test(arguments: DemandCandidate.allCases) func fewPurchasesLeaveElasticitiesWideOpen(law: DemandCandidate) throws {
        let folder = try Folder()
        let rare = Exposures.small(rows: 3_000) { row, fields in fields["bought"] = row % 101 == 0 ? "1" : "0" }
        var settings = ExposureLearner.Settings()
        settings.candidates = [law]
        let path = try folder.write(rare, to: "e.csv")
        let (bundle, _) = try ExposureLearner(settings).learn(
            try ExposureTable(path: path, for: .outcomes), version: 1)
        for row in try priced(bundle, rare).prefix(100) {
            let interval = try #require(row.interval)
            #expect(interval.upperBound > 1.5 && interval.lowerBound < 0.5, "\(row)")
        }
    }

    /// From Tuesday to Friday more was bought every day. That says nothing of the days to come.
    @Test func aWeekdayThatWasNeverSeenIsPricedAsTheNearestOneThatWas() throws {
        let folder = try Folder()
        let day = 86_400
        let days = Exposures.small(rows: 4_000) { row, fields in
            fields["time"] = "\(1_700_000_000 + row * 3 * day / 4_000)"
            if row % 4 < row / 1_000 { fields["bought"] = "1" }
        }
        var settings = ExposureLearner.Settings()
        settings.candidates = [.straight]
        let (bundle, _) = try ExposureLearner(settings).learn(
            try ExposureTable(path: try folder.write(days, to: "e.csv"), for: .outcomes), version: 1)
        let saturday = 1_700_000_000 + 4 * day
        let asked = Exposures.small(rows: 14) { row, fields in
            fields["user"] = "u1"
            fields["age"] = "31"
            fields["time"] = "\(saturday + row / 7 * day)"
        }
        let priced = try priced(bundle, asked).map { [$0.price, $0.probability, $0.elasticity] }
        #expect(bundle.response.surface != nil)
        #expect(priced.prefix(7) == priced.suffix(7))
    }

    @Test(arguments: [DemandCandidate.straight, .saturated, .capped])
    func aBundleSurvivesItsBytesAndEveryTruncationIsNoticed(law: DemandCandidate) throws {
        let bundle = try learned(KnownWorld(law: .logit, seed: 1), rows: 3_000, [law]).bundle
        #expect(bundle.intervals != nil)
        let bytes = bundle.encode()
        #expect(try ExposureBundle.decode(bytes) == bundle)
        for length in stride(from: 0, to: bytes.count, by: 97) {
            #expect(throws: LearningError.self) { try ExposureBundle.decode(Array(bytes.prefix(length))) }
        }
        var damaged = bytes
        damaged[bytes.count / 2] ^= 1
        let error = #expect(throws: LearningError.self) { try ExposureBundle.decode(damaged) }
        #expect(error?.value == "a wrong checksum")
    }

    /// Whatever its last bytes say, where the intervals are: refused, or prices come out.
    @Test(arguments: [DemandCandidate.straight, .saturated, .capped])
    func anyIntervalsAreRefusedOrPrice(law: DemandCandidate) throws {
        let world = KnownWorld(law: .logit, seed: 1)
        let bytes = try learned(world, rows: 3_000, [law]).bundle.encode()
        let questions = Exposures.questions(world, rows: 20).csv
        var draws = Draws(seed: 1, "damage")
        var decoded: [ExposureBundle] = []
        var refused = 0
        for _ in 0..<300 {
            var damaged = bytes
            damaged[bytes.count - 1 - Int(draws.next() % 600)] = UInt8(truncatingIfNeeded: draws.next())
            let checksum = FNV1a.checksum(damaged[14...])
            for byte in 0..<8 { damaged[6 + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt64(byte))) }
            do throws(LearningError) {
                decoded.append(try ExposureBundle.decode(damaged))
            } catch {
                #expect(error.value != "a wrong checksum")
                refused += 1
            }
        }
        for bundle in decoded { #expect(try priced(bundle, questions).count == 20) }
        #expect(refused > 0 && refused < 300)
    }

    @Test(arguments: [DemandLaw.logit, .thresholds]) func theSameFileGivesTheSameModel(law: DemandLaw) throws {
        let world = KnownWorld(law: law, seed: 4)
        let first = try learned(world, rows: 3_000).bundle
        #expect(try learned(world, rows: 3_000).bundle == first)
    }

    @Test func aQuestionWithoutAFeatureOfTheBundleIsRefusedByName() throws {
        let world = KnownWorld(law: .logit, seed: 1)
        let bundle = try learned(world, rows: 3_000).bundle
        let csv = Exposures.questions(world, rows: 3).csv.replacingOccurrences(of: "quality", with: "other")
        let error = #expect(throws: LearningError.self) { try priced(bundle, csv) }
        #expect(error?.remedy.contains("“quality”") == true)
    }
}
