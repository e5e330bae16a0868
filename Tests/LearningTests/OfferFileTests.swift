// Files of offers that analysts really have: each mistake is named with its line, its column and what to do, and
// nothing is learned from it.

import Domain
import Learning
import Testing

/// Offers by hand: everybody the same.
enum SmallOffers {
    /// - Parameter change: may spoil any field of any row.
    static func csv(rows: Int = 1_200, change: (Int, inout [String: String]) -> Void = { _, _ in }) -> String {
        let names = ["user", "time", "offer", "propensity", "cost", "profit", "age", "city"]
        var draws = Draws(seed: 52, "offers")
        var text = names.joined(separator: ",") + "\n"
        for row in 0..<rows {
            let offer = ["none", "", "ten", "twenty"][draws.below(4)]
            let buys = draws.fraction() < (offer == "ten" ? 0.5 : offer == "twenty" ? 0.6 : 0.3)
            let cost = offer == "ten" ? 1 : offer == "twenty" ? 2 : 0
            var fields = [
                "user": "u\(row)", "time": "\(1_700_000_000 + row)", "offer": offer,
                "propensity": cost == 0 ? "0.5" : "0.25", "cost": buys ? "\(cost)" : "0", "profit": buys ? "12.5" : "0",
                "age": "\(20 + draws.below(50))", "city": ["york", "bath", "hull"][draws.below(3)],
            ]
            change(row, &fields)
            text += names.map { fields[$0] ?? "" }.joined(separator: ",") + "\n"
        }
        return text
    }
}

@Suite struct OfferFileTests {
    private func learn(_ text: String, kinds: [String: ColumnKind] = [:]) throws -> Result<OfferFindings, LearningError>
    {
        let folder = try Folder()
        let path = try folder.write(text, to: "o.csv")
        return Result { () throws(LearningError) in
            try OfferLearner().learn(try OfferTable(path: path, for: .outcomes, kinds: kinds), version: 1)
                .report.findings
        }
    }

    private func error(_ text: String) throws -> LearningError? {
        guard case .failure(let error) = try learn(text) else { return nil }
        return error
    }

    @Test func aGoodFileIsLearnedFromWithAMarkAtItsStartAndWindowsLineEnds() throws {
        #expect(try learn(SmallOffers.csv()).get().sentences == [])
        let foreign = "\u{FEFF}" + SmallOffers.csv().replacing("\n", with: "\r\n")
        #expect(try learn(foreign).get().sentences == [])
    }

    @Test(arguments: ["user", "time", "offer", "propensity", "cost", "profit"])
    func aMissingColumnIsNamed(_ name: String) throws {
        let text = SmallOffers.csv()
        let header = text.prefix { $0 != "\n" }
        let renamed = header.split(separator: ",").map { $0 == name ? "other" : $0 }.joined(separator: ",")
        let error = try #require(try error(renamed + text.dropFirst(header.count)))
        #expect(error.place == "o.csv:1")
        #expect(error.remedy.contains("“\(name)”"))
    }

    @Test(arguments: [
        ("user", ""), ("propensity", "0"), ("propensity", "1.2"), ("propensity", "nan"), ("propensity", ""),
        ("cost", "-1"),
        ("cost", "inf"), ("cost", ""), ("profit", ""), ("profit", "1e300"), ("profit", "much"), ("time", "yesterday"),
    ])
    func aFieldThatCannotBeIsNamedByItsLine(column: String, value: String) throws {
        let error = try #require(try error(SmallOffers.csv { if $0 == 5 { $1[column] = value } }))
        #expect(error.place == "o.csv:7:\(column)")
        #expect(error.value == value)
        #expect(!error.remedy.isEmpty)
    }

    @Test func aNumberThatNoFeatureCanHoldIsRefused() throws {
        let result = try learn(SmallOffers.csv { if $0 == 3 { $1["age"] = "1e300" } }, kinds: ["age": .numeric])
        guard case .failure(let error) = result else {
            Issue.record("1e300 was learned from")
            return
        }
        #expect(error.place == "o.csv:5:age")
    }

    @Test func noOfferThatCostsSomethingIsAMistake() throws {
        let spoiled = SmallOffers.csv {
            if $0 == 9 { ($1["offer"], $1["cost"]) = ("none", "3") }
        }
        #expect(try error(spoiled)?.place == "o.csv:11:cost")
    }

    @Test func whatNoUpliftCanBeLearnedOfIsRefused() throws {
        #expect(try error("")?.value == "an empty file")
        #expect(try error("user,time,offer,propensity,cost,profit,age\n")?.value == "0 different rows")
        #expect(try error(SmallOffers.csv(rows: 300))?.value == "300 different rows")
        #expect(
            try error(
                SmallOffers.csv {
                    $1["offer"] = "none"; $1["cost"] = "0"
                })?.value == "0 offers")
        #expect(try error(SmallOffers.csv { if $1["cost"] == "0" { $1["offer"] = "ten" } })?.value == "none in 0 rows")
        #expect(try error(SmallOffers.csv { $1["profit"] = "4" })?.place == "o.csv:profit")
        #expect(try error(SmallOffers.csv { if $0 < 40 { $1["offer"] = "rare" } })?.value == "rare in 40 rows")
        #expect(try error(SmallOffers.csv { $1["propensity"] = "0.9" })?.place == "o.csv:propensity")
        #expect(try error(SmallOffers.csv { $1["propensity"] = "1e-9" })?.place == "o.csv:propensity")
        #expect(try error(SmallOffers.csv { $1["user"] = "u\($0 % 3)" })?.place == "o.csv:user")
    }

    @Test func whatIsDroppedOrDoubtedIsSaid() throws {
        let repeated = try learn(SmallOffers.csv { if $0 == 7 { ($1["user"], $1["time"]) = ("u6", "1700000006") } })
            .get()
        #expect(repeated.exposures.duplicates == 1)
        let rare = try learn(SmallOffers.csv { if $0 % 300 == 0 { $1["propensity"] = "0.004" } }).get()
        #expect(rare.clipped == 4)
        #expect(rare.sentences.contains { $0.contains("0.01") })
        let doubtful = try learn(
            SmallOffers.csv { if $1["offer"] == "ten" { $1["propensity"] = "0.2" } }
        ).get()
        #expect(doubtful.doubtful.keys.sorted() == ["ten"])
        // Columns that were written after the offer.
        let leaking = try learn(
            SmallOffers.csv {
                $1["age"] = $1["profit"]
                $1["city"] = $1["offer"]
            })
        guard case .failure(let error) = leaking else {
            Issue.record("nothing but leaks was learned from")
            return
        }
        #expect(error.value == "no column of features")
    }
}
