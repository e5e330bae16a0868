// Files that analysts really have: each mistake is named with its line, its column and what to do, and nothing is
// learned from it.

import Domain
import Learning
import Testing

@Suite struct ExposureFileTests {
    private func error(_ text: String, kinds: [String: ColumnKind] = [:]) throws -> LearningError? {
        let folder = try Folder()
        let path = try folder.write(text, to: "e.csv")
        do throws(LearningError) {
            _ = try ExposureLearner().learn(try ExposureTable(path: path, for: .outcomes, kinds: kinds), version: 1)
            return nil
        } catch {
            return error
        }
    }

    @Test func aGoodFileIsLearnedFrom() throws {
        #expect(try error(Exposures.small()) == nil)
    }

    @Test(arguments: ["user", "item", "time", "reference_price", "price", "unit_cost", "bought"])
    func aMissingColumnIsNamed(_ name: String) throws {
        let text = Exposures.small()
        let header = text.prefix { $0 != "\n" }
        let renamed = header.split(separator: ",").map { $0 == name ? "other" : $0 }.joined(separator: ",")
        let error = try #require(try error(renamed + text.dropFirst(header.count)))
        #expect(error.place == "e.csv:1")
        #expect(error.remedy.contains("“\(name)”"))
    }

    @Test(arguments: [
        ("price", "0", "e.csv:7:price"), ("price", "-1", "e.csv:7:price"), ("price", "", "e.csv:7:price"),
        ("price", "nan", "e.csv:7:price"), ("reference_price", "0", "e.csv:7:reference_price"),
        ("unit_cost", "-2", "e.csv:7:unit_cost"), ("bought", "2", "e.csv:7:bought"), ("bought", "", "e.csv:7:bought"),
        ("time", "yesterday", "e.csv:7:time"), ("price", "4000", "e.csv:7:price"), ("price", "0.01", "e.csv:7:price"),
    ])
    func aFieldThatCannotBeIsNamedByItsLine(column: String, value: String, place: String) throws {
        let error = try #require(try error(Exposures.small { if $0 == 5 { $1[column] = value } }))
        #expect(error.place == place)
        #expect(error.value == value || Double(error.value) == Double(value))
        #expect(!error.remedy.isEmpty)
    }

    @Test func aWordAmongNumbersIsAMistakeAndManyAreCategories() throws {
        let error = try #require(try error(Exposures.small { if $0 == 8 { $1["age"] = "old" } }))
        #expect(error.place == "e.csv:10:age")
        #expect(error.value == "old")
        #expect(
            try self.error(Exposures.small { if $0 == 8 { $1["age"] = "old" } }, kinds: ["age": .categorical]) == nil)
        #expect(try self.error(Exposures.small { if $0 % 3 == 0 { $1["age"] = "old" } }) == nil)
    }

    @Test func whatNoModelCanBeMadeOfIsRefused() throws {
        #expect(try error(Exposures.small(rows: 300))?.value == "300 different exposures")
        #expect(try error(Exposures.small { $1["bought"] = "0" })?.place == "e.csv:bought")
        #expect(try error(Exposures.small { $1["bought"] = "1" })?.place == "e.csv:bought")
        #expect(try error(Exposures.small { $1["price"] = "9.50" })?.remedy.contains("never moved") == true)
        #expect(try error(Exposures.small { $1["user"] = "u" })?.place == "e.csv:user")
        #expect(try error("") != nil)
        #expect(try error(Exposures.small(rows: 0)) != nil)
    }

    @Test func aPropensityOf0IsRefusedByItsLine() throws {
        let folder = try Folder()
        let lines = Exposures.small().split(separator: "\n").enumerated()
        let text = lines.map { "\($1),\($0 == 0 ? "propensity" : $0 == 3 ? "0" : "0.25")" }.joined(separator: "\n")
        let path = try folder.write(text, to: "e.csv")
        let error = #expect(throws: LearningError.self) { try ExposureTable(path: path, for: .outcomes) }
        #expect(error?.place == "e.csv:4:propensity")
    }

    @Test func whatRepeatsOrLeaksIsDroppedAndSaid() throws {
        let folder = try Folder()
        let repeated = Exposures.small { row, fields in
            if row % 10 == 9 { fields["time"] = "\(1_700_000_000)"; fields["user"] = "u0"; fields["item"] = "i0" }
            fields["age"] = fields["bought"] == "1" ? "\(50 + row % 9)" : "\(row % 40)"
        }
        let table = try ExposureTable(path: folder.write(repeated, to: "e.csv"), for: .outcomes)
        let report = try ExposureLearner().learn(table, version: 1).report
        // The first row is that exposure, too.
        #expect(report.findings.duplicates == 120)
        #expect(report.findings.droppedColumns["age"]?.contains("after the purchase") == true)
        let price = Exposures.small { _, fields in fields["age"] = fields["price"] }
        let same = try ExposureTable(path: folder.write(price, to: "p.csv"), for: .outcomes)
        let found = try ExposureLearner().learn(same, version: 1).report.findings
        #expect(found.droppedColumns["age"]?.contains("price shown") == true)
    }
}
