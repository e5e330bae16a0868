// What shoppers like, from what they bought: Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback
// datasets" (ICDM 2008). A purchase is no rating: that nothing was bought may mean dislike or that nobody looked. So
// every cell has a preference, p = 1 if bought and else 0, and a confidence, c = 1 + α·r, with r = ln(1 + quantity),
// because the hundredth banana says less than the first. Shoppers' vectors x and items' vectors y minimise
//
//     Σ over all cells c·(p − x·y)² + Σ over shoppers λ(x)·|x|² + Σ over items λ(y)·|y|²
//
// in turns (alternating least squares): with the one side fixed the other is a ridge regression for each row. The sum
// over empty cells is one matrix for all rows, YᵀY, so a row costs only its own purchases. The penalty of a row grows
// with its confidence, λ·Σc, as in Zhou et al. (2008) and Rendle et al. (2021): without that, one strength must fit
// shoppers of five purchases and of five thousand.
//
// Rejected: Bayesian personalised ranking, which needs a learning rate and thousands of passes; a shopper's vector of
// their own, because a solve from today's purchases gives the same vector and is never stale.

import Domain
import Glibc

/// How to fit factors to purchases.
public struct ImplicitSettings: Equatable, Sendable {
    /// Numbers in a vector.
    public var factors: Int
    /// Passes over shoppers and items.
    public var sweeps: Int
    /// λ: the penalty for each unit of confidence in a row.
    public var penalty: Double
    /// α: what a purchase adds to the confidence of a cell.
    public var confidence: Double
    public var seed: UInt64
    public var threads: Int

    /// What penalties and confidences can be.
    public static let strengths = 1e-9...1e6

    public init(
        factors: Int = 16, sweeps: Int = 12, penalty: Double = 0.01, confidence: Double = 3, seed: UInt64 = 1,
        threads: Int = 2
    ) {
        self.factors = factors
        self.sweeps = sweeps
        self.penalty = penalty
        self.confidence = confidence
        self.seed = seed
        self.threads = threads
    }
}

/// Items' vectors, and what it takes to find a shopper's from their purchases.
public struct ImplicitFactors: Equatable, Sendable {
    /// Shape: (items, factors).
    public let items: VectorTable
    public let penalty: Double
    public let confidence: Double
    private let gram: [Double]

    public init(items: VectorTable, penalty: Double, confidence: Double) {
        self.items = items
        self.penalty = penalty
        self.confidence = confidence
        gram = items.gram()
    }

    /// How much a quantity weighs: r.
    public static func weight(ofQuantity quantity: Double) -> Double { log1p(quantity) }

    /// The vector of a shopper, known or new, from what they have bought: one ridge regression.
    /// - Parameter purchases: columns are items, values r. O(purchases · factors² + factors³).
    public func vector(of purchases: ArraySlice<SparseRows.Cell>) -> [Double] {
        var equations = NormalEquations(width: items.width)
        return Self.solve(
            purchases, against: items, gram, columnCount: items.count, (penalty, confidence), &equations)
    }

    /// How well an item fits a shopper: about 1 for what they buy, about 0 for what they do not.
    public func score(_ shopper: [Double], item: Int) -> Double { dot(shopper[...], items[item]) }

    fileprivate static func solve(
        _ cells: ArraySlice<SparseRows.Cell>, against others: VectorTable, _ gram: [Double], columnCount: Int,
        _ strengths: (penalty: Double, confidence: Double), _ equations: inout NormalEquations
    ) -> [Double] {
        equations.start(from: gram)
        var total = Double(columnCount)
        for cell in cells {
            let extra = strengths.confidence * cell.value
            // The empty cells' matrix already holds a weight of 1 and a target of 0: c − 1 more at (c·1)/(c − 1).
            equations.add(others[cell.column], weight: extra, target: (1 + extra) / extra)
            total += extra
        }
        for place in 0..<others.width { equations.penalise(place, by: strengths.penalty * total) }
        _ = equations.solve()
        return equations.right
    }
}

extension ImplicitFactors {
    /// Fits factors.
    /// - Parameters:
    ///   - purchases: shoppers by items, values r above 0.
    ///   - observe: given the objective after every half step, when anybody wants it. It costs a pass over the cells.
    /// - Returns: the items' vectors, and the shoppers', shape (shoppers, factors), as `vector(of:)` gives them.
    public static func fit(
        _ purchases: SparseRows, _ settings: ImplicitSettings, observe: ((Double) -> Void)? = nil
    ) -> (model: ImplicitFactors, shoppers: VectorTable) {
        let byItem = purchases.transposed()
        let width = settings.factors
        let strengths = (penalty: settings.penalty, confidence: settings.confidence)
        var items = VectorTable(count: byItem.count, width: width)
        for item in 0..<byItem.count {
            var draws = Draws(seed: settings.seed, "item factors", UInt64(item))
            items.set(item, to: (0..<width).map { _ in 0.1 * draws.normal() })
        }
        var shoppers = step(purchases, against: items, strengths, threads: settings.threads)
        let tell = { (shoppers: VectorTable, items: VectorTable) in
            observe?(objective(purchases, byItem, shoppers, items, strengths))
        }
        tell(shoppers, items)
        // Ends with the shoppers, so that theirs are what the items' vectors give for their purchases.
        for _ in 0..<settings.sweeps {
            items = step(byItem, against: shoppers, strengths, threads: settings.threads)
            tell(shoppers, items)
            shoppers = step(purchases, against: items, strengths, threads: settings.threads)
            tell(shoppers, items)
        }
        let model = ImplicitFactors(items: items, penalty: settings.penalty, confidence: settings.confidence)
        return (model, shoppers)
    }

    private static func step(
        _ rows: SparseRows, against others: VectorTable, _ strengths: (penalty: Double, confidence: Double),
        threads: Int
    ) -> VectorTable {
        let gram = others.gram()
        let values = RowBlocks.compute(rows: rows.count, threads: threads) { block in
            var equations = NormalEquations(width: others.width)
            return block.flatMap {
                solve(rows[$0], against: others, gram, columnCount: rows.columnCount, strengths, &equations)
            }
        }
        return VectorTable(width: others.width, values: values)
    }

    /// What the fit minimises. The empty cells' Σ (x·y)² is the product of the two Gram matrices, summed.
    private static func objective(
        _ purchases: SparseRows, _ byItem: SparseRows, _ shoppers: VectorTable, _ items: VectorTable,
        _ strengths: (penalty: Double, confidence: Double)
    ) -> Double {
        let width = items.width
        let (left, right) = (shoppers.gram(), items.gram())
        var sum = 0.0
        for row in 0..<width {
            for column in 0...row {
                sum += (row == column ? 1 : 2) * left[row * width + column] * right[row * width + column]
            }
        }
        for shopper in 0..<purchases.count {
            for cell in purchases[shopper] {
                let score = dot(shoppers[shopper], items[cell.column])
                let extra = strengths.confidence * cell.value
                sum += (1 + extra) * (1 - score) * (1 - score) - score * score
            }
        }
        for (rows, vectors) in [(purchases, shoppers), (byItem, items)] {
            for row in 0..<rows.count {
                let total = rows[row].reduce(Double(rows.columnCount)) { $0 + strengths.confidence * $1.value }
                sum += strengths.penalty * total * dot(vectors[row], vectors[row])
            }
        }
        return sum
    }
}
