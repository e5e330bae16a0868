// Stock from a file, as far as the prices of a bundle. The solver's own laws are in PricingTests.

import Domain
import Learning
import Pricing
import Testing

@Suite struct StockFileTests {
    private func read(_ text: String) throws -> Result<StockFile, LearningError> {
        let folder = try Folder()
        let path = try folder.write(text, to: "s.csv")
        return Result { () throws(LearningError) in try StockFile(path: path) }
    }

    @Test(arguments: ["", "\u{FEFF}"], ["\n", "\r\n"])
    func columnsAreFoundByNameWhateverTheFileBeginsAndItsLinesEndWith(mark: String, end: String) throws {
        let lines = ["salvage_value,shelf,stock,item,arrivals", "1.5,7,3,i1,40.5", ",,", "0,,0,i2,0"]
        #expect(throws: LearningError.self) { try read(mark + lines.joined(separator: end)).get() }
        let file = try read(mark + [lines[0], lines[1], "", lines[3]].joined(separator: end) + end).get()
        #expect(file.entries.count == 2)
        let first = try #require(file.entries["i1"])
        #expect(first.stock == 3 && first.arrivals == 40.5 && first.salvageValue == 1.5)
        let second = try #require(file.entries["i2"])
        #expect(second.stock == 0 && second.arrivals == 0 && second.salvageValue == 0)
    }

    @Test func arrivalsAndSalvageMayBeUnknown() throws {
        let entry = try #require(try read("item,stock\ni1,3\n").get().entries["i1"])
        #expect(entry.stock == 3 && entry.arrivals == nil && entry.salvageValue == nil)
    }

    @Test(arguments: [
        ("", "s.csv"), ("item,stock\n", "s.csv"), ("item,units\ni1,3\n", "s.csv:1"), ("stock\n3\n", "s.csv:1"),
        ("item,stock\ni1,\n", "s.csv:2:stock"), ("item,stock\ni1,-1\n", "s.csv:2:stock"),
        ("item,stock\ni1,2.5\n", "s.csv:2:stock"), ("item,stock\ni1,nan\n", "s.csv:2:stock"),
        ("item,stock\ni1,99999999999999999999\n", "s.csv:2:stock"), ("item,stock\ni1,2,3\n", "s.csv:2"),
        ("item,stock\n,3\n", "s.csv:2:item"), ("item,stock\ni1,3\ni2,3\ni1,4\n", "s.csv:4:item"),
        ("item,stock,arrivals\ni1,3,\n", "s.csv:2:arrivals"),
        ("item,stock,arrivals\ni1,3,inf\n", "s.csv:2:arrivals"), ("item,stock,arrivals\ni1,3,-4\n", "s.csv:2:arrivals"),
        ("item,stock,salvage_value\ni1,3,1e300\n", "s.csv:2:salvage_value"),
    ])
    func whatCannotBeIsNamedByItsPlace(text: String, place: String) throws {
        guard case .failure(let error) = try read(text) else {
            Issue.record("read")
            return
        }
        #expect(error.place == place)
        #expect(!error.remedy.isEmpty)
    }

    private struct Asked {
        var bundle: ExposureBundle
        var table: ExposureTable
        let terms = PricingTerms(objective: .profit, ratios: 0.8...1.1)

        init() throws {
            let folder = try Folder()
            let exposures = try ExposureTable(path: folder.write(Exposures.small(), to: "e.csv"), for: .outcomes)
            bundle = try ExposureLearner().learn(exposures, version: 1).bundle
            bundle.policy = .personal
            table = try ExposureTable(
                path: folder.write(Exposures.small(rows: 70), to: "q.csv"), for: .questions,
                kinds: bundle.preparation.kinds)
        }
    }

    @Test func anItemInTheFileIsDearerByItsShadowPriceAndTheOthersAreNot() throws {
        let asked = try Asked()
        let free = asked.bundle.price(asked.table, asked.terms)
        let file = try read("item,stock,arrivals\ni1,0,100\ni2,1000,100\ni9,1,100\n").get()
        let worths = try asked.bundle.shadowPrices(asked.table, asked.terms, file)
        let priced = asked.bundle.price(asked.table, asked.terms, file, shadowPrices: worths)
        for row in 0..<asked.table.count {
            switch asked.table.items[row] {
            case "i1":
                #expect(try #require(worths[row]) > 0)
                #expect(abs(priced[row].price - 1.1 * asked.table.referencePrices[row]) < 1e-9)
            case "i2": #expect(worths[row] == 0 && priced[row] == free[row])
            default: #expect(worths[row] == nil && priced[row] == free[row])
            }
        }
    }

    @Test func withoutArrivalsTheRowsOfAnItemAreTheShoppers() throws {
        let asked = try Asked()
        let told = try read("item,stock,arrivals\ni1,2,10\n").get()
        let counted = try read("item,stock\ni1,2\n").get()
        #expect(asked.table.items.count { $0 == "i1" } == 10)
        #expect(
            try asked.bundle.shadowPrices(asked.table, asked.terms, told)
                == asked.bundle.shadowPrices(asked.table, asked.terms, counted))
    }

    @Test func aUnitThatIsWorthLittleWhenItStaysIsCheaper() throws {
        let asked = try Asked()
        let kept = try read("item,stock\ni1,1000\n").get()
        let spoiled = try read("item,stock,salvage_value\ni1,1000,0\n").get()
        let prices = [kept, spoiled].map { file in
            asked.bundle.price(
                asked.table, asked.terms, file, shadowPrices: [Double?](repeating: 0, count: asked.table.count))
        }
        #expect(prices[0] == asked.bundle.price(asked.table, asked.terms))
        #expect(zip(prices[0], prices[1]).allSatisfy { $0.price >= $1.price })
        #expect(zip(prices[0], prices[1]).contains { $0.price > $1.price })
    }

    @Test func stockThatCannotCountIsRefused() throws {
        var asked = try Asked()
        let file = try read("item,stock\ni1,3\n").get()
        let strangers = try read("item,stock\nmilk,3\n").get()
        #expect(throws: LearningError.self) { try asked.bundle.shadowPrices(asked.table, asked.terms, strangers) }
        var terms = asked.terms
        terms.objective = .revenue
        #expect(throws: LearningError.self) { try asked.bundle.shadowPrices(asked.table, terms, file) }
        asked.bundle.policy = .uniform(ratio: 1)
        #expect(throws: LearningError.self) { try asked.bundle.shadowPrices(asked.table, asked.terms, file) }
    }
}
