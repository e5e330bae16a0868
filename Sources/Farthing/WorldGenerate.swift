import ArgumentParser
import Domain
import Foundation
import World

struct WorldGenerate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Show random prices to the shoppers of a world, and write down what they bought.",
        discussion: """
            Each price is the reference price times 0.80, 0.85 … 1.10, drawn without looking at the shopper. Questions
            are fresh rows of the week after, without a price: what to score prices on. With --seasons exposures span
            two years and questions the year after; with --competitors or --stock, exposures span half a year.

            With --stock, shelves are filled each Monday; who finds one empty sees no price and leaves no row. Questions
            are the week after, and the file says what is on hand as it begins: `farthing learn price --stock` reads it.
            """)

    @OptionGroup var world: WorldOption
    @OptionGroup var output: OutputOption

    @Option(help: "Rows with prices and purchases.")
    var rows = 200_000

    @Option(help: "Where to write them, as CSV.")
    var out: String

    @Option(help: "Rows without.")
    var questions: Int?

    @Option(help: "Where to write those.")
    var questionsOut: String?

    @Option(help: "Make stock scarce, and write here what is on hand before the questions, as CSV.")
    var stock: String?

    @Option(help: "Different shoppers.")
    var users = KnownWorld.shopperCount

    @Option(help: "Different items.")
    var items = KnownWorld.itemCount

    private struct Report: Encodable {
        var law: String
        var seed: UInt64
        var rows: Int
        var bought: Int
        var out: String
        var questions: Int?
        var questionsOut: String?
    }

    func validate() throws {
        guard 1...1_000_000_000 ~= rows else { throw ValidationError("--rows takes 1 to 1000000000.") }
        guard questions.map({ 1...1_000_000_000 ~= $0 }) ?? true else {
            throw ValidationError("--questions takes 1 to 1000000000.")
        }
        guard 1...1_000_000_000 ~= users, 1...1_000_000 ~= items else {
            throw ValidationError("--users takes 1 to 1000000000, --items 1 to 1000000.")
        }
        guard (questions == nil) == (questionsOut == nil) else {
            throw ValidationError("--questions says how many, --questions-out where: give both or neither.")
        }
        guard stock == nil || questions != nil else {
            throw ValidationError("--stock says what is on hand before the questions: give --questions, too.")
        }
        try FilePaths.check(reads: [], writes: [out, questionsOut, stock])
    }

    func run() throws {
        let known = world.make(hasStock: stock != nil)
        let (shown, bought) = try writeExposures(of: known)
        if let questions, let questionsOut { try write(questions, of: known, to: questionsOut) }
        if let questions, let stock { try writeStock(for: questions, of: known, to: stock) }
        let report = Report(
            law: known.law.rawValue, seed: known.seed, rows: shown, bought: bought, out: out, questions: questions,
            questionsOut: questionsOut)
        try output.report(report) {
            let share = String(format: "%.1f %%", 100 * Double(bought) / Double(max(1, shown)))
            let fresh = questions.map { "\n\($0) questions, written to \(questionsOut ?? "")" } ?? ""
            let missed = stock == nil ? "" : ", \(rows - shown) shoppers found nothing"
            return "\(shown) rows, \(share) bought, written to \(out)\(missed)" + fresh
        }
    }

    /// - Returns: how many prices were shown, and how many bought.
    private func writeExposures(of known: KnownWorld) throws(Refusal) -> (shown: Int, bought: Int) {
        var file = try DraftFile(out)
        var bar = ProgressBar("exposures")
        var bought = 0
        var done = 0
        try file.write(WorldRows.exposureHeader(known.surroundings))
        try known.exposures(rows: rows, shoppers: users, items: items) { row throws(Refusal) in
            try file.write(WorldRows.line(row))
            if row.isBought { bought += 1 }
            done += 1
            bar.update(Double(done) / Double(rows))
        }
        try file.finish()
        bar.finish("\(done) rows")
        return (done, bought)
    }

    private func write(_ count: Int, of known: KnownWorld, to path: String) throws(Refusal) {
        var file = try DraftFile(path)
        try file.write(WorldRows.questionHeader(known.surroundings))
        try known.questions(rows: count, shoppers: users, items: items) { row throws(Refusal) in
            try file.write(WorldRows.line(row))
        }
        try file.finish()
    }

    private func writeStock(for count: Int, of known: KnownWorld, to path: String) throws(Refusal) {
        let arrivals = Double(count) / Double(items)
        var file = try DraftFile(path)
        try file.write("item,stock,arrivals,salvage_value\n")
        for item in 0..<UInt64(items) {
            let salvage = WorldRows.amount(known.salvageValue(item: item))
            try file.write(
                "\(WorldRows.item(item)),\(known.stockLevel(item: item, arrivals: arrivals)),\(arrivals),\(salvage)\n")
        }
        try file.finish()
    }
}
