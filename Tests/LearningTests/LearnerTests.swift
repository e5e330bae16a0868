import Domain
import Features
import Learning
import Models
import Testing

@Suite struct LearnerTests {
    @Test func learningGivesABundleThatDecodesAndPredictsTheSame() throws {
        let data = littleShop(shoppers: 150, weeks: 14)
        let learner = Learner(data, calendar: .utc, settings: settings(trained: 4...10, tested: 11...13))
        var phases: [Learner.Phase] = []
        let (bundle, report, _) = try learner.learn(version: 3) { phase, share in
            #expect((0...1).contains(share))
            if phases.last != phase { phases.append(phase) }
        }
        #expect(phases == Learner.Phase.allCases)
        #expect(try ModelBundle.decode(bundle.encode(), featureNames: FeatureSchema.names) == bundle)
        #expect(bundle.version == 3)
        #expect(bundle.products.count == 4)
        #expect(bundle.products.allSatisfy { $0.population.count == FeatureSchema.count })
        #expect(bundle.goldens.count >= 32)
        #expect(report.largestDifference <= 1e-5)
        #expect(report.evaluation.smallestSlope > 0)
        #expect(report.evaluation.auc > 0.6)
        #expect(report.trainedRows == Int(bundle.information.rows))
        #expect(abs(report.slopeImportance.reduce(0) { $0 + $1.share } - 1) < 1e-9 || report.slope.trees == 0)
    }

    @Test func withoutPriceAndPromotionAFitKnowsLess() throws {
        let data = littleShop(shoppers: 150, weeks: 14, dealsPull: true)
        let learner = Learner(data, calendar: .utc, settings: settings(trained: 4...10, tested: 11...13))
        let whole = try learner.learn(version: 1).report.evaluation
        for without in try learner.referencesWithoutMarket() {
            #expect(without.logLoss > whole.logLoss + 0.01, "\(without), \(whole.logLoss)")
            #expect(without.auc < whole.auc)
        }
    }

    @Test func thePopulationRowIsTheMeanOfTheTrainingRows() throws {
        let data = littleShop(shoppers: 60, weeks: 10)
        let learner = Learner(data, calendar: .utc, settings: settings(trained: 3...7, tested: 8...9))
        let bundle = try learner.learn(version: 1).bundle
        let matrix = try MatrixReplay(data, calendar: .utc, ratesThrough: week + 7)
            .matrices(of: [(week + 3)...(week + 7)])[0]
        let rows = (0..<matrix.count).filter { matrix.products[$0] == 2 }.map { matrix.row($0) }
        let statistics = try #require(bundle.statistics(of: ProductKey(product: data.products[2])))
        for column in 0..<FeatureSchema.count {
            let mean = rows.reduce(0) { $0 + Double($1[column]) } / Double(rows.count)
            #expect(abs(Double(statistics.population[column]) - mean) < 1e-4 * max(1, abs(mean)))
        }
    }

    @Test func weeksThatOverlapOrHoldNothingAreRefused() throws {
        let data = littleShop(shoppers: 10, weeks: 6)
        for (trained, tested) in [(Int32(0)...3, Int32(3)...5), (0...3, 40...45)] {
            let learner = Learner(data, calendar: .utc, settings: settings(trained: trained, tested: tested))
            let error = #expect(throws: LearningError.self) { try learner.learn(version: 1) }
            #expect(error?.place == "settings.testedWeeks")
        }
    }

    @Test func rankingFiguresAreThoseOfTheTextbook() {
        let probabilities = [0.9, 0.8, 0.7, 0.6, 0.55, 0.5]
        let labels: [Float] = [1, 0, 1, 1, 0, 0]
        let ranking = Evaluation.ranking(probabilities, labels)
        #expect(abs(ranking.auc - 7.0 / 9) < 1e-12)
        #expect(abs(ranking.averagePrecision - (1 + 2.0 / 3 + 3.0 / 4) / 3) < 1e-12)
        #expect(Evaluation.ranking([0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0]).auc == 0.5)
        #expect(abs(Evaluation.logLoss([0.5, 0.5], [1, 0]) - 0.693_147_180_559_945) < 1e-12)
        #expect(Evaluation.logLoss([0, 1], [1, 0]).isFinite)
    }
}
