import Domain

/// How far predictions miss ratings that were held out, fold by fold.
public struct RatingFolds: Equatable, Sendable {
    public struct Fold: Equatable, Sendable {
        public var ratings: Int
        /// Root mean squared errors.
        public var biasesAlone: Double
        public var factors: Double
    }

    public private(set) var folds: [Fold] = []

    public var biasesAlone: Double { Self.mean(folds.map(\.biasesAlone)) }
    public var factors: Double { Self.mean(folds.map(\.factors)) }

    /// - Parameters:
    ///   - ratings: each cell once.
    ///   - count: of folds, which chance makes equally large; 2 or more, at most as many as ratings.
    public init(
        _ ratings: [(row: Int, column: Int, value: Double)], users: Int, items: Int, count: Int,
        _ settings: RatingSettings, progress: (Double) -> Void = { _ in }
    ) {
        var draws = Draws(seed: settings.seed, "rating folds")
        let order = ratings.indices.shuffled(using: &draws)
        var biasSettings = settings
        biasSettings.factors = 0
        for fold in 0..<count {
            let held = order.indices.filter { $0 % count == fold }.map { ratings[order[$0]] }
            let kept = order.indices.filter { $0 % count != fold }.map { ratings[order[$0]] }
            let rows = SparseRows(rowCount: users, columnCount: items, entries: kept)
            folds.append(
                Fold(
                    ratings: held.count,
                    biasesAlone: Self.error(RatingFactors(rows, biasSettings), held),
                    factors: Self.error(RatingFactors(rows, settings), held)))
            progress(Double(fold + 1) / Double(count))
        }
    }

    private static func error(
        _ model: RatingFactors, _ held: [(row: Int, column: Int, value: Double)]
    ) -> Double {
        let sum = held.reduce(0) { sum, rating in
            let miss = rating.value - model.predict(user: rating.row, item: rating.column)
            return sum + miss * miss
        }
        return (sum / Double(held.count)).squareRoot()
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
