// Files of sales as shops really have them: each mistake is named with its line, its column and what to do.

import Domain
import Learning
import Market
import Testing

@Suite struct SalesFileTests {
    private func read(_ text: String, planned: String? = nil, missingIsZero: Bool = false) throws -> SalesFile {
        let folder = try Folder()
        let path = try folder.write(text, to: "s.csv")
        let plan = try planned.map { try folder.write($0, to: "p.csv") }
        return try SalesFile(path: path, planned: plan, missingIsZero: missingIsZero)
    }

    private func error(_ text: String, planned: String? = nil) throws -> LearningError? {
        do { _ = try read(text, planned: planned) } catch let error as LearningError { return error }
        return nil
    }

    private let header = "item,time,units\n"

    @Test func rowsBecomePeriodsAndWhatIsMissingIsUnknown() throws {
        let text =
            "\u{FEFF}item,time,units\r\na,2026-01-05,3\r\na,2026-01-12,0\r\na,2026-01-26,2.5\r\nb,2026-01-12,7\r\n"
        let file = try read(text)
        #expect(file.items.map(\.item) == ["a", "b"])
        #expect(file.items[0].units == [3, 0, nil, 2.5])
        #expect(file.items[1].start == 1)
        #expect(file.items[1].units == [7, nil, nil])
        #expect(file.grid.stepText == "week")
        #expect(file.grid.text(4) == "2026-02-02")
        #expect(try read(text, missingIsZero: true).items[0].units == [3, 0, 0, 2.5])
    }

    @Test(arguments: [
        ("7", "8", "10", "11", "1"), ("2026-01-01", "2026-02-01", "2026-04-01", "2026-05-01", "month"),
        ("2027-11-01T00:00:00Z", "2027-12-01T00:00:00", "2028-02-01T00:00:00", "2028-03-01T00:00:00", "month"),
        ("2026-03-01T00:00:00", "2026-03-01T01:00:00", "2026-03-01T03:00:00", "2026-03-01T04:00:00", "hour"),
        ("2024-02-28", "2024-02-29", "2024-03-02", "2024-03-03", "day"),
    ])
    func everyWayToWriteTimesIsUnderstood(
        _ first: String, _ second: String, _ fourth: String, _ next: String, _ step: String
    )
        throws
    {
        let file = try read(header + "a,\(first),1\na,\(second),2\na,\(fourth),4\n")
        #expect(file.items[0].units == [1, 2, nil, 4])
        #expect(file.grid.stepText == step)
        #expect(file.grid.text(4) == next)
    }

    @Test func pricesOfFuturePeriodsAreRead() throws {
        let file = try read(
            "item,time,units,price,regular_price,display,mailer,holiday\na,1,5,2,2,0,0,0\na,2,6,1.5,2,0.5,1,1\n",
            planned: "item,time,price,regular_price\na,3,1,2\na,5,1.5,2\nc,3,1,2\n")
        let settings = file.items[0].settings
        #expect(settings.count == 5)
        #expect(settings[1] == SalesSetting(price: 1.5, regularPrice: 2, displayShare: 0.5, mailerShare: 1, holiday: 1))
        #expect(settings[2].price == 1)
        #expect(settings[3] == SalesSetting(price: 2, regularPrice: 2))
        #expect(file.findings.contains { $0.contains("1 of 1 items have prices") })
    }

    @Test func disorderIsSortedAndRepetitionDroppedAndBothAreSaid() throws {
        let file = try read(header + "a,3,3\na,1,1\na,2,2\na,2,2\n")
        #expect(file.items[0].units == [1, 2, 3])
        #expect(file.findings.count == 2)
    }

    @Test(arguments: [
        ("a,1,1\na,2,\n", "s.csv:3:units"), ("a,1,1\na,2,-1\n", "s.csv:3:units"), ("a,1,1\na,2,nan\n", "s.csv:3:units"),
        ("a,1,1\na,2,inf\n", "s.csv:3:units"), ("a,1,1\na,2,1e300\n", "s.csv:3:units"),
        ("a,1,1\n,2,1\n", "s.csv:3:item"),
        ("a,1,1\na,soon,1\n", "s.csv:3:time"), ("a,1,1\na,2026-01-02,1\n", "s.csv:3:time"),
        ("a,2026-02-30,1\n", "s.csv:2:time"), ("a,1,1\na,1,2\n", "s.csv:3"), ("a,1\n", "s.csv:2"),
        ("a,7,1\na,14,1\na,21,1\na,29,1\n", "s.csv:5:time"), ("a,1,1\na,2,1\na,9000000,1\n", "s.csv:4:time"),
        ("a,99999999999999999999,1\n", "s.csv:2:time"), ("a,1,1\nb,1,1\n", "s.csv"), ("", "s.csv"),
    ])
    func aMistakeIsNamedByItsLine(rows: String, place: String) throws {
        let error = try #require(try error(header + rows))
        #expect(error.place == place)
        #expect(!error.remedy.isEmpty)
    }

    @Test func aWrongHeaderAndAnEmptyFileAreRefused() throws {
        #expect(try error("")?.place == "s.csv")
        #expect(try error("item,units\na,1\n")?.remedy.contains("“time”") == true)
        #expect(try error("item,time,units,units\na,1,1,1\n")?.place == "s.csv:1")
        #expect(try error("item,time,units,price\na,1,1,0\n")?.place == "s.csv:2:price")
        #expect(try error("item,time,units,display\na,1,1,2\n")?.place == "s.csv:2:display")
        let good = header + "a,1,1\na,2,2\n"
        #expect(try error(good, planned: "item,time\na,3\n")?.place == "p.csv:1")
        #expect(try error(good, planned: "item,time,price\na,2026-01-01,1\n")?.place == "p.csv:2:time")
    }
}
