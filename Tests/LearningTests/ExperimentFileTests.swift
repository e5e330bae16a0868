// Experiments as files: mistakes are named by their line, and the metrics are those of the columns.

import Domain
import Experiments
import Learning
import Testing

@Suite struct ExperimentFileTests {
    private func read(_ text: String, _ columns: ExperimentFile.Columns = .init()) throws -> ExperimentFile {
        let folder = try Folder()
        return try ExperimentFile(path: try folder.write(text, to: "e.csv"), columns)
    }

    private func labels(_ file: ExperimentFile) -> [String] { file.metrics.map { "\($0.name) per \($0.per)" } }

    @Test func exposuresHaveProfitRevenueAndConversion() throws {
        let file = try read(
            """
            user,item,time,reference_price,price,unit_cost,bought,quantity,arm,region
            u,a,2026-01-01,10,9,5,1,2,control,north
            u,a,2026-01-02,10,9,5,1,,control,north
            v,a,2026-01-02,10,8,5,0,,personal,north
            """)
        #expect(
            labels(file) == [
                "profit per user", "revenue per user", "conversion per user", "profit per exposure",
                "revenue per exposure", "conversion per exposure",
            ])
        let values = Dictionary(uniqueKeysWithValues: file.table.columns.map { ($0.name, $0.values) })
        #expect(values["profit"] == [8, 4, 0])
        #expect(values["revenue"] == [18, 9, 0])
        #expect(values["conversion"] == [1, 1, 0])
        #expect(values["buyer"] == [1, 0, 0])
    }

    @Test func aByteOrderMarkCarriageReturnsAndRatiosAreRead() throws {
        var columns = ExperimentFile.Columns()
        columns.ratios = [("revenue", "visits"), ("revenue", "rows")]
        let file = try read("\u{FEFF}user,arm,time,revenue,visits\r\nu,A,1,3,2\r\nv,B,2,4,1\r\n", columns)
        #expect(labels(file) == ["revenue per visits", "revenue per row"])
        #expect(try file.control(named: nil) == 0)
        #expect(try file.control(named: "B") == 1)
        #expect(try file.shares([("B", 0.9), ("A", 0.1)]) == [0.1, 0.9])
        for wrong in [[("A", 0.5)], [("A", 0.5), ("B", 0.4)], [("A", 0.5), ("A", 0.5)], [("C", 1.0)]] {
            #expect(throws: LearningError.self) { try file.shares(wrong) }
        }
    }

    @Test(arguments: [
        ("", "e.csv"), ("user,arm,time,x\n", "e.csv"), ("user,arm,x\nu,A,1\n", "e.csv:1"),
        ("user,arm,time\nu,A,1\nv,B,1\n", "e.csv:1"), ("user,arm,time,x,x\nu,A,1,1,1\n", "e.csv:1"),
        ("user,arm,time,x\nu,A,1,1\n", "e.csv, arm"), ("user,arm,time,x\nu,,1,1\n", "e.csv:2:arm"),
        ("user,arm,time,x\n,A,1,1\n", "e.csv:2:user"), ("user,arm,time,x\nu,A,1,\n", "e.csv:2:x"),
        ("user,arm,time,x\nu,A,1,nan\n", "e.csv:2:x"), ("user,arm,time,x\nu,A,1,1e300\n", "e.csv:2:x"),
        ("user,arm,time,x\nu,A,soon,1\n", "e.csv:2:time"), ("user,arm,time,x\nu,A,1\n", "e.csv:2"),
        ("user,arm,time,x\nu,A,1,1\nv,B,2026-01-01,1\n", "e.csv:3:time"),
        ("user,arm,time,price,unit_cost,bought\nu,A,1,5,2,yes\n", "e.csv:2:bought"),
        ("user,arm,time,price,unit_cost,bought,quantity\nu,A,1,5,2,1,0\n", "e.csv:2:quantity"),
    ])
    func aMistakeIsNamedByItsLine(text: String, place: String) throws {
        let error = try #require(throws: LearningError.self) { try read(text) }
        #expect(error.place == place)
        #expect(!error.remedy.isEmpty)
    }

    @Test func aCovariateThatChangesIsNotOfBefore() throws {
        var columns = ExperimentFile.Columns()
        columns.covariate = "b"
        let error = try #require(throws: LearningError.self) {
            try read("user,arm,time,x,b\nu,A,1,1,5\nu,A,2,1,6\nv,B,1,1,\n", columns)
        }
        #expect(error.place == "e.csv:3:b")
    }
}
