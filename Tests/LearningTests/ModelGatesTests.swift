// What may take the serving model's place, and what may not.

import Domain
import Learning
import Models
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
            TrainingData(description: "", products: ["tea"], events: [], catalogue: [row]), conversionValueRatio: 0,
            largestDiscountRatio: 0.3)
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
}
