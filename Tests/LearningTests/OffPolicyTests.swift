// Estimates for prices that were not shown, held against worlds in which what they earn can be computed.

import Domain
import Foundation
import Learning
import Pricing
import Testing
import World

/// Chances of the seven ratios for a segment.
enum Logging: String, CaseIterable {
    case uniform
    /// Each segment has a favourite price; far ones are rare.
    case leaning
    /// One price a segment.
    case fixed
    /// One price for a segment in two, all prices for the others.
    case halfFixed
    /// The dear prices alone.
    case dear
    /// Only the lowest and the highest price.
    case ends

    func chances(_ segment: Int) -> [Double] {
        let weights = (0..<7).map { level in
            switch self {
            case .uniform: 1.0
            case .leaning: exp(-0.5 * Double(abs(level - segment % 7)))
            case .fixed: level == segment % 2 * 5 ? 1.0 : 0
            case .halfFixed: segment % 2 == 0 || level == 6 ? 1.0 : 0
            case .dear: level > 4 ? 1.0 : 0
            case .ends: level % 6 == 0 ? 1.0 : 0
            }
        }
        return weights.map { $0 / weights.reduce(0, +) }
    }
}

/// Logs of a known world under a pricing rule with chances, and the value of another rule there.
private struct LoggedWorld {
    let world: KnownWorld
    /// Chances of the seven ratios for a segment.
    let logging: Logging

    static let ratios = RandomExposure.ratios

    init(_ world: KnownWorld, _ logging: Logging) {
        self.world = world
        self.logging = logging
    }

    /// What is judged: a ratio by segment and category.
    static func target(_ question: Question) -> Double {
        ratios[(question.shopper.segment + question.item.category) % 4 + 1]
    }

    func csv(rows: Int, tellsChances: Bool = true) -> String {
        var draws = Draws(seed: world.seed, "log")
        var text = "user,item,time,reference_price,unit_cost,price,bought,asked,segment,category,x0,x1"
        text += tellsChances ? ",propensity\n" : "\n"
        world.exposures(rows: rows, shoppers: rows / 4) { exposure in
            let question = exposure.question
            let chances = logging.chances(question.shopper.segment)
            let dice = draws.fraction()
            var level = 0
            var sum = chances[0]
            while sum < dice, level < 6 {
                level += 1
                sum += chances[level]
            }
            let reference = question.item.referencePrice.real / 100
            let demand = world.demand(question.shopper, question.item, question.moment)
            let isBought = draws.fraction() < demand.probability(atLogRatio: log(Self.ratios[level]))
            text += "u\(question.shopperNumber),i\(question.itemNumber),\(question.time.milliseconds / 1_000),"
            text += "\(reference),\(question.item.unitCost.real / 100),\(reference * Self.ratios[level]),"
            text += "\(isBought ? 1 : 0),\(reference * Self.target(question)),s\(question.shopper.segment),"
            text += "c\(question.item.category),\(question.shopper.values[0]),\(question.shopper.values[1])"
            text += tellsChances ? ",\(chances[level])\n" : "\n"
        }
        return text
    }

    /// Expected profit of an exposure at the judged prices.
    /// - Parameter units: of a purchase, by item.
    func truth(rows: Int = 20_000, units: (UInt64) -> UInt64 = { _ in 1 }) -> Double {
        var sum = 0.0
        world.questions(rows: rows) { question in
            let reference = question.item.referencePrice.real / 100
            let ratio = Self.target(question)
            let demand = world.demand(question.shopper, question.item, question.moment)
            sum +=
                Double(units(question.itemNumber)) * (reference * ratio - question.item.unitCost.real / 100)
                * demand.probability(atLogRatio: log(ratio))
        }
        return sum / Double(rows)
    }

    /// Judges the `asked` prices of a log.
    static func evaluate(_ csv: String, column: String = "asked") throws -> OffPolicyEvaluation {
        let folder = try Folder()
        let path = try folder.write(csv, to: "log.csv")
        let table = try ExposureTable(path: path, for: .outcomes)
        let asked = try AskedPrices(path: path, column: column).prices(of: table)
        return try OffPolicyEvaluation(of: asked, on: table, objective: .profit)
    }
}

@Suite struct OffPolicyTests {
    /// FARTHING_LOGS=500 gives the figure of docs/evidence.md.
    private static let logs = UInt64(ProcessInfo.processInfo.environment["FARTHING_LOGS"] ?? "") ?? 40

