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
        ("time", "yesterday", "e.csv:7:time"), ("user", "", "e.csv:7:user"), ("item", "", "e.csv:7:item"),
        ("price", "4000", "e.csv:7:price"), ("price", "0.01", "e.csv:7:price"),
    ])
    func aFieldThatCannotBeIsNamedByItsLine(column: String, value: String, place: String) throws {
        let error = try #require(try error(Exposures.small { if $0 == 5 { $1[column] = value } }))
        #expect(error.place == place)
        #expect(error.value == value || Double(error.value) == Double(value))
        #expect(!error.remedy.isEmpty)
    }

    @Test func aPurchaseOfNoUnitsIsNamedByItsLine() throws {
        func spoiled(_ units: String, where bought: String) throws -> LearningError? {
            var isDone = false
            let text = Exposures.small(more: ["quantity"]) { _, fields in
                fields["quantity"] = "2"
                if !isDone, fields["bought"] == bought {
                    fields["quantity"] = units
                    isDone = true
                }
            }
            return try error(text)
        }
        #expect(try spoiled("", where: "1") == nil, "one")
        for units in ["0", "-1", "nan", "1e7", "some"] {
            let error = try #require(try spoiled(units, where: "1"))
            #expect(error.place.hasSuffix(":quantity") && !error.remedy.isEmpty, "\(units): \(error)")
            // Nothing was bought, so that nothing counts.
            #expect(try spoiled(units, where: "0") == nil, "\(units)")
        }
    }

    @Test func aFixedColumnHasNoKindToDeclare() throws {
        let error = try #require(try error(Exposures.small(), kinds: ["price": .categorical]))
        #expect(error.place == "the types" && error.value == "price")
        #expect(try self.error(Exposures.small(), kinds: ["colour": .categorical])?.remedy.contains("colour") == true)
    }

    @Test func aWordAmongNumbersIsAMistakeAndManyAreCategories() throws {
        let error = try #require(try error(Exposures.small { if $0 == 8 { $1["age"] = "old" } }))
        #expect(error.place == "e.csv:10:age")
        #expect(error.value == "old")
        #expect(
            try self.error(Exposures.small { if $0 == 8 { $1["age"] = "old" } }, kinds: ["age": .categorical]) == nil)
        #expect(try self.error(Exposures.small { if $0 % 3 == 0 { $1["age"] = "old" } }) == nil)
    }

    /// What exports write for a blank is one where all else are numbers, and a word where words are.
    @Test(arguments: ["NA", "nan", "null", "None", "?", "-", "N/A"])
    func wordsForBlanksAreBlanksAmongNumbers(_ word: String) throws {
        let folder = try Folder()
        func read(_ kinds: [String: ColumnKind] = [:], _ value: (Int) -> String) throws -> FeatureColumn {
            let text = Exposures.small { row, fields in fields["age"] = value(row) }
            return try ExposureTable(path: folder.write(text, to: "e.csv"), for: .outcomes, kinds: kinds)
                .features[0].values
        }
        for kinds: [String: ColumnKind] in [[:], ["age": .numeric]] {
            guard case .numbers(let numbers) = try read(kinds, { $0 % 3 == 0 ? word : "\($0)" }) else {
                Issue.record("read as words")
                continue
            }
            #expect(numbers[3].isNaN && numbers[4] == 4 && numbers.count { $0.isNaN } == 400)
        }
        #expect(try read { $0 % 3 == 0 ? word : "north" } == .levels((0..<1_200).map { $0 % 3 == 0 ? word : "north" }))
        #expect(try read { _ in word } == .levels([String](repeating: word, count: 1_200)))
    }

    @Test func numbersInAnotherSpellingAreSaid() throws {
        let folder = try Folder()
        func said(_ value: (Int) -> String) throws -> [String] {
            let text = Exposures.small { row, fields in fields["age"] = "\"\(value(row))\"" }
            let table = try ExposureTable(path: folder.write(text, to: "e.csv"), for: .outcomes)
            return try ExposureChecks.clean(table).findings.spelledNumbers
        }
        for spelled in ["0,%d", "€%d", "%d%", "1.%d,50", "$ 1,%d"] {
            #expect(try said { spelled.replacing("%d", with: "\(100 + $0 % 700)") } == ["age"], "\(spelled)")
        }
        for word in ["%d-120", "%d+", "2.%d.1", "b%d"] {
            #expect(try said { word.replacing("%d", with: "\(10 + $0 % 15)") } == [], "\(word)")
        }
    }

    @Test func aKindThatMayBeAnotherIsSaid() throws {
        let folder = try Folder()
        func said(_ kinds: [String: ColumnKind] = [:], value: (Int) -> String) throws -> String? {
            let text = Exposures.small { row, fields in fields["age"] = value(row) }
            let table = try ExposureTable(path: folder.write(text, to: "e.csv"), for: .outcomes, kinds: kinds)
            return try ExposureChecks.clean(table).findings.sentences.first { $0.contains("“age” was read as") }
        }
        func mixed(_ row: Int) -> String { row % 3 == 0 ? "b\(row % 5)" : "\(row % 7)" }
        let words = try #require(try said(value: mixed))
        #expect(words.contains("800 of 1200 values are numbers, others are such as “b0” (line 2)"))
        func seconds(_ row: Int) -> String { row % 4 == 0 ? "" : "\(1_400_000_000 + row * 3_600)" }
        #expect(try #require(try said(value: seconds)).contains("seconds since 1970"))
        #expect(try said(["age": .categorical], value: mixed) == nil)
        #expect(try said(["age": .numeric], value: seconds) == nil)
        #expect(try said { "\($0 % 7)" } == nil)
        #expect(try said { "b\($0 % 7)" } == nil)
        #expect(try #require(try said { "0\($0 % 9 + 1)/10/2023" }).contains("look like times"))
        #expect(try said { $0 % 20 == 0 ? "7" : "b\($0 % 7)" } == nil)
        #expect(try said { "\($0 == 0 ? 7 : 1_400_000_000 + $0)" } == nil)
    }

    @Test func whatNoModelCanBeMadeOfIsRefused() throws {
        #expect(try error(Exposures.small(rows: 300))?.value == "300 different exposures")
        #expect(try error(Exposures.small { $1["bought"] = "0" })?.place == "e.csv:bought")
        #expect(try error(Exposures.small { $1["bought"] = "1" })?.place == "e.csv:bought")
        #expect(try error(Exposures.small { $1["price"] = "9.50" })?.remedy.contains("never moved") == true)
        #expect(try error(Exposures.small { $1["user"] = "u" })?.place == "e.csv:user")
        #expect(try error(Exposures.small { $1["user"] = "u\($0 % 2)" })?.place == "e.csv:user")
        #expect(
            try error(Exposures.small { $1["bought"] = $0 % 400 == 0 ? "1" : "0" })?.value
                == "3 purchases in 1200 exposures")
        #expect(try error(Exposures.small { $1["unit_cost"] = "60.00" })?.place == "e.csv:2:unit_cost")
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

    private func dropped(_ value: (Int, [String: String]) -> String) throws -> String? {
        let folder = try Folder()
        let text = Exposures.small { row, fields in fields["age"] = value(row, fields) }
        let table = try ExposureTable(path: folder.write(text, to: "e.csv"), for: .outcomes)
        return try ExposureChecks.clean(table).findings.droppedColumns["age"]
    }

    @Test func whatLeaksInWordsOrBlanksIsDroppedToo() throws {
        let isPurchase = "after the purchase"
        #expect(try dropped { $0 % 99 == 0 ? "no" : $1["bought"] == "1" ? "yes" : "no" }?.contains(isPurchase) == true)
        #expect(try dropped { $1["bought"] == "1" ? "order \($0)" : "" }?.contains(isPurchase) == true)
        #expect(try dropped { $1["bought"] == "1" ? "\($0)" : "" }?.contains(isPurchase) == true)
        #expect(try dropped { "d\($1["price"] ?? "")" }?.contains("price shown") == true)
        // Some buyers, and nobody else.
        let gift = try dropped { $1["bought"] == "1" && $0 % 3 == 0 ? "gift" : "none" }
        #expect(gift?.contains("where it is “gift” were bought") == true)
        #expect(try dropped { $1["bought"] == "1" && $0 % 3 == 0 ? "7" : "0" }?.contains("where it is not 0") == true)
        #expect(try dropped { $1["bought"] == "1" && $0 % 3 == 0 ? "7" : "" }?.contains("not blank") == true)
        #expect(try dropped { $1["bought"] == "1" && $0 % 300 == 0 ? "gift" : "none" } == nil)
        #expect(try dropped { row, _ in "level \(row % 9)" } == nil)
        #expect(try dropped { row, _ in row % 4 == 0 ? "" : "\(row * 7_919 % 50)" } == nil)
        #expect(try dropped { row, _ in "name \(row)" } == nil)
    }

    @Test func whatIsComputedFromThePriceIsThePrice() throws {
        func price(_ fields: [String: String]) -> Double { Double(fields["price"] ?? "") ?? 0 }
        #expect(try dropped { "\(10 - price($1))" }?.contains("price shown") == true)
        #expect(try dropped { "\(price($1) - 6)" }?.contains("price shown") == true)
        #expect(try dropped { "\(1 - 6 / price($1))" }?.contains("price shown") == true)
        #expect(try dropped { price($1) < 9.5 ? "deal" : "none" }?.contains("price was shown") == true)
        #expect(try dropped { price($1) < 9.5 ? "1" : "0" }?.contains("price was shown") == true)
        #expect(try dropped { price($1) < 9.5 && $0 % 4 != 0 ? "1" : "0" } == nil)
    }

    /// Members are shown other prices than guests: what membership does would be taken for what prices do.
    @Test func groupsOfShoppersWithPricesOfTheirOwnAreRefused() throws {
        let place = try refusal { row, fields in
            let isMember = row % 300 < 150
            fields["age"] = isMember ? "member" : "guest"
            fields["price"] = "\((isMember ? [8, 8.5] : [9.5, 10])[row / 300 % 2])"
        }
        #expect(place == "e.csv:1:age")
    }

    @Test func theOrderOfTheFileDoesNotMatter() throws {
        let folder = try Folder()
        let rows = Exposures.small { row, fields in if row % 50 == 1 { fields["time"] = "1700000000" } }
            .split(separator: "\n")
        func cleaned(_ lines: [Substring]) throws -> ExposureTable {
            let text = ([rows[0]] + lines).joined(separator: "\n")
            return try ExposureChecks.clean(
                try ExposureTable(path: folder.write(text, to: "e.csv"), for: .outcomes)
            ).table
        }
        let ordered = try cleaned(Array(rows.dropFirst()))
        let reversed = try cleaned(rows.dropFirst().reversed())
        #expect(ordered.users == reversed.users && ordered.items == reversed.items && ordered.times == reversed.times)
        #expect(ordered.prices == reversed.prices && ordered.bought == reversed.bought)
        #expect(ordered.features.map(\.values) == reversed.features.map(\.values))
    }

    @Test func rowsThatContradictEachOtherAreSaid() throws {
        let folder = try Folder()
        var lines = Exposures.small().split(separator: "\n").map(String.init)
        for row in 1...20 {
            var fields = lines[row].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if row <= 5 { fields[6] = fields[6] == "1" ? "0" : "1" }
            lines.append(fields.joined(separator: ","))
        }
        let table = try ExposureTable(path: folder.write(lines.joined(separator: "\n"), to: "e.csv"), for: .outcomes)
        let (kept, findings) = try ExposureChecks.clean(table)
        #expect((findings.duplicates, findings.contradictions) == (20, 5))
        #expect(kept.bought.prefix(5) == [true, true, true, true, true])
        #expect(findings.sentences.contains { $0.contains("5 of them say another price or outcome") })
    }

    @Test func aCostOfTenTimesTheReferencePriceIsRefusedAndOneAboveThePriceSaid() throws {
        let absurd = try #require(try error(Exposures.small { if $0 % 400 == 5 { $1["unit_cost"] = "600" } }))
        #expect(absurd.place == "e.csv:7:unit_cost" && absurd.remedy.contains("3 rows, lines 7, 407, 807"))
        let folder = try Folder()
        let text = Exposures.small { if $0 % 400 == 5 { $1["unit_cost"] = "12" } }
        let table = try ExposureTable(path: folder.write(text, to: "e.csv"), for: .outcomes)
        let sentences = try ExposureChecks.clean(table).findings.sentences
        #expect(sentences.contains { $0.contains("3 rows cost as much as their price or more (lines 7, 407, 807)") })
    }

    @Test func aColumnThatPricesAddIsRefused() throws {
        let error = try #require(try error(Exposures.small(more: ["elasticity"])))
        #expect(error.place == "e.csv:1" && error.value == "elasticity" && error.remedy.contains("rename"))
    }

    @Test func anExportWithAMarkAndQuotedNamesIsRead() throws {
        let text = Exposures.small()
        let header = text.prefix { $0 != "\n" }
        let quoted = header.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ",")
        #expect(try error("\u{FEFF}" + quoted + text.dropFirst(header.count)) == nil)
        let ended = try #require(try error(text.replacing("\n", with: "\r")))
        #expect(ended.place == "e.csv:1" && ended.remedy.contains("line feed"))
    }

    @Test func aPriceInTheCurrencyIsThePriceByAnotherName() throws {
        let folder = try Folder()
        let text = Exposures.small { row, fields in
            let scale = Double(1 + row % 7 * 5)
            fields["reference_price"] = "\(10 * scale)"
            fields["price"] = "\((Double(fields["price"] ?? "") ?? 0) * scale)"
            fields["age"] = fields["price"]
        }
        let table = try ExposureTable(path: folder.write(text, to: "e.csv"), for: .outcomes)
        #expect(try ExposureChecks.clean(table).findings.droppedColumns["age"]?.contains("price shown") == true)
    }

    /// Dropped, what prices were set by would be taken for what prices do.
    @Test func aColumnThatPricesFollowIsRefusedUnlessItIsTheirCopy() throws {
        func found(
            propensity: Double? = nil, _ change: @escaping (Int, inout [String: String]) -> Void
        ) throws -> (error: LearningError?, dropped: String?) {
            let folder = try Folder()
            var lines = Exposures.small(rows: 4_000, change: change).split(separator: "\n").map(String.init)
            if let propensity {
                lines = lines.enumerated().map { "\($1),\($0 == 0 ? "propensity" : "\(propensity)")" }
            }
            let path = try folder.write(lines.joined(separator: "\n"), to: "e.csv")
            let table = try ExposureTable(path: path, for: .outcomes)
            do throws(LearningError) {
                return (nil, try ExposureChecks.clean(table).findings.droppedColumns["age"])
            } catch {
                return (error, nil)
            }
        }
        var lottery = Lottery(seed: 11)
        let noise = (0..<4_000).map { _ in Double.random(in: -1...1, using: &lottery) }
        let normal = (0..<4_000).map { _ in
            (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &lottery) }
        }
        /// Prices that follow the age with a little noise.
        func follow(_ row: Int, _ fields: inout [String: String]) {
            let age = Double(row * 7 % 50)
            fields["age"] = "\(age)"
            fields["price"] = "\(((8 + age / 20 + 0.1 * normal[row]) * 100).rounded() / 100)"
        }
        let cause = try #require(try found(follow).error)
        #expect(cause.place == "e.csv:1:age")
        #expect(cause.remedy.contains("by lot"))
        // The same where hardly two amounts are alike.
        let dear = try found { row, fields in
            follow(row, &fields)
            fields["reference_price"] = "\(10 * (1 + row))"
            fields["price"] = "\((Double(fields["price"] ?? "") ?? 0) * Double(1 + row))"
        }
        #expect(dear.error?.place == "e.csv:1:age")
        /// One price for those who are members, but for a few.
        func members(_ row: Int, _ fields: inout [String: String]) {
            fields["age"] = row % 3 == 0 ? "yes" : "no"
            fields["price"] = (row % 3 == 0) != (row % 231 == 0) ? "8.00" : "11.00"
        }
        #expect(try found(members).error?.place == "e.csv:1:age")
        // The file says that the column may be what prices were set by: it stays.
        #expect(try found(propensity: 0.99, members) == (nil, nil))
        // Rounded, in steps and as words, a price stays a price.
        let copies: [(Double) -> String] = [
            { "\((100 * (1 - $0 / 10)).rounded())" }, { "\(($0 * 2).rounded() / 2)" }, { "tag \(Int(2 * $0))" },
            { "\($0 * 1.19)" },
        ]
        for copy in copies {
            let result = try found { row, fields in
                let price = ((9.5 + 2 * noise[row]) * 100).rounded() / 100
                fields["price"] = "\(price)"
                fields["age"] = copy(price)
            }
            #expect(result.error == nil && result.dropped?.contains("price shown") == true, "\(result)")
        }
    }

    /// Where a file of such rows is refused because nobody drew its prices; nil if it is taken.
    private func refusal(_ change: @escaping (Int, inout [String: String]) -> Void) throws -> String? {
        let folder = try Folder()
        let path = try folder.write(Exposures.small(rows: 4_000, change: change), to: "e.csv")
        do throws(LearningError) {
            _ = try ExposureChecks.clean(try ExposureTable(path: path, for: .outcomes))
            return nil
        } catch {
            return error.remedy.contains("by lot") ? error.place : "\(error)"
        }
    }

    /// One price for each item, or costs and a margin: nobody can say what another price would have done.
    @Test func pricesThatFollowItemsOrCostsAreRefused() throws {
        func spread(_ row: Int) -> Double { Double(row * 31 % 200) }
        #expect(try refusal { $1["price"] = "\(8 + Double($0 % 7) / 2)" } == "e.csv:1:item")
        let ofCosts = try refusal { row, fields in
            let cost = 5 + spread(row) / 100
            fields["unit_cost"] = "\(cost)"
            fields["price"] = "\((cost * 150).rounded() / 100)"
        }
        #expect(ofCosts == "e.csv:1:unit_cost")
        let ofReferences = try refusal { row, fields in
            let reference = 10 + spread(row) / 10
            fields["reference_price"] = "\(reference)"
            fields["price"] = "\(reference * (1.3 - reference / 60))"
        }
        #expect(ofReferences == "e.csv:1:reference_price")
    }

    @Test func pricesThatLeanOnTheReferenceWithoutFollowingItAreTaken() throws {
        #expect(
            try refusal { row, fields in
                let ratio = (Double(fields["price"] ?? "") ?? 0) / 10
                fields["price"] = "\(10 * (ratio + Double(row % 7) / 20))"
            } == nil)
    }

    @Test func fixedColumnsThatKnowThePurchaseAreSaid() throws {
        let folder = try Folder()
        func suspects(_ change: @escaping (Int, inout [String: String]) -> Void) throws -> [String] {
            let path = try folder.write(Exposures.small(change: change), to: "e.csv")
            return try ExposureChecks.clean(ExposureTable(path: path, for: .outcomes)).findings.suspects
        }
        #expect(try suspects { _, _ in } == [])
        #expect(try suspects { $1["unit_cost"] = $1["bought"] == "1" ? "5.50" : "0" } == ["unit_cost"])
        #expect(try suspects { $1["item"] = $1["bought"] == "1" ? "i\($0 % 7)" : "none" } == ["item"])
        #expect(
            try suspects { $1["time"] = "\(1_700_000_000 + $0 + ($1["bought"] == "1" ? 7_200 : 0))" } == ["time"])
    }

    /// One slip of the pen must not move the prices of a shop.
    @Test func pricesThatHardlyAnybodyWasShownAreDroppedAndSaid() throws {
        let folder = try Folder()
        let slip = Exposures.small(rows: 3_000) { row, fields in
            if row == 70 { (fields["price"], fields["bought"]) = ("90", "1") }
        }
        let table = try ExposureTable(path: folder.write(slip, to: "e.csv"), for: .outcomes)
        let (bundle, report) = try ExposureLearner().learn(table, version: 1)
        #expect(report.findings.strayLines == [72])
        #expect(report.findings.sentences.contains { $0.contains("lines 72") })
        #expect(bundle.testedRatios.upperBound < 1.11 && report.comparison.uniformRatio < 1.11)
        // Prices that vary freely are no strays, but one far out is.
        var draws = Draws(seed: 3, "prices")
        let free = Exposures.small(rows: 3_000) { row, fields in
            fields["price"] = row == 9 ? "60" : "\(8 + 3 * draws.fraction())"
        }
        let varied = try ExposureTable(path: folder.write(free, to: "f.csv"), for: .outcomes)
        #expect(try ExposureChecks.clean(varied).findings.strayLines == [11])
        // A whole column that never moved, but for one row, never moved.
        let constant = Exposures.small { row, fields in fields["price"] = row == 4 ? "20" : "10" }
        #expect(try error(constant)?.remedy.contains("never moved") == true)
    }

    @Test func propensitiesThatCannotBeRightAreNotBelieved() throws {
        let folder = try Folder()
        func learned(_ propensity: String) throws -> ExposureLearner.Report {
            let lines = Exposures.small(rows: 3_000).split(separator: "\n").enumerated()
            let text = lines.map { "\($1),\($0 == 0 ? "propensity" : propensity)" }.joined(separator: "\n")
            let table = try ExposureTable(path: folder.write(text, to: "\(propensity).csv"), for: .outcomes)
            return try ExposureLearner().learn(table, version: 1).report
        }
        let right = try learned("0.25")
        #expect(right.propensities == .given && right.unused == nil)
        for wrong in ["1", "1e-9"] {
            let report = try learned(wrong)
            guard case .implausible(let weight) = report.unused else {
                Issue.record("\(wrong): \(String(describing: report.unused))")
                continue
            }
            #expect(report.propensities == .shares && abs(weight * Double(wrong)! * 4 - 1) < 0.2)
            #expect(abs(report.comparison.uniform.value - right.comparison.uniform.value) < 0.05)
        }
    }

    /// A shopper's rows are one shopper's: said again and again, they prove no more.
    @Test func rowsOfAShopperDoNotCountAsShoppers() throws {
        let folder = try Folder()
        func standardError(copies: Int) throws -> Double {
            // So dear that the highest price is the best for all, whatever a fit makes of the rows: another one would
            // have another error.
            let rows = Exposures.small(rows: 1_200) { $1["unit_cost"] = "9.00" }.split(separator: "\n")
            let repeated = rows.dropFirst().flatMap { line -> [String] in
                var fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                return (0..<copies).map { copy in
                    fields[2] = "\((Int(fields[2]) ?? 0) + 100_000 * copy)"
                    return fields.joined(separator: ",")
                }
            }
            let text = ([String(rows[0])] + repeated).joined(separator: "\n") + "\n"
            let table = try ExposureTable(path: folder.write(text, to: "\(copies).csv"), for: .outcomes)
            return try ExposureLearner().learn(table, version: 1).report.comparison.uniform.standardError
        }
        let (once, often) = (try standardError(copies: 1), try standardError(copies: 6))
        #expect(often > 0.8 * once, "\(often) after \(once)")
    }

    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "-1099511627777"])
    func aTimeBeyondAllCalendarsIsRefusedByItsLine(_ time: String) throws {
        #expect(try error(Exposures.small { if $0 == 5 { $1["time"] = time } })?.place == "e.csv:7:time")
        let declared = Exposures.small { if $0 == 5 { $1["age"] = time } else { $1["age"] = "0" } }
        #expect(try error(declared, kinds: ["age": .time])?.place == "e.csv:7:age")
    }

    @Test func aHexadecimalNumberIsNone() throws {
        #expect(try error(Exposures.small { if $0 == 5 { $1["price"] = "0x10" } })?.place == "e.csv:7:price")
        #expect(
            try error(Exposures.small { if $0 == 5 { $1["reference_price"] = "1e-310" } })?.place
                == "e.csv:7:reference_price")
    }

    /// Levels that tell of their own rows alone must not be trusted more than they deserve.
    @Test func rareLevelsDoNotSpoilWhatIsKnown() throws {
        let folder = try Folder()
        func logLoss(items: Int) throws -> Double {
            var draws = Draws(seed: 9, "items")
            let text = Exposures.small(rows: 6_000) { row, fields in
                fields["item"] = "i\(draws.below(items))"
                fields["age"] = "\(row % 60)"
                fields["bought"] = draws.fraction() < (row % 60 < 30 ? 0.7 : 0.2) ? "1" : "0"
            }
            let table = try ExposureTable(path: folder.write(text, to: "\(items).csv"), for: .outcomes)
            return try ExposureLearner().learn(table, version: 1).report.heldOut.logLoss
        }
        let (few, many) = (try logLoss(items: 2), try logLoss(items: 3_000))
        #expect(many < few + 0.01, "\(many) and \(few)")
    }
}
