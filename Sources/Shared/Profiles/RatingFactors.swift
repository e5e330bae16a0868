// Stars that users give: mean + how generous the user is + how well liked the item is + what the two have in common,
// r = μ + b(u) + c(i) + p(u)·q(i) (Koren, Bell and Volinsky, Matrix factorization techniques, 2009), by alternating
// least squares: a user's b and p are one ridge regression on the items they rated, and the other way round. The
// penalty of a vector grows with its number of ratings, λ·n (Zhou et al., 2008); that of a bias does not.
//
// Measured on MovieLens-100k, first fold, factors 20: penalty 10 whatever n .914, 2·√n .915, .14·n .905. Rejected:
// stochastic gradient descent, whose result hangs on a learning rate and the order of the rows.

import Domain

public struct RatingSettings: Equatable, Sendable {
    public var factors: Int
    public var sweeps: Int
    /// λ of the vectors, for each rating.
    public var penalty: Double
    /// λ of the biases: like so many ratings of 0 difference.
    public var biasPenalty: Double
    public var seed: UInt64
    public var threads: Int

    public init(
        factors: Int = 20, sweeps: Int = 15, penalty: Double = 0.14, biasPenalty: Double = 5, seed: UInt64 = 1,
        threads: Int = 2
    ) {
        self.factors = factors
        self.sweeps = sweeps
        self.penalty = penalty
        self.biasPenalty = biasPenalty
        self.seed = seed
        self.threads = threads
    }
}

/// A model of ratings. With 0 factors: of biases alone.
public struct RatingFactors: Equatable, Sendable {
    private let mean: Double
    /// What was ever given: predictions stay inside.
    private let range: ClosedRange<Double>
    /// Shape: (users, 1 + factors): bias, then vector.
    private let users: VectorTable
    private let items: VectorTable

    /// - Precondition: `ratings`, users by items, has at least one cell, all finite.
    public init(_ ratings: SparseRows, _ settings: RatingSettings) {
        let byItem = ratings.transposed()
        var sum = 0.0
        var (low, high) = (Double.infinity, -Double.infinity)
        for user in 0..<ratings.count {
            for cell in ratings[user] {
                sum += cell.value
                (low, high) = (min(low, cell.value), max(high, cell.value))
            }
        }
        range = low...high
        mean = sum / Double(ratings.cellCount)
        let centred = ratings.mapValues { [mean] in $0 - mean }
        let centredByItem = byItem.mapValues { [mean] in $0 - mean }
        let width = 1 + settings.factors
        var users = VectorTable(count: ratings.count, width: width)
        var items = VectorTable(count: byItem.count, width: width)
        // Biases first: vectors that start from noise would otherwise have to explain them.
        let biasesOnly = VectorTable(count: ratings.count, width: 1)
        var (userBiases, itemBiases) = (biasesOnly, VectorTable(count: byItem.count, width: 1))
        for _ in 0..<10 {
            itemBiases = Self.step(centredByItem, against: userBiases, settings)
            userBiases = Self.step(centred, against: itemBiases, settings)
        }
        for user in 0..<users.count {
            users.set(user, to: Array(userBiases[user]) + [Double](repeating: 0, count: settings.factors))
        }
        for item in 0..<items.count {
            var draws = Draws(seed: settings.seed, "rated item factors", UInt64(item))
            items.set(item, to: Array(itemBiases[item]) + (0..<settings.factors).map { _ in 0.1 * draws.normal() })
        }
        if settings.factors > 0 {
            for _ in 0..<settings.sweeps {
                users = Self.step(centred, against: items, settings)
                items = Self.step(centredByItem, against: users, settings)
            }
        }
        self.users = users
        self.items = items
    }

    public func predict(user: Int, item: Int) -> Double {
        let (left, right) = (users[user], items[item])
        let rating = mean + left[left.startIndex] + right[right.startIndex] + dot(left.dropFirst(), right.dropFirst())
        return min(max(rating, range.lowerBound), range.upperBound)
    }

    /// Solves every row for its bias and vector. A row without ratings gets zeros.
    private static func step(
        _ rows: SparseRows, against others: VectorTable, _ settings: RatingSettings
    ) -> VectorTable {
        let values = RowBlocks.compute(rows: rows.count, threads: settings.threads) { block in
            var equations = NormalEquations(width: others.width)
            return block.flatMap { row -> [Double] in
                equations.start()
                for cell in rows[row] {
                    var other = others[cell.column]
                    let bias = other[other.startIndex]
                    // The row's own bias stands beside the other's vector, as a coefficient of 1.
                    other[other.startIndex] = 1
                    equations.add(other, weight: 1, target: cell.value - bias)
                }
                equations.penalise(0, by: settings.biasPenalty)
                for place in 1..<max(others.width, 1) {
                    // At least one rating's penalty keeps the equations of an empty row solvable.
                    equations.penalise(place, by: settings.penalty * Double(max(rows[row].count, 1)))
                }
                _ = equations.solve()
                return equations.right
            }
        }
        return VectorTable(width: others.width, values: values)
    }
}
