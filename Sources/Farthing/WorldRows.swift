// The public form of exposures: `user,item,time,reference_price,price,unit_cost,bought`, then what may be there,
// then features under any names. Amounts have two decimals; numbers are as short as reads back exactly.

import Domain
import Foundation
import Learning
import World

enum WorldRows {
    static let features =
        Shopper.columns.map(\.name) + ["segment"] + Item.columns.map(\.name) + ["category"]
        + Moment.columns.map(\.name)

    static func exposureHeader(_ surroundings: Surroundings) -> String {
        header(
            ["user", "item", "time", "reference_price", "price", "unit_cost", "bought", "propensity"], surroundings)
    }

    static func questionHeader(_ surroundings: Surroundings) -> String {
        header(["user", "item", "time", "reference_price", "unit_cost"], surroundings)
    }

    static func line(_ row: RandomExposure) -> String {
        let question = row.question
        return fields([
            user(question.shopperNumber), item(question.itemNumber), time(question.time),
            amount(question.item.referencePrice), amount(row.price), amount(question.item.unitCost),
            row.isBought ? "1" : "0", "\(RandomExposure.propensity)", features(of: question),
        ])
    }

    static func line(_ question: Question) -> String {
        fields([
            user(question.shopperNumber), item(question.itemNumber), time(question.time),
            amount(question.item.referencePrice), amount(question.item.unitCost), features(of: question),
        ])
    }

    /// The same, for a learner in memory.
    static func table(_ rows: [ExposureRow], of surroundings: Surroundings) -> ExposureTable {
        ExposureTable(
            "the world", rows: rows,
            numbers: (Shopper.columns + Item.columns + Moment.columns).map(\.name) + numbers(of: surroundings),
            levels: ["segment", "category"] + levels(of: surroundings))
    }

    /// The columns of numbers that surroundings add, and of levels.
    private static func numbers(of surroundings: Surroundings) -> [String] {
        (surroundings.competitors > 0 ? ["competitor_price", "competitors_in_stock"] : [])
            + (surroundings.hasSeasons ? ["day_of_year"] : [])
    }
    private static func levels(of surroundings: Surroundings) -> [String] {
        surroundings.hasSeasons ? ["holiday"] : []
    }
    private static let noHoliday = "none"

    /// A row of it.
    static func row(_ question: Question) -> ExposureRow {
        ExposureRow(
            user: user(question.shopperNumber), item: item(question.itemNumber), time: question.time,
            referencePrice: question.item.referencePrice.real / 100, unitCost: question.item.unitCost.real / 100,
            numbers: (question.shopper.values + question.item.values + question.moment.values).map(Float.init)
                + (question.rivals.map { [$0.lowestPrice.map { Float($0.real / 100) } ?? .nan, Float($0.inStock)] }
                    ?? [])
                + (question.day.map { [Float($0.dayOfYear)] } ?? []),
            levels: [Shopper.segments[question.shopper.segment], Item.categories[question.item.category]]
                + (question.day.map { [$0.holiday ?? noHoliday] } ?? []))
    }

    static func occasion(_ question: Question, _ world: KnownWorld) -> Occasion {
        Occasion(
            demand: world.demand(question),
            referencePrice: question.item.referencePrice.real / 100, unitCost: question.item.unitCost.real / 100)
    }

    static func user(_ number: UInt64) -> String { "u\(number)" }

    static func item(_ number: UInt64) -> String { "i\(number)" }

    /// The number in a user's or an item's name; nil for any other name.
    static func number(_ name: String, prefix: Character) -> UInt64? {
        guard name.first == prefix, name.dropFirst().allSatisfy(\.isNumber) else { return nil }
        return UInt64(name.dropFirst())
    }

    private static func header(_ columns: [String], _ surroundings: Surroundings) -> String {
        fields(columns + features + numbers(of: surroundings) + levels(of: surroundings))
    }

    private static func fields(_ fields: [String]) -> String { fields.joined(separator: ",") + "\n" }

    private static func features(of question: Question) -> String {
        let shopper = question.shopper.values.map(\.description) + [Shopper.segments[question.shopper.segment]]
        let item = question.item.values.map(\.description) + [Item.categories[question.item.category]]
        let rivals = question.rivals.map { [$0.lowestPrice.map(amount) ?? "", "\($0.inStock)"] }
        let day = question.day.map { ["\($0.dayOfYear)", $0.holiday ?? noHoliday] }
        return (shopper + item + question.moment.values.map(\.description) + (rivals ?? []) + (day ?? []))
            .joined(separator: ",")
    }

    static func amount(_ money: Money) -> String {
        let cents = money.minorUnits % 100
        return "\(money.minorUnits / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    /// UTC to the second, as `CSVReader` reads it: `2026-01-05T00:00:00`.
    private static func time(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000)
            .formatted(Date.ISO8601FormatStyle().year().month().day().time(includingFractionalSeconds: false))
    }
}
