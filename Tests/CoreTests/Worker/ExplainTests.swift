// Explaining shows the decision that pricing would make, and changes nothing.

import Domain
import Features
import Models
import Pricing
import Testing
import WorkerCore

@Suite struct ExplainTests {
    private let anna = Shop.user("anna")

    private func shell(_ configuration: WorkerConfiguration = Shop.configuration()) throws -> PaperShell {
        var shell = try PaperShell.open(configuration)
        _ = shell.send((1...5).map { Shop.event(UInt64($0), weeksAgo: $0, "milk") }, of: anna)
        let deal = Deal(price: Money(minorUnits: 15_000), endsAt: Shop.noon.adding(milliseconds: Shop.day))
        _ = shell.send([Shop.row("corn", deal: deal)])
        shell.settle()
        return shell
    }

    @Test func explainingGivesThePricesOfPricing() throws {
        for user in [anna, Shop.user("nobody")] {
            var shell = try shell()
            let explained = try shell.explain(user, "milk", "eggs", Shop.unmodelled, "corn").quote
            var priced = try shell.price(user, "milk", "eggs", Shop.unmodelled, "corn")
            priced.id = explained.id
            #expect(priced == explained)
        }
    }

    @Test func explainingChangesNothing() throws {
        var shell = try shell()
        let before = shell.stateHashes()
        _ = try shell.explain(anna, "milk", "eggs")
        shell.flush()
        #expect(shell.underWay.isEmpty)
        #expect(shell.stateHashes() == before)
        // Nor does it promise anything: the next quote follows the new model.
        var untouched = try self.shell()
        for load in [true, false] {
            if load { try shell.load(Shop.bundle(logSlope: -5)) } else { try untouched.load(Shop.bundle(logSlope: -5)) }
        }
        #expect(try shell.price(anna, "milk").lines == untouched.price(anna, "milk").lines)
    }

    @Test func theStepsLeadFromTheOptimumToThePriceThatIsPaid() throws {
        var shell = try shell()
        for line in try shell.explain(anna, "milk", "eggs", Shop.unmodelled, "corn").lines {
            let quoted = try #require(
                try shell.price(anna, "milk", "eggs", Shop.unmodelled, "corn").lines.first {
                    $0.product == line.product
                })
            #expect(line.steps.last?.price == quoted.unitPrice)
            #expect(line.steps.map(\.reason) == Array(quoted.reasons))
        }
    }

    @Test func theNumbersAreThoseOfTheCurve() throws {
        var shell = try shell()
        let line = try shell.explain(anna, "milk").lines[0]
        let curve = DemandCurve(
            intercept: line.intercept, slope: line.slope, reference: line.referencePrice, centre: line.centre)
        let price = try #require(line.steps.last).price.real
        #expect(line.referencePrice == 30_000)
        #expect(line.probability == curve.probability(at: price))
        #expect(line.probabilityAtList == curve.probability(at: 30_000))
        #expect(line.elasticity == curve.elasticity(at: price))
        #expect(
            line.optimum
                == OptimalPrice.solve(curve, .profit, unitCost: 10_000, within: 300...3_000_000))
        #expect(line.listPrice == Money(minorUnits: 30_000) && line.unitCost == Money(minorUnits: 10_000))
    }

    @Test func aModelThatBendsAndSaturatesPricesByItsOwnCurve() throws {
        var shell = try shell()
        let shape = PriceShape(knots: [-0.2], gradients: [0.3, 2])!
        let half = ResponseModel.Saturation(forest: FlatForest(trees: [], featureCount: FeatureSchema.count), base: 0)
        shell.load(try Shop.bundle(shape: shape, saturation: half))
        let line = try shell.explain(anna, "milk").lines[0]
        #expect(line.knots == shape.knots && line.gradients == shape.gradients && line.ceiling == 0.5)
        let curve = DemandCurve(
            intercept: line.intercept, slope: line.slope, reference: line.referencePrice, centre: line.centre,
            shape: shape, saturation: 0.5)
        let price = try #require(line.steps.last).price.real
        #expect(line.probability == curve.probability(at: price))
        #expect(line.probabilityAtList == curve.probability(at: 30_000))
        #expect(
            line.optimum == OptimalPrice.solve(curve, .profit, unitCost: 10_000, within: 300...3_000_000))
    }

    @Test func aModelWithACeilingPricesByItAndSaysSo() throws {
        var shell = try shell()
        shell.load(try Shop.bundle(law: CappedDemand(ceiling: 0.75, sharpness: 4)!))
        let line = try shell.explain(anna, "milk").lines[0]
        #expect(line.ceiling == 0.75 && line.sharpness == 4)
        let curve = DemandCurve(
            intercept: line.intercept, slope: line.slope, reference: line.referencePrice, centre: line.centre,
            saturation: 0.75, sharpness: 4)
        let price = try #require(line.steps.last).price.real
        #expect(line.probability == curve.probability(at: price))
        #expect(line.elasticity == curve.elasticity(at: price))
        #expect(
            line.optimum == OptimalPrice.solve(curve, .profit, unitCost: 10_000, within: 300...3_000_000))
    }

    @Test func theFeaturesOfEachLineAreItsOwn() throws {
        var shell = try shell()
        // A product that the model does not know stands between two that it does.
        let lines = try shell.explain(anna, "milk", Shop.unmodelled, "eggs").lines
        #expect(lines[1].features.isEmpty)
        for (line, bought) in [(lines[0], Float(5)), (lines[2], 0)] {
            #expect(line.features.map(\.name) == FeatureSchema.names)
            #expect(line.features.first { $0.name == "weeks bought" }?.value == bought)
        }
        #expect(lines[0].features == (try shell.explain(anna, "milk").lines[0].features))
    }

    /// Finite leaves whose sum is not: the line falls to the list price, and its neighbour keeps its own features.
    @Test func aScoreThatOverflowsCostsOnlyItsOwnLineThePersonalPrice() throws {
        var shell = try shell()
        shell.load(try Shop.bundle(buyers: [.greatestFiniteMagnitude, .greatestFiniteMagnitude]))
        let explanation = try shell.explain(anna, "milk", "eggs")
        #expect(explanation.quote.lines.map(\.level) == [.list, .personal])
        #expect(explanation.lines[1].features.first { $0.name == "weeks bought" }?.value == 0)
    }

    @Test func aPriceThatNoModelTouchedIsExplainedWithoutNumbersOfOneOrOfAnybodyElse() throws {
        let experiment = Experiment(salt: "autumn", controlShare: 1)
        var shell = try shell(Shop.configuration(experiment: experiment))
        let line = try shell.explain(anna, "milk").lines[0]
        #expect(line.features.isEmpty)
        #expect(line.slope == 0 && line.optimum == 0)
        #expect(line.steps == [PriceStep(reason: .controlArm, price: Money(minorUnits: 30_000))])
    }

    @Test func whatCannotBePricedCannotBeExplained() throws {
        var shell = try shell()
        #expect(refusalCode { try shell.explain(anna, "mlik") } == .unknownProduct)
    }
}
