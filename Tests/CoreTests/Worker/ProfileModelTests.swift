// A model that knows shoppers and products by name, as a file of exposures described them.

import Domain
import Models
import Pricing
import Testing
import WorkerCore

@Suite struct ProfileModelTests {
    private let anna = Shop.user("anna")

    /// Two columns, age and size, and the moment's: who is over 50 minds prices less.
    private func model(ratios: ClosedRange<Double> = 0.5...1.5) throws -> ModelBundle {
        let width = 6
        func stump(_ feature: Int, _ threshold: Float, _ below: Float, _ above: Float) throws -> FlatForest {
            FlatForest(
                trees: [
                    try DecisionTree(
                        nodes: [.split(feature: feature, threshold: threshold, left: 1), .leaf(below), .leaf(above)],
                        featureCount: width, place: "stump")
                ], featureCount: width)
        }
        let rows = ProfileRows(
            blank: [40, 1, 0, 0, 0, 0],
            shoppers: ProfileTable(
                columns: [.value(place: 0)],
                entries: [(ProfileTable.key("anna"), [70]), (ProfileTable.key("ben"), [20])]),
            items: ProfileTable(
                columns: [.value(place: 1)],
                entries: Shop.modelled.map { (ProfileTable.key($0), [$0 == "milk" ? 1 : 5]) }),
            origin: Shop.noon, elapsed: [], crosses: [], momentPlace: 2)
        return ModelBundle(
            version: 4,
            information: ModelInformation(
                data: "made for tests", trainedWeeks: 0...1, rows: 1,
                featureNames: ["age", "size", "log reference price", "cost share", "hour", "weekday"], metrics: []),
            response: try ResponseModel(
                intercept: try stump(1, 3, 0, 1), logSlope: try stump(0, 50, 1, 0.2), interceptBase: 0,
                logSlopeBase: 1, centre: 0, slopes: 0.2...12),
            products: [], goldens: [], profiles: .init(ratios: ratios, rows: rows))
    }

    private func shell(_ model: ModelBundle) throws -> PaperShell {
        var shell = try PaperShell.open(Shop.configuration(smoothing: 1, dailyMove: 1))
        shell.load(model)
        return shell
    }

    @Test func whoeverTheModelKnowsGetsAPersonalPriceWithoutAPastHere() throws {
        var shell = try shell(try model())
        let one = try shell.price(anna, "milk")
        let other = try shell.price(Shop.user("ben"), "milk")
        #expect(one.level == .personal && one.modelVersion == 4 && one.segment.isEmpty)
        #expect(other.lines[0].personalPrice < one.lines[0].personalPrice)
    }

    @Test func whoItDoesNotKnowIsANewcomer() throws {
        var shell = try shell(try model())
        _ = shell.send((1...5).map { Shop.event(UInt64($0), weeksAgo: $0, "milk") }, of: Shop.user("carl"))
        shell.settle()
        for name in ["carl", "dora"] {
            let quote = try shell.price(Shop.user(name), "milk")
            #expect(quote.level == .segment && quote.lines[0].reasons.contains(.unknownShopper))
        }
    }

    @Test func whatItDoesNotKnowHasItsListPrice() throws {
        var shell = try shell(try model())
        let line = try shell.price(anna, Shop.unmodelled).lines[0]
        #expect(line.personalPrice == line.listPrice && line.reasons.contains(.unknownToModel))
    }

    @Test func anExplanationNamesTheFilesColumns() throws {
        var shell = try shell(try model())
        let features = try shell.explain(anna, "eggs", "milk").lines.map(\.features)
        #expect(features.map { $0.map(\.name).prefix(2) } == [["age", "size"], ["age", "size"]])
        #expect(features.map { $0.prefix(2).map(\.value) } == [[70, 5], [70, 1]])
        // 300.00 of which a third is cost, on a Wednesday at noon.
        #expect(abs(features[0][2].value - 5.703_782) < 1e-5 && abs(features[0][3].value - 1.0 / 3) < 1e-6)
        #expect(features[0][4].value == 12 && features[0][5].value == 2)
    }

    /// Outside of what was tested nothing is known; and a model that was not shown to gain by personal prices has one.
    @Test func pricesKeepToWhatWasTested() throws {
        var free = try shell(try model())
        let wanted = try free.price(Shop.user("ben"), "milk").lines[0].personalPrice
        #expect(wanted < Money(minorUnits: 27_000))
        var bounded = try shell(try model(ratios: 0.9...1.1))
        #expect(try bounded.price(Shop.user("ben"), "milk").lines[0].personalPrice == Money(minorUnits: 27_000))
        var uniform = try shell(try model(ratios: 0.95...0.95))
        for user in ["anna", "ben", "carl"] {
            #expect(try uniform.price(Shop.user(user), "milk").lines[0].personalPrice == Money(minorUnits: 28_500))
        }
        // Guardrails hold all the same.
        var above = try shell(try model(ratios: 1.2...1.2))
        #expect(try above.price(anna, "milk").lines[0].personalPrice == Money(minorUnits: 30_000))
        var below = try shell(try model(ratios: 0.1...0.1))
        #expect(try below.price(anna, "milk").lines[0].personalPrice == Money(minorUnits: 15_000))
    }

    @Test func itTakesTurnsWithAModelOfOtherRows() throws {
        var shell = try shell(try model())
        let first = try shell.price(anna, "milk", "eggs").lines
        shell.load(try Shop.bundle())
        #expect(try shell.price(Shop.user("eva"), "milk", "eggs").modelVersion == 1)
        shell.load(try model())
        #expect(try shell.price(anna, "milk", "eggs").lines == first)
    }
}
