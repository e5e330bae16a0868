import Domain
import Learning
import Testing

@Suite struct CSVReaderTests {
    private func records(_ text: String) throws -> [[String]] {
        let folder = try Folder()
        return try records(path: folder.write(text, to: "file.csv"))
    }

    private func records(path: String) throws -> [[String]] {
        let reader = try CSVReader(path: path)
        let columns = try reader.header.map { try reader.column($0) }
        var records = [reader.header]
        while try reader.next() { records.append(columns.map { reader.text($0) }) }
        return records
    }

    @Test func plainRecordsWithAndWithoutTheLastLineBreak() throws {
        let expected = [["a", "b"], ["1", "2"], ["3", ""]]
        #expect(try records("a,b\n1,2\n3,\n") == expected)
        #expect(try records("a,b\n1,2\n3,") == expected)
        #expect(try records("a,b\r\n1,2\r\n3,\r\n") == expected)
        #expect(try records("\u{FEFF}a,b\n1,2\n\n3,\n\n") == expected)
    }

    @Test func quotesMayHoldCommasQuotesAndLineBreaks() throws {
        let expected = [["a", "b"], ["x,y", "say \"hi\""], ["two\nlines", ""], ["", "end"]]
        #expect(try records("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\"\n\"\",\"end\"") == expected)
        #expect(try records("a,b\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",\"\"\r\n\"\",\"end\"\r\n") == expected)
        #expect(try records("a,b\n5\" nail,1\n") == [["a", "b"], ["5\" nail", "1"]])
    }

    @Test func filesLongerThanTheBufferReadTheSame() throws {
        let body = (0..<30_000).map { "\($0),\"value, \($0)\"\n" }.joined()
        let read = try records("number,text\n" + body)
        #expect(read.count == 30_001)
        #expect(read[29_999] == ["29998", "value, 29998"])
    }

    @Test func gzipReadsLikePlain() throws {
        let folder = try Folder()
        let text = "a,b\n" + (0..<5_000).map { "\($0),\"x\"\n" }.joined()
        let bytes = gzip(Array(text.utf8))
        #expect(try records(path: folder.write(bytes, to: "file.csv.gz")) == records(text))
        let cut = try folder.write(Array(bytes.prefix(bytes.count / 2)), to: "cut.csv.gz")
        let error = #expect(throws: LearningError.self) { try records(path: cut) }
        #expect(error?.place == "cut.csv.gz")
    }

    @Test func errorsNameFileLineColumnValueAndRemedy() throws {
        let folder = try Folder()
        let path = try folder.write("id,price\n\"a\nb\",1.5\nc,\nd,cheap\ne,1e400\n", to: "prices.csv")
        let usd = try #require(Currency(code: "USD"))
        let reader = try CSVReader(path: path)
        let price = try reader.column("price")
        #expect(try reader.next())
        #expect(try reader.number(price) == 1.5)
        #expect(try reader.money(price, in: usd, rounded: .nearest) == Money(minorUnits: 150))
        for (line, value) in [(4, ""), (5, "cheap"), (6, "1e400")] {
            #expect(try reader.next())
            let error = #expect(throws: LearningError.self) { try reader.number(price) }
            #expect(error?.place == "prices.csv:\(line):price")
            #expect(error?.value == value)
            #expect(error?.remedy.isEmpty == false)
        }
        let missing = #expect(throws: LearningError.self) { try reader.column("cost") }
        #expect(missing?.remedy.contains("cost") == true)
    }

    @Test func brokenRecordsAreRefusedAtTheirLine() throws {
        for (text, place) in [
            ("a,b\n1,2,3\n", "file.csv:2"), ("a,b\n1,2\n1\n", "file.csv:3"), ("a,b\n\"open,2\n", "file.csv:2"),
            ("a,b\n\"x\"y,2\n", "file.csv:2"), ("", "file.csv"),
        ] {
            let error = #expect(throws: LearningError.self) { try records(text) }
            #expect(error?.place == place)
        }
        let error = #expect(throws: LearningError.self) { try records(path: "/nowhere/file.csv") }
        #expect(error?.place == "/nowhere/file.csv")
    }

