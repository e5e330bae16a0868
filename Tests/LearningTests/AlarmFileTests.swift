// Files of alarms: what they freeze, until when, and what is wrong with them by its line.

import Domain
import Learning
import Testing

@Suite struct AlarmFileTests {
    private static let header = "item,time,series,value,expected,reason,magnitude,frozen_until\n"

    private func read(_ text: String, until end: Timestamp? = nil) throws -> AlarmFile {
        let folder = try Folder()
        let path = try folder.write(text, to: "a.csv")
        return try AlarmFile(path: path, until: end)
    }

    private func freeze(_ item: String, _ until: String, _ reason: String) throws -> AlarmFile.Freeze {
        AlarmFile.Freeze(item: item, until: try #require(Timestamp(utc: until)), reason: reason)
    }

    @Test func severalAlarmsOfAnItemAreOneFreezeUntilTheLatestEnd() throws {
        let file = try read(
            Self.header + """
                b,2026-01-02,demand,900,100,spike,8,2026-01-04
                a,2026-01-02,competitor price,1,100,decimal slip,0.01,2026-01-05
                b,2026-01-03,demand,800,100,spike,7,2026-01-06T12:00:00Z
                a,2026-01-03,demand,800,100,spike,7,2026-01-04
                c,2026-01-03,demand,800,100,spike,7,
                """)
        #expect(file.alarms == 5)
        #expect(
            try file.freezes == [
                freeze("b", "2026-01-06T12:00:00Z", "demand, spike, 2026-01-03"),
                freeze("a", "2026-01-05T00:00:00Z", "competitor price, decimal slip, 2026-01-02"),
            ])
    }

    @Test func anEndOfOnesOwnIsThatOfAll() throws {
        let end = try #require(Timestamp(utc: "2026-02-01T00:00:00"))
        let file = try read(Self.header + "b,17,demand,900,100,spike,8,19\nb,18,demand,900,100,drop,8,20\n", until: end)
        #expect(try file.freezes == [freeze("b", "2026-02-01T00:00:00", "demand, drop, 18")])
    }

    @Test(arguments: [header, "\u{FEFF}" + header, header.replacing("\n", with: "\r\n"), header + "\n\n"])
    func aFileWithoutAlarmsFreezesNothing(_ text: String) throws {
        #expect(try read(text).freezes.isEmpty)
    }

    @Test(arguments: [
        ("", "a.csv"), ("item,time\nb,1\n", "a.csv:1"),
        (header + "b,17,demand,900,100,spike,8,19\n", "a.csv:2:frozen_until"),
        (header + "b,17,demand,900,100,spike,8,soon\n", "a.csv:2:frozen_until"),
        (header + ",17,demand,900,100,spike,8,2026-01-04\n", "a.csv:2:item"),
        (header + "\"b\nb\",17,demand,900,100,spike,8,2026-01-04\n", "a.csv:2:item"),
        (header + String(repeating: "b", count: 65) + ",17,demand,900,100,spike,8,2026-01-04\n", "a.csv:2:item"),
        (header + "b,17,demand,900,100,\u{0},8,2026-01-04\n", "a.csv:2:reason"),
        (header + "b,17,demand,900,100\n", "a.csv:2"),
    ])
    func aMistakeIsNamedByItsLine(_ text: String, _ place: String) throws {
        let error = #expect(throws: LearningError.self) { try read(text) }
        #expect(error?.place == place)
        #expect(error?.remedy.isEmpty == false)
    }

    @Test func aReasonNeverGrowsBeyondWhatAFreezeTakes() throws {
        let long = String(repeating: "x", count: 60)
        let file = try read(Self.header + "b,\(long),\(long),900,100,\(long),8,2026-01-04\n")
        #expect(try #require(file.freezes.first).reason.utf8.count <= Limits.freezeReasonBytes)
        #expect(throws: LearningError.self) { try read(Self.header + "b,1,\(long)x,9,1,r,8,2026-01-04\n") }
    }
}
