// What a worker fills in is what preparation makes of the same question: whatever the columns are, whoever asks.

import Domain
import Foundation
import Learning
import Models
import Testing

@Suite struct ProfileFitTests {
    private static let shoppers = 200
    private static let items = 24
    private static let begin = 1_700_000_000

    private func table(
        _ text: String, for purpose: ExposureTable.Purpose = .outcomes, kinds: [String: ColumnKind] = [:]
    ) throws -> ExposureTable {
        let folder = try Folder()
        return try ExposureTable(path: try folder.write(text, to: "e.csv"), for: purpose, kinds: kinds)
    }

    /// Columns of every kind: numbers with blanks, levels, levels that matter as a pair, instants, ten numbers that say
    /// nearly the same of shoppers and items.
    private static let names =
        ["age", "joined", "group", "size", "launched", "colour"] + (0..<6).map { "s\($0)" } + (0..<4).map { "p\($0)" }

    private static func shopper(_ number: Int) -> [String: String] {
        var draws = Draws(seed: 4, "shopper", UInt64(number))
        let common = draws.normal()
        var values = [
            "age": number % 9 == 0 ? "" : "\(20 + number % 50)", "group": "g\(number % 4)",
            "joined": number % 7 == 0 ? "" : "\(begin - 3_600 * (1 + number * 13))",
        ]
        for index in 0..<6 { values["s\(index)"] = "\(common + 0.2 * draws.normal())" }
        return values
    }

    private static func item(_ number: Int) -> [String: String] {
        var draws = Draws(seed: 4, "item", UInt64(number))
        let common = draws.normal()
        var values = [
            "size": "\(0.5 * Double(number % 11))", "colour": "c\(number / 4 % 3)",
            "launched": "\(begin - 86_400 * (1 + number))",
        ]
        for index in 0..<4 { values["p\(index)"] = "\(common + 0.2 * draws.normal())" }
        return values
    }

    private static func exposures(rows: Int) -> String {
        var text =
            (["user", "item", "time", "reference_price", "price", "unit_cost", "bought"] + names + ["mood"])
            .joined(separator: ",") + "\n"
        var draws = Draws(seed: 5, "exposures")
        for row in 0..<rows {
            let (user, product) = (draws.below(shoppers), draws.below(items))
            let values = shopper(user).merging(item(product)) { first, _ in first }
            let ratio = [0.8, 0.9, 1, 1.1][draws.below(4)]
            let matched = user % 4 == product / 4 % 3
            let buys = draws.fraction() < 1 / (1 + exp(3 * log(ratio) + (matched ? -1.5 : 0.5)))
            text += "u\(user),i\(product),\(begin + row * 60),\(2 + product),\(Double(2 + product) * ratio),1,"
            text += "\(buys ? 1 : 0)," + names.map { values[$0] ?? "" }.joined(separator: ",") + ",m\(draws.below(5))\n"
        }
        return text
    }

    private static let kinds: [String: ColumnKind] = ["joined": .time, "launched": .time]

    @Test func aWorkersRowIsPreparationsRow() throws {
        let table = try table(Self.exposures(rows: 8_000), kinds: Self.kinds)
        let preparation = Preparation(fitting: table)
        try #require(!preparation.crosses.isEmpty && preparation.components != nil)
        let fit = ProfileFit(preparation, table)
        #expect(fit.owners.filter { $0.value == .moment }.keys.sorted() == ["mood"])
        #expect(fit.owners.filter { $0.value == .item }.keys.sorted().prefix(3) == ["colour", "launched", "p0"])
        #expect(fit.forgotten == 0)
        try expectSame(fit.rows, preparation)
    }

    /// Questions of known and unknown shoppers for known and unknown items, through both doors.
    private func expectSame(_ rows: ProfileRows, _ preparation: Preparation) throws {
        var draws = Draws(seed: 6, "questions")
        var text =
            (["user", "item", "time", "reference_price", "unit_cost"] + Self.names + ["mood"])
            .joined(separator: ",") + "\n"
        var asked: [(user: String, item: String, second: Int, reference: Double)] = []
        for _ in 0..<300 {
            // One in ten is new, and nothing is known of them.
            let (user, product) = (draws.below(Self.shoppers * 11 / 10), draws.below(Self.items * 11 / 10))
            let values = (user < Self.shoppers ? Self.shopper(user) : [:])
                .merging(product < Self.items ? Self.item(product) : [:]) { first, _ in first }
            let second = Self.begin + 500_000 + draws.below(1_000_000)
            asked.append(("u\(user)", "i\(product)", second, Double(2 + product)))
            text += "u\(user),i\(product),\(second),\(2 + product),1,"
            text += Self.names.map { values[$0] ?? "" }.joined(separator: ",") + ",\n"
        }
        let questions = try table(text, for: .questions, kinds: preparation.kinds)
        let expected = preparation.rows(of: questions)
        let names = preparation.featureNames
        #expect(rows.width == names.count)
        var filled = [Float](repeating: 0, count: expected.count)
        var span = filled.mutableSpan
        for (row, question) in asked.enumerated() {
            rows.fill(
                &span, row: row, shopper: rows.shoppers.entry(ProfileTable.key(question.user)),
                item: rows.items.entry(ProfileTable.key(question.item)),
                moment: .init(
                    referencePrice: question.reference, unitCost: 1,
                    time: Timestamp(milliseconds: Int64(question.second) * 1_000)))
        }
        for place in expected.indices {
            let column = names[place % names.count]
            // A component is added up in another order, and hours are counted from another instant.
            let isExact = !column.hasPrefix("component") && !["joined", "launched"].contains(column)
            let allowed = isExact ? 0 : 1e-4 * max(1, abs(expected[place]))
            #expect(
                abs(filled[place] - expected[place]) <= allowed,
                "\(column) of \(asked[place / names.count]): \(filled[place]), not \(expected[place])")
        }
    }

    @Test func aColumnBelongsToWhomItTellsAbout() throws {
        func owner(_ value: (Int) -> String) throws -> ColumnOwner? {
            let table = try table(Exposures.small { row, fields in fields["age"] = value(row) })
            return ProfileFit(Preparation(fitting: table), table).owners["age"]
        }
        #expect(try owner { "\($0 % 300)" } == .shopper)
        #expect(try owner { "\($0 % 7)" } == .item)
        #expect(try owner { "\($0 / 3 * 7_919 % 47)" } == .moment)
        // Somebody's birthday: the number changes once.
        #expect(try owner { "\($0 % 300 + ($0 == 900 ? 1 : 0))" } == .shopper)
    }

    @Test func whatWasSaidLastIsWhatIsKnown() throws {
        let table = try table(
            Exposures.small { row, fields in fields["age"] = row % 300 == 8 && row > 600 ? "58" : "\(row % 300 % 60)" })
        let rows = ProfileFit(Preparation(fitting: table), table).rows
        var filled = rows.blank
        var span = filled.mutableSpan
        rows.fill(
            &span, row: 0, shopper: rows.shoppers.entry(ProfileTable.key("u8")), item: nil,
            moment: .init(referencePrice: 10, unitCost: 6, time: Timestamp(milliseconds: 1_800_000_000_000)))
        #expect(filled[0] == 58)
    }
}