    /// In Latin-1 two names would become one, and a NUL cuts a number in the middle.
    @Test func textThatIsNotUTF8IsRefusedByItsField() throws {
        let folder = try Folder()
        func error(_ bytes: [UInt8]) throws -> LearningError? {
            let path = try folder.write(bytes, to: "e.csv")
            return #expect(throws: LearningError.self) { try records(path: path) }
        }
        let names = Array("a,name\n1,caf\u{e9}\n2,caf".utf8)
        #expect(try error(names + [0xE9, 0x0A])?.place == "e.csv:3:name")
        #expect(try error(names + [0xE9, 0x0A])?.remedy.contains("UTF-8") == true)
        #expect(try error(Array("a,name\n1,x\n2\05,y\n".utf8))?.place == "e.csv:3:a")
        #expect(try error([0x61, 0xFF, 0x2C, 0x62, 0x0A])?.place == "e.csv:1")
        #expect(try records(path: folder.write(names, to: "u.csv")).last == ["2", "caf"])
    }

    @Test func otherSeparatorsFoldersAndEndlessLinesAreNamed() throws {
        let folder = try Folder()
        let reader = try CSVReader(path: folder.write("user;item\n1;2\n", to: "e.csv"))
        let error = #expect(throws: LearningError.self) { try reader.column("user") }
        #expect(error?.remedy == "Separate fields by commas.")
        let directory = #expect(throws: LearningError.self) { try records(path: "/usr") }
        #expect(directory?.value == "a folder")
        let endless = folder.path + "/long.csv"
        _ = try folder.write("a\n" + String(repeating: "x", count: 1 << 21), to: "long.csv")
        let long = #expect(throws: LearningError.self) { try records(path: endless) }
        #expect(long?.value.contains("more than 1048576 bytes") == true)
    }

    @Test func numbersReadAsTheStandardLibraryReadsThem() throws {
        let texts = ["0", "0.5", "1.095", "12345678901.2345", "0.1", "-3.25", "1e3", "123456789012345678", "007", "3."]
        let folder = try Folder()
        let reader = try CSVReader(path: folder.write("n\n" + texts.joined(separator: "\n"), to: "n.csv"))
        let column = try reader.column("n")
        for text in texts {
            #expect(try reader.next())
            #expect(try reader.number(column) == Double(text) ?? 3)
        }
    }

    @Test func timesAreUTCAndCheckedAgainstTheCalendar() throws {
        let folder = try Folder()
        let good = [
            ("1970-01-01T00:00:00", Int64(0)), ("2017-01-01T13:22:42", 1_483_276_962_000),
            ("2017-01-01 13:22:42", 1_483_276_962_000), ("2017-01-01T13:22:42.5Z", 1_483_276_962_500),
            ("2017-01-01T15:22:42.123456+02:00", 1_483_276_962_123), ("2017-01-01 09:52:42-0330", 1_483_276_962_000),
        ]
        let bad = [
            "2017-02-29T00:00:00", "2017-13-01T00:00:00", "2017-01-01_00:00:00", "2017-01-01T24:00:00", "",
            "2017-01-01T00:00:00.", "2017-01-01T00:00:00+2", "2017-01-01T00:00:00+25:00", "2017-01-01T00:00:00ZZ",
        ]
        let text = "t,x\n" + (good.map(\.0) + bad).map { "\($0),\n" }.joined()
        let reader = try CSVReader(path: folder.write(text, to: "t.csv"))
        let column = try reader.column("t")
        for (_, milliseconds) in good {
            #expect(try reader.next())
            #expect(try reader.timestamp(column).milliseconds == milliseconds)
        }
        for _ in bad {
            #expect(try reader.next())
            #expect(throws: LearningError.self) { try reader.timestamp(column) }
        }
    }
}
