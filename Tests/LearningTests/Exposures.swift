// Files of exposures for tests: of a world whose truth is known, and small ones by hand.

import Domain
import Foundation
import World

enum Exposures {
    static let features = ["x0", "x1", "x2", "x3", "x4", "segment", "quality", "weight", "category", "m0", "m1"]

    /// A CSV of a world's exposures.
    static func csv(_ world: KnownWorld, rows: Int, shoppers: Int = KnownWorld.shopperCount) -> String {
        var text = header(["price", "bought", "propensity"])
        world.exposures(rows: rows, shoppers: shoppers) { row in
            text += line(
                row.question,
                extra: ["\(row.price.real / 100)", row.isBought ? "1" : "0", "\(RandomExposure.propensity)"])
        }
        return text
    }

    /// A CSV of a world's questions, and what each is worth.
    static func questions(_ world: KnownWorld, rows: Int) -> (csv: String, occasions: [Occasion]) {
        var text = header([])
        var occasions: [Occasion] = []
        world.questions(rows: rows) { question in
            text += line(question, extra: [])
            occasions.append(
                Occasion(
                    demand: world.demand(question.shopper, question.item, question.moment),
                    referencePrice: question.item.referencePrice.real / 100,
                    unitCost: question.item.unitCost.real / 100))
        }
        return (text, occasions)
    }

    private static func header(_ more: [String]) -> String {
        (["user", "item", "time", "reference_price", "unit_cost"] + more + features).joined(separator: ",") + "\n"
    }

    private static func line(_ question: Question, extra: [String]) -> String {
        let shopper = question.shopper.values.map { "\($0)" } + ["s\(question.shopper.segment)"]
        let item = question.item.values.map { "\($0)" } + ["c\(question.item.category)"]
        let fields =
            [
                "u\(question.shopperNumber)", "i\(question.itemNumber)", "\(question.time.milliseconds / 1_000)",
                "\(question.item.referencePrice.real / 100)", "\(question.item.unitCost.real / 100)",
            ] + extra + shopper + item + question.moment.values.map { "\($0)" }
        return fields.joined(separator: ",") + "\n"
    }

    /// Rows of one shopper and item after another, by hand: `change` may spoil any field of any row.
    /// - Parameter more: columns that `change` fills.
    static func small(
        rows: Int = 1_200, more: [String] = [], change: (Int, inout [String: String]) -> Void = { _, _ in }
    ) -> String {
        let names = ["user", "item", "time", "reference_price", "price", "unit_cost", "bought", "age"] + more
        var lottery = Lottery(seed: 51)
        var text = names.joined(separator: ",") + "\n"
        for row in 0..<rows {
            let ratio = [0.8, 0.9, 1, 1.1][Int.random(in: 0..<4, using: &lottery)]
            let buys = Double.random(in: 0..<1, using: &lottery) < 0.9 - 0.6 * ratio
            var fields = [
                "user": "u\(row % 300)", "item": "i\(row % 7)", "time": "\(1_700_000_000 + row)",
                "reference_price": "10.00", "price": "\(10 * ratio)", "unit_cost": "6.00", "bought": buys ? "1" : "0",
                "age": "\(20 + row * 7 % 50)",
            ]
            change(row, &fields)
            text += names.map { fields[$0] ?? "" }.joined(separator: ",") + "\n"
        }
        return text
    }
}
