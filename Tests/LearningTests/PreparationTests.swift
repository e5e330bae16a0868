// What preparation does to columns, on tables made so that the right answer is known.

import Domain
import Foundation
import Learning
import Models
import Testing

@Suite struct PreparationTests {
    private func table(
        _ text: String, for purpose: ExposureTable.Purpose = .outcomes, kinds: [String: ColumnKind] = [:]
    ) throws -> ExposureTable {
        let folder = try Folder()
        return try ExposureTable(path: try folder.write(text, to: "e.csv"), for: purpose, kinds: kinds)
    }

    private func error(_ text: String, kinds: [String: ColumnKind] = [:]) -> LearningError? {
        do throws(any Error) {
            _ = try table(text, kinds: kinds)
            return nil
        } catch {
            return error as? LearningError
        }
    }

    /// Rows start at second 1,700,000,000, which is 2023-11-14T22:13:20.
    private func instants(_ change: (Int) -> String) -> String {
        Exposures.small { row, fields in fields["age"] = change(row) }
    }

    // MARK: - Instants

    @Test func anInstantBecomesHoursBeforeTheExposure() throws {
        let read = try table(instants { $0 == 3 ? "" : "2023-11-14T20:13:20" })
        guard case .hours(let hours) = read.features[0].values else {
            Issue.record("read as \(read.features[0].values.kind)")
            return
        }
        #expect(hours[0] == 2)
        #expect(hours[3].isNaN)
        #expect(hours[1_199] == 2 + Float(1_199) / 3_600)
        let dates = try table(instants { _ in "2023-11-14" })
        #expect(dates.features[0].values.floats?[0] == Float(Double(22 * 3_600 + 13 * 60 + 20) / 3_600))
        let births = try table(instants { _ in "1960-02-29" })
        #expect(births.features[0].values.floats?[0] == Float(Double(1_700_000_000 + 310_521_600) / 3_600))
        #expect(try table(instants { "\(1_700_000_000 + $0)" }).features[0].values.kind == .numeric)
        let declared = try table(instants { "\(1_700_000_000 + $0)" }, kinds: ["age": .time])
        #expect(declared.features[0].values.floats?.allSatisfy { $0 == 0 } == true)
    }

