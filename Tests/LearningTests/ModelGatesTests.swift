// What may take the serving model's place, and what may not.

import Domain
import Foundation
import Learning
import Models
import Pricing
import Testing

@Suite struct ModelGatesTests {
    private static let columns = ["taste"]

    /// One tree that adds `gain · taste`'s sign to the intercept.
    private func model(intercept: Float, taste: Float = 1, slope: Float = 2) throws -> ResponseModel {
        let tree = try DecisionTree(
            nodes: [.split(feature: 0, threshold: 0, left: 1), .leaf(-taste), .leaf(taste)], featureCount: 1, place: "t"
        )
        return try ResponseModel(
            intercept: FlatForest(trees: [tree], featureCount: 1), logSlope: FlatForest(trees: [], featureCount: 1),
            interceptBase: intercept, logSlopeBase: log(slope), centre: 0, slopes: 0.1...20)
    }

    private func log(_ value: Float) -> Float { value == 2 ? 0.693_147_2 : 2.302_585 }

    /// Rows of one product whose purchases follow `truth`.
    private func rows(_ truth: ResponseModel, count: Int = 20_000) -> TrainingMatrix {
        var matrix = TrainingMatrix(width: 1)
        var lottery = Lottery(seed: 5)
        for _ in 0..<count {
            let row = [Float.random(in: -1...1, using: &lottery)]
            let price = Float.random(in: -0.2...0.1, using: &lottery)
            let (intercept, slope, _) = truth.referenceScore(row)
            let chance = truth.probability(intercept: intercept, slope: slope, logRelativePrice: Double(price))
            matrix.append(
                row: row, logRelativePrice: price, bought: Double.random(in: 0..<1, using: &lottery) < chance,
                product: 0)
        }
        return matrix
    }

    private var range: PersonalRange {
        let row = CatalogueRow(
            product: "tea", name: "tea", category: "food", currency: Currency(code: "USD")!,
            listPrice: Money(minorUnits: 1_000), unitCost: Money(minorUnits: 500), minimumPrice: nil, deal: nil,
            displayShare: 0, mailerShare: 0, effectiveAt: Timestamp(milliseconds: 0))
        return PersonalRange(
            TrainingData(description: "", products: ["tea"], events: [], catalogue: [row]),
            PricingPolicy(
                objective: .profit, conversionValueRatio: 0, minimumMarginRatio: 0, smoothing: 1,
                largestDailyMoveRatio: 1, largestDiscountRatio: 0.3, ending: .none))
    }

    private func keptOut(_ candidate: ResponseModel, _ serving: ResponseModel?, truth: ResponseModel) -> [String] {
        ModelGates().judge(candidate, against: serving, on: rows(truth), range: range).filter { !$0.passes }.map(\.gate)
    }

    @Test func aModelAsGoodAsTheServingOnePasses() throws {
        let truth = try model(intercept: -1)
        #expect(keptOut(truth, truth, truth: truth).isEmpty)
        #expect(keptOut(truth, try model(intercept: -1, taste: 0.9), truth: truth).isEmpty)
        #expect(keptOut(truth, nil, truth: truth).isEmpty)
    }

    @Test func aModelThatKnowsLessIsKeptOut() throws {
        let truth = try model(intercept: -1)
        #expect(
            keptOut(try model(intercept: -0.85, taste: 0), truth, truth: truth).contains(
                "log-loss over the serving model's"))
    }

    @Test func aModelThatPromisesTooManyPurchasesIsKeptOutEvenWhenNoneServes() throws {
        let truth = try model(intercept: -1)
        #expect(keptOut(try model(intercept: -0.6), nil, truth: truth) == ["purchases predicted over made"])
    }

    @Test func aModelThatMovesPricesFarIsKeptOut() throws {
        let truth = try model(intercept: -1)
        let steep = try model(intercept: -1, slope: 10)
        #expect(keptOut(steep, truth, truth: steep).contains("median move of a personal price"))
    }

    // MARK: - Groups

    /// Rows of 200 shoppers, who differ in taste and belong to a group by `group`.
    private func prices(
        _ model: ResponseModel, shoppers: Int = 200, group: (Int) -> Int?
    ) -> ModelGates.Finding? {
        var matrix = TrainingMatrix(width: 1)
        for shopper in 0..<shoppers {
            matrix.append(
                row: [shopper.isMultiple(of: 2) ? 1 : -1], logRelativePrice: 0, bought: shopper.isMultiple(of: 3),
                product: 0, shopper: UInt32(shopper))
        }
        return ModelGates().judge(
            model, against: nil, on: matrix, range: range, groups: (0..<shoppers).map(group)
        ).first { $0.gate == "gap between groups of shoppers" }
    }

    @Test func aModelThatMakesOneGroupPayMoreIsKeptOut() throws {
        let personal = try model(intercept: -1, taste: 1, slope: 10)
        // Taste and group are the same thing.
        let apart = try #require(prices(personal) { $0 % 2 })
        #expect(!apart.passes && apart.value > 0.02)
        // As many of either taste in each group.
        let alike = try #require(prices(personal) { $0 / 2 % 2 })
        #expect(alike.passes && alike.value < 1e-9)
        // Everybody pays the same under a model that knows no taste.
        #expect(try #require(prices(try model(intercept: -1, taste: 0, slope: 10)) { $0 % 2 }).passes)
    }

    @Test func tooFewShoppersSayNothingAndKeepAModelOut() throws {
        let model = try model(intercept: -1)
        #expect(try !#require(prices(model) { $0 < 190 ? 0 : 1 }).passes)
        #expect(try !#require(prices(model) { _ in nil }).passes)
        #expect(try #require(prices(model) { $0 < 100 ? 0 : $0 < 190 ? 1 : nil }).demanded == "at most 0.02")
    }

    @Test func groupsAreReadFromAFile() throws {
        func groups(_ text: String) throws -> ShopperGroups {
            let file = FileManager.default.temporaryDirectory.appending(path: "groups-\(UUID()).csv")
            try text.write(to: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: file) }
            return try ShopperGroups(path: file.path)
        }
        let read = try groups("user,group\nann,young\nbob,old\ncid,young\nann,young\n")
        #expect(read.names == ["old", "young"])
        #expect(["ann", "bob", "cid", "dan"].map(read.group) == [1, 0, 1, nil])
        for (text, place) in [
            ("user,group\nann,young\nann,old\n", ":3:group"), ("user,group\nann,young\n", ":group"),
            ("user,group\n", ":group"), ("user,age\nann,3\n", ":1"), ("user,group\n,old\n", ":2:user"),
        ] {
            let error = #expect(throws: LearningError.self) { try groups(text) }
            #expect(error?.place.hasSuffix(place) == true, "\(text): \(error?.place ?? "")")
        }
    }
}
