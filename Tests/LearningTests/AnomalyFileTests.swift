// Streams of observations as files: what cannot be read is named by its line, what is absurd is left to the detector.

import Domain
import Learning
import Market
import Testing

@Suite struct AnomalyFileTests {
    private func read(_ text: String) throws -> AnomalyFile {
        let folder = try Folder()
        let path = try folder.write(text, to: "o.csv")
        return try AnomalyFile(path: path)
    }

    private func error(_ text: String) throws -> LearningError? {
        do { _ = try read(text) } catch let error as LearningError { return error }
        return nil
    }

    @Test func rowsKeepTheirOrderAndBlanksAreUnseen() throws {
        let file = try read(
            "item,time,units,competitor_price,lift\na,2026-01-08,3,,\na,2026-01-01,,-2,1.5\na,2026-01-15,4,1,\n")
        #expect(file.rows.map(\.observation.units) == [3, nil, 4])
        #expect(file.rows.map(\.observation.competitorPrice) == [nil, -2, 1])
        #expect(file.rows.map(\.observation.lift) == [1, 1.5, 1])
        #expect(file.period == 7)
        #expect(file.style.text(file.rows[1].observation.time) == "2026-01-01")
    }

    @Test(arguments: [
        ("item,time\na,1\n", "o.csv:1"), ("item,time,units\n", "o.csv"), ("", "o.csv"),
        ("item,time,units,units\na,1,1,1\n", "o.csv:1"), ("item,time,units\na,1,-1\n", "o.csv:2:units"),
        ("item,time,units\na,1,x\n", "o.csv:2:units"),
        ("item,time,competitor_price\na,1,nan\n", "o.csv:2:competitor_price"),
        ("item,time,units,lift\na,1,1,0\n", "o.csv:2:lift"), ("item,time,units\n,1,1\n", "o.csv:2:item"),
        ("item,time,units\na,1,1\na,2026-01-01,1\n", "o.csv:3:time"),
        ("item,time,units\na,1,1\na,2,1\na,3,1\na,900000,1\n", "o.csv:5:time"),
    ])
    func aMistakeIsNamedByItsLine(text: String, place: String) throws {
        let error = try #require(try error(text))
        #expect(error.place == place)
        #expect(!error.remedy.isEmpty)
    }
}