    @Test func aFeatureFromTheFutureIsRefusedByItsLines() throws {
        for (separator, end) in [("T", ""), (" ", ""), ("T", ".5Z"), (" ", "+00:00")] {
            let later = try #require(
                error(
                    instants {
                        "2023-11-14\(separator)\([4, 9].contains($0) ? "23:59:59" : "22:13:19")\(end)"
                    }))
            #expect(later.place == "e.csv:6:age")
            #expect(later.remedy.contains("2 rows, lines 6, 11"))
        }
        let declared = error(instants { "\(1_700_000_001 + $0)" }, kinds: ["age": .time])
        #expect(declared?.remedy.contains("1200 rows, lines 2, 3, 4, 5, 6, …") == true)
    }

    @Test(arguments: ["yesterday", "2023-02-30", "2023-11-14T25:00:00", "99999999999999999999", "1e400"])
    func whatIsNoInstantIsNamedByItsLine(_ text: String) throws {
        let found = try #require(
            error(instants { $0 == 8 ? text : "1700000000" }, kinds: ["age": .time]))
        #expect(found.place == "e.csv:10:age")
        #expect(found.value == text)
        let inferred = try #require(error(instants { $0 == 8 ? text : "2023-11-14" }))
        #expect(inferred.place == "e.csv:10:age")
    }

    // MARK: - Pairs

    /// A slope that one pair of levels alone has: neither column tells of it.
    private func paired(rows: Int, isPaired: Bool) -> ExposureTable {
        var draws = Draws(seed: 3, "pairs")
        var rowsOf: [ExposureRow] = []
        var (prices, bought): ([Double], [Bool]) = ([], [])
        for row in 0..<rows {
            let (one, other) = (draws.below(4), draws.below(5))
            let ratio = [0.8, 0.9, 1, 1.1][draws.below(4)]
            let slope = isPaired && (one + other) % 2 == 0 ? 6.0 : 2.0
            prices.append(10 * ratio)
            bought.append(draws.fraction() < 1 / (1 + exp(slope * log(ratio))))
            rowsOf.append(
                ExposureRow(
                    user: "u\(row / 2)", item: "i", time: Timestamp(milliseconds: Int64(row) * 1_000),
                    referencePrice: 10, unitCost: 5, numbers: [], levels: ["a\(one)", "b\(other)"]))
        }
        return ExposureTable("pairs", rows: rowsOf, numbers: [], levels: ["one", "other"])
            .answered(prices: prices, propensities: prices.map { _ in 0.25 }, bought: bought)
    }

    @Test func aPairOfLevelsThatMattersTogetherIsFoundAndOneThatDoesNotIsNot() throws {
        let preparation = Preparation(fitting: paired(rows: 40_000, isPaired: true))
        let cross = try #require(preparation.crosses.first)
        #expect(preparation.crosses.count == 1)
        for one in 0..<4 {
            for other in 0..<5 {
                var values: [Float] = []
                cross.append("a\(one)", "b\(other)", to: &values)
                let truth: Float = (one + other) % 2 == 0 ? 6 : 2
                #expect(abs(values[1] - truth) < 1.2, "a\(one), b\(other): \(values[1])")
            }
        }
        #expect(Preparation(fitting: paired(rows: 40_000, isPaired: false)).crosses.isEmpty)
        var unknown: [Float] = []
        cross.append("nobody", "nothing", to: &unknown)
        #expect(unknown.allSatisfy { $0.isFinite })
        #expect(abs(unknown[1] - 4) < 1)
    }

    // MARK: - Wide tables

    /// Ten columns that follow one hidden number, and one that does not.
    private func wide(rows: Int, followers: Int = 10) -> ExposureTable {
        var draws = Draws(seed: 5, "wide")
        var rowsOf: [ExposureRow] = []
        var (prices, bought): ([Double], [Bool]) = ([], [])
        for row in 0..<rows {
            let hidden = draws.normal()
            let ratio = [0.8, 0.9, 1, 1.1][draws.below(4)]
            prices.append(10 * ratio)
            bought.append(draws.fraction() < 1 / (1 + exp(3 * log(ratio) - hidden)))
            let numbers = (0..<followers).map { Float(100 * Double($0 + 1) * (hidden + 0.5 * draws.normal())) }
            rowsOf.append(
                ExposureRow(
                    user: "u\(row)", item: "i", time: Timestamp(milliseconds: Int64(row) * 1_000),
                    referencePrice: 10, unitCost: 5, numbers: numbers + [Float(draws.normal())], levels: []))
        }
        return ExposureTable("wide", rows: rowsOf, numbers: (0...followers).map { "x\($0)" }, levels: [])
            .answered(prices: prices, propensities: prices.map { _ in 0.25 }, bought: bought)
    }

    @Test func manyColumnsThatFollowOneThingGetItAsAComponentWhateverTheirUnits() throws {
        let table = wide(rows: 4_000)
        let preparation = Preparation(fitting: table)
        let components = try #require(preparation.components)
        #expect(components.inputs.map(\.name) == (0..<10).map { "x\($0)" })
        #expect(components.count == 1)
        // All ten say as much, so that all ten weigh the same, in units a tenth as large or not.
        let sizes = components.loadings.map { abs($0) }
        #expect(sizes.max()! < 1.1 * sizes.min()!)
        #expect(Preparation(fitting: wide(rows: 4_000, followers: 6)).components == nil)
    }

    @Test func rowsDoNotDependOnTheNumberOfThreads() {
        let table = wide(rows: 20_000)
        let one = Preparation(fitting: table, threads: 1)
        #expect(Preparation(fitting: table, threads: 3) == one)
        let rows = one.rows(of: table, threads: 1)
        #expect(one.rows(of: table, threads: 2) == rows)
        #expect(one.rows(of: table, threads: 5) == rows)
        #expect(rows.count == 20_000 * one.featureNames.count)
        #expect(rows.allSatisfy { $0.isFinite })
    }

    @Test func whatNeverChangesOrSaysTheSameTwiceIsDropped() throws {
        let lines = Exposures.small().split(separator: "\n").enumerated().map { index, line in
            let age = line.split(separator: ",").last!
            return index == 0
                ? "\(line),same,always,blank,words,again,rest"
                : "\(line),\(2 * Int(age)! + 1),7,,w\(index % 5),v\(index % 5),\(index % 11)"
        }
        let found = try ExposureChecks.clean(try table(lines.joined(separator: "\n"))).findings.droppedColumns
        #expect(found["same"] == "it says the same as “age”")
        #expect(found["always"] == "it is always 7.0")
        #expect(found["blank"] == "it is blank in every row")
        #expect(found["again"] == "it says the same as “words”")
        #expect(found.count == 4)
    }

    @Test func whatNoSinglePrecisionNumberCanReckonWithIsDropped() throws {
        let markers = ["3e38", "-3e38", "0"]
        let lines = Exposures.small().split(separator: "\n").enumerated().map { index, line in
            index == 0 ? "\(line),missing,large" : "\(line),\(markers[index % 3]),\(index % 7)e29"
        }
        let found = try ExposureChecks.clean(try table(lines.joined(separator: "\n"))).findings.droppedColumns
        #expect(
            found["missing"]
                == "its numbers reach -3e+38; if that stands for no number, leave it blank, else take another unit")
        #expect(found.count == 1)
    }

    // MARK: - A user's own past

    @Test func aPastIsOfStrictlyEarlierRowsOfTheSameUser() throws {
        func row(_ user: String, _ second: Int64) -> ExposureRow {
            ExposureRow(
                user: user, item: "i", time: Timestamp(milliseconds: second * 1_000), referencePrice: 10, unitCost: 5,
                numbers: [], levels: [])
        }
        // Not in order of time; two rows of the same second.
        let table = ExposureTable(
            "past", rows: [row("a", 7_200), row("a", 0), row("b", 3_600), row("a", 7_200), row("a", 10_800)],
            numbers: [], levels: []
        ).answered(
            prices: [9, 8, 10, 10, 10], propensities: [1, 1, 1, 1, 1], bought: [true, true, false, false, true])
        let (history, columns) = UserHistory.learn(table)
        let values = columns.map { $0.values.floats ?? [] }
        #expect(values[0] == [1, 0, 0, 1, 3])
        #expect(values[3][0] == 2)
        #expect(values[3][1].isNaN)
        #expect(values[3][4] == 1)
        #expect(abs(values[2][0] - Float(log(0.8))) < 1e-6)
        #expect(abs(values[2][4] - Float((log(0.8) + log(0.9)) / 2)) < 1e-6)
        // Outcomes of a row, and of later ones, change nothing before them.
        let other = table.answered(
            prices: [9, 8, 10, 10, 10], propensities: [1, 1, 1, 1, 1], bought: [true, true, false, true, false])
        let changed = UserHistory.learn(other).columns.map { $0.values.floats ?? [] }
        #expect(changed[2].prefix(4).map(\.bitPattern) == values[2].prefix(4).map(\.bitPattern))
        // A question not later than what is known is a stranger's.
        let asked = ExposureTable(
            "q", rows: [row("a", 10_800), row("a", 14_400), row("c", 14_400)], numbers: [], levels: [])
        let known = history.columns(of: asked).map { $0.values.floats ?? [] }
        #expect(known[0] == [0, 4, 0])
        #expect(known[3][1] == 1)
    }

    /// Whether somebody buys is a matter of who it is, which no column says.
    private func loyal(rows: Int, isLoyal: Bool) -> String {
        var text = "user,item,time,reference_price,price,unit_cost,bought,age\n"
        var draws = Draws(seed: 8, "loyal")
        for row in 0..<rows {
            let user = row % (rows / 20)
            var own = Draws(seed: 8, "user", UInt64(user))
            let taste = isLoyal ? 3 * own.normal() : 0
            let ratio = [0.8, 0.9, 1, 1.1][draws.below(4)]
            let buys = draws.fraction() < 1 / (1 + exp(3 * log(ratio) - taste))
            text += "u\(user),i\(row % 3),\(1_700_000_000 + row * 60),10,\(10 * ratio),6,\(buys ? 1 : 0),\(row % 37)\n"
        }
        return text
    }

    @Test func aPastIsKeptOnlyWhereItHelpsAndTravelsInTheBundle() throws {
        let learned = try ExposureLearner().learn(try table(loyal(rows: 6_000, isLoyal: true)), version: 1)
        guard case .kept(let gain) = learned.report.history else {
            Issue.record("\(learned.report.history)")
            return
        }
        #expect(gain > 0.05)
        #expect(learned.bundle.preparation.kinds == ["age": .numeric])
        let read = try ExposureBundle.decode(learned.bundle.encode())
        #expect(read == learned.bundle)
        let questions = try table(
            "user,item,time,reference_price,unit_cost,age\nu1,i1,1800000000,10,6,3\nnew,i1,1800000000,10,6,3\n",
            for: .questions, kinds: read.preparation.kinds)
        #expect(read.preparation.rows(of: questions).count == 2 * read.preparation.featureNames.count)
        // A worker knows the same past.
        let prepared = read.preparation.rows(of: questions)
        var filled = [Float](repeating: 0, count: prepared.count)
        var span = filled.mutableSpan
        for (row, user) in ["u1", "new"].enumerated() {
            read.profiles.fill(
                &span, row: row, shopper: read.profiles.shoppers.entry(ProfileTable.key(user)),
                item: read.profiles.items.entry(ProfileTable.key("i1")),
                moment: .init(referencePrice: 10, unitCost: 6, time: Timestamp(milliseconds: 1_800_000_000_000)))
        }
        let age = try #require(read.preparation.featureNames.firstIndex(of: "age"))
        let width = read.preparation.featureNames.count
        for place in prepared.indices where place % width != age {
            #expect(abs(filled[place] - prepared[place]) <= 0.02, "\(read.preparation.featureNames[place % width])")
        }
        let alike = try ExposureLearner().learn(try table(loyal(rows: 6_000, isLoyal: false)), version: 1)
        #expect(!alike.report.history.isKept)
        #expect(alike.bundle.preparation.history == nil)
    }

    @Test func aBundleOfAnOlderFormatIsRefusedWithWhatToDo() throws {
        var bytes = try ExposureLearner().learn(try table(Exposures.small()), version: 1).bundle.encode()
        bytes[4] = 1
        let found = #expect(throws: LearningError.self) { try ExposureBundle.decode(bytes) }
        #expect(found?.value == "format 1")
        #expect(found?.remedy.contains("fit again") == true)
    }

    @Test func theReportSaysWhatWasFilledInAndMoved() throws {
        let text = Exposures.small { row, fields in
            fields["age"] = row % 4 == 0 ? "" : row % 100 == 1 ? "1e9" : fields["age"]
        }
        let report = try ExposureLearner().learn(try table(text), version: 1).report
        let age = try #require(report.columns.first { $0.name == "age" })
        #expect(abs(age.blankShare - 0.25) < 0.05)
        // Ten times as far from the median as one value in twenty: ages of 20 to 69 have theirs near 300.
        #expect(abs(age.clampedShare - 0.01) < 0.005)
        #expect((100...400).contains(try #require(age.highest)))
        #expect(report.sentences.contains { $0.contains("“age”") && $0.contains("moved to the nearer end") })
        #expect(report.sentences.contains { $0.contains("“age” is blank in") && $0.contains("stands in") })
    }
}