    /// Of a log.
    private static let rows = Int(ProcessInfo.processInfo.environment["FARTHING_LOG_ROWS"] ?? "") ?? 2_000

    /// As many as the figure is asked of.
    private static let many: UInt64 = 500

    private func worlds(_ count: UInt64, _ logging: Logging) -> [LoggedWorld] {
        (1...count).map { seed in
            let law = DemandLaw.allCases[Int(seed) % DemandLaw.allCases.count]
            return LoggedWorld(KnownWorld(law: law, seed: seed), logging)
        }
    }

    @Test(arguments: [(Logging.uniform, true), (.leaning, true), (.leaning, false)])
    func intervalsHoldTheTruthInNineteenLogsOfTwenty(logging: Logging, tellsChances: Bool) throws {
        var held = (importance: 0.0, normalised: 0.0, direct: 0.0, robust: 0.0)
        var widths = (importance: 0.0, robust: 0.0)
        for world in worlds(Self.logs, logging) {
            let truth = world.truth()
            let evaluation = try LoggedWorld.evaluate(world.csv(rows: Self.rows, tellsChances: tellsChances))
            let estimates = try #require(evaluation.estimates)
            #expect(evaluation.propensities == (tellsChances ? .given : .learned))
            held.importance += estimates.importance.interval.contains(truth) ? 1 : 0
            held.normalised += estimates.selfNormalised.interval.contains(truth) ? 1 : 0
            held.direct += estimates.direct.interval.contains(truth) ? 1 : 0
            held.robust += estimates.doublyRobust.interval.contains(truth) ? 1 : 0
            widths.importance += estimates.importance.standardError
            widths.robust += estimates.doublyRobust.standardError
        }
        #expect(widths.robust < widths.importance)
        let shares = [held.importance, held.normalised, held.direct, held.robust].map { $0 / Double(Self.logs) }
        if Self.logs >= Self.many { print("\(logging), chances \(tellsChances ? "" : "not ")given: \(shares)") }
        for share in shares {
            // Few logs: four standard deviations.
            let deviation = (0.95 * 0.05 / Double(Self.logs)).squareRoot()
            #expect(abs(share - 0.95) < (Self.logs >= Self.many ? 0.03 : 4 * deviation), "\(logging): \(held)")
        }
    }

    /// Buyers of item i take i % 3 + 1 units.
    @Test func purchasesOfManyUnitsAreWorthAsMuchMore() throws {
        let world = worlds(1, .leaning)[0]
        let plain = world.csv(rows: 4_000)
        func counted(_ units: (_ item: Int) -> Int) -> String {
            plain.split(separator: "\n").enumerated().map { number, line in
                let item = Int(line.split(separator: ",")[1].dropFirst()) ?? 0
                // What the file says where nobody bought does not count.
                return "\(line),\(number == 0 ? "quantity" : "\(units(item))")"
            }.joined(separator: "\n") + "\n"
        }
        let one = try #require(try LoggedWorld.evaluate(plain).estimates)
        #expect(try LoggedWorld.evaluate(counted { _ in 1 }).estimates == one)
        let three = try #require(try LoggedWorld.evaluate(counted { _ in 3 }).estimates)
        for (tripled, single) in [
            (three.importance, one.importance), (three.selfNormalised, one.selfNormalised),
            (three.direct, one.direct), (three.doublyRobust, one.doublyRobust), (three.gain, one.gain),
        ] {
            #expect(abs(tripled.value - 3 * single.value) < 1e-9 && tripled.standardError > 2.9 * single.standardError)
        }
        let truth = world.truth { $0 % 3 + 1 }
        let mixed = try #require(try LoggedWorld.evaluate(counted { $0 % 3 + 1 }).estimates)
        for estimate in [mixed.importance, mixed.selfNormalised, mixed.doublyRobust] {
            #expect(abs(estimate.value - truth) < 4 * estimate.standardError, "\(estimate), \(truth)")
        }
        #expect(abs(mixed.direct.value - truth) < 0.1 * truth)
    }

    /// Three prices a fifth apart say nothing of those between, but of the nearest.
    @Test func pricesBetweenDistantLevelsCanBeJudgedAsTheNearest() throws {
        let folder = try Folder()
        let csv = Exposures.small(rows: 3_000) { row, fields in fields["price"] = ["8", "10", "12"][row * 7 % 3] }
        let table = try ExposureTable(path: try folder.write(csv, to: "log.csv"), for: .outcomes)
        func judged(_ price: Double, atLevels: Bool) throws -> OffPolicyEvaluation {
            try OffPolicyEvaluation(
                of: [Double](repeating: price, count: table.count), on: table, objective: .profit, atLevels: atLevels)
        }
        #expect(try judged(9.1, atLevels: false).estimates == nil)
        let nearest = try judged(9.1, atLevels: true)
        #expect(nearest.estimates != nil)
        #expect(try nearest == judged(10, atLevels: false))
        #expect(try judged(15, atLevels: true).estimates == nil)
    }

