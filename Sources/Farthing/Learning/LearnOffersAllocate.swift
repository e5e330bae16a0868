import ArgumentParser
import Domain
import Foundation
import Learning
import Operations

struct LearnOffersAllocate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocate",
        abstract: "Spend a budget on the users of a file.",
        discussion: """
            Repeats every row and adds offer (none where none is made), expected_profit (what it brings after its cost,
            more than no offer) and expected_cost. The expected costs never add up to more than the budget; what is
            redeemed may differ. Prints the shadow price of the budget, and how far from the best choice this one can be.
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "What `farthing learn offers fit` wrote.")
    var bundle: String

    @Option(help: "A CSV with a row for each user, and the bundle's features.")
    var input: String

    @Option(help: "What the offers may cost together, in the currency of the file that was learned from.")
    var budget: Double

    @Option(help: "Where to write the rows.")
    var out: String

    func validate() throws { try FilePaths.check(reads: [bundle, input], writes: [out]) }

    func run() throws {
        guard budget >= 0, budget <= 1e12 else {
            throw LearningError(place: "--budget", value: "\(budget)", remedy: "Give an amount from 0 to 1e12.")
        }
        let model = try BundleFile.offers(bundle)
        let table = try OfferTable(path: input, for: .questions, kinds: model.preparation.kinds)
        let plan = try model.plan(table, budget: budget)
        let rows = plan.rows.map { row in
            row.map { [CSVField.quoted($0.offer), amount($0.gain, 6), amount($0.cost, 6)] }
                ?? ["none", amount(0, 6), amount(0, 6)]
        }
        try CSVAppending(["offer", "expected_profit", "expected_cost"], to: input).write(rows, to: out)
        let report = Report(plan, budget: budget, names: model.offerNames, isPersonal: model.isPersonal, out: out)
        try output.report(report) { report.text }
    }

    struct Report: Encodable {
        var out: String
        var users: Int
        /// Users by offer.
        var offers: [String: Int]
        var isPersonal: Bool
        var budget: Double
        var expectedCost: Double
        var expectedProfit: Double
        var bound: Double
        var shadowPrice: Double

        init(_ plan: OfferPlan, budget: Double, names: [String], isPersonal: Bool, out: String) {
            self.out = out
            self.budget = budget
            self.isPersonal = isPersonal
            users = plan.rows.count
            offers = Dictionary(
                uniqueKeysWithValues: names.map { name in (name, plan.rows.count { $0?.offer == name }) })
            expectedCost = plan.cost
            expectedProfit = plan.gain
            bound = plan.bound
            shadowPrice = plan.shadowPrice
        }

        var text: String {
            let made = offers.sorted { $0.key < $1.key }.map { "\($0.key) to \($0.value)" }.joined(separator: ", ")
            let gap = bound > 0 ? 100 * (bound - expectedProfit) / bound : 0
            return """
                  \(users) users: \(made), no offer to the others\
                \(isPersonal ? "" : " (nobody is told from anybody: see the report of the fit)")
                  expected cost \(amount(expectedCost, 2)) of a budget of \(amount(budget, 2)), expected profit after it \
                \(amount(expectedProfit, 2))
                  no choice is expected to bring more than \(amount(bound, 2)): this one is within \(amount(gap, 4)) %
                  one more unit of budget would bring \(amount(shadowPrice, 4))
                  written to \(out)
                """
        }
    }
}

private func amount(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