    /// The list price for one row in two; the others have any price from 8.00 to 12.00.
    private func freePrices(tellsChances: Bool) throws -> ExposureTable {
        var lottery = Lottery(seed: 8)
        let csv = Exposures.small(rows: 4_000, more: tellsChances ? ["propensity"] : []) { _, fields in
            let cents = Bool.random(using: &lottery) ? 1_000 : Int.random(in: 800...1_200, using: &lottery)
            let buys = Double.random(in: 0..<1, using: &lottery) < 0.9 - 0.6 * Double(cents) / 1_000
            fields["price"] = "\(Double(cents) / 100)"
            fields["bought"] = buys ? "1" : "0"
            fields["propensity"] = "\((cents == 1_000 ? 0.5 : 0) + 0.5 / 401)"
        }
        let folder = try Folder()
        return try ExposureTable(path: try folder.write(csv, to: "log.csv"), for: .outcomes)
    }

    @Test func amongPricesThatVaryFreelyOnesOwnChanceCounts() throws {
        let table = try freePrices(tellsChances: true)
        func judged(atLevels: Bool = false, _ price: (Int) -> Double) throws -> OffPolicyEvaluation {
            try OffPolicyEvaluation(
                of: (0..<table.count).map(price), on: table, objective: .profit, atLevels: atLevels)
        }
        let list = try judged { _ in 10 }
        let estimates = try #require(list.estimates, "\(list.overlap.objections)")
        #expect(list.propensities == .given && list.unused == nil)
        for estimate in [estimates.importance, estimates.selfNormalised, estimates.doublyRobust] {
            #expect(abs(estimate.value - 0.3 * 4) < 4 * estimate.standardError)
        }
        // One in ten asks for what nobody was shown.
        let far = try judged { $0 % 10 == 0 ? 30 : 10 }
        #expect(far.estimates == nil && far.overlap.unsupportedShare > 0.05)
        // Or for what only neighbours of were shown: by levels, whose chances the file does not know.
        let between = try judged { $0 % 10 == 0 ? 9.437 : 10 }
        #expect(between.propensities == .shares && between.unused == .ofSinglePrices)
        #expect(try judged(atLevels: true) { _ in 10 }.unused == .ofSinglePrices)
    }

    /// Whatever is near to a level counts as it, in its share as in its rows.
    @Test func sharesAreOfTheRowsThatCount() throws {
        let table = try freePrices(tellsChances: false)
        let list = try OffPolicyEvaluation(
            of: [Double](repeating: 10, count: table.count), on: table, objective: .profit)
        #expect(list.propensities == .shares && list.unused == nil)
        #expect(abs(list.overlap.meanWeight.value - 1) < 1e-9)
    }

    /// A weight of 10³⁰⁰ has no square.
    @Test(arguments: ["0", "1e-300", "5e-324", "-0.1", "1.1", "nan", "inf", ""])
    func aPropensityThatCannotBeIsNamedByItsLine(_ chance: String) throws {
        let csv = worlds(1, .uniform)[0].csv(rows: 1_200)
        var lines = csv.split(separator: "\n").map(String.init)
        lines[6] = lines[6].split(separator: ",").dropLast().joined(separator: ",") + ",\(chance)"
        let spoiled = lines.joined(separator: "\n") + "\n"
        let error = #expect(throws: LearningError.self) { try LoggedWorld.evaluate(spoiled) }
        #expect(error?.place == "log.csv:7:propensity")
    }

    @Test(arguments: [Logging.fixed, .halfFixed, .dear, .ends], [true, false])
    func aLogThatCannotAnswerIsRefused(logging: Logging, tellsChances: Bool) throws {
        for world in worlds(Self.logs / 4, logging) {
            let evaluation = try LoggedWorld.evaluate(world.csv(rows: Self.rows, tellsChances: tellsChances))
            #expect(evaluation.estimates == nil, "seed \(world.world.seed): \(evaluation)")
            #expect(!evaluation.overlap.objections.isEmpty)
        }
    }
}
