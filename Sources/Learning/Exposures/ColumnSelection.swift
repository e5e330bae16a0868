// Columns that are not worth asking for again: what never changes, numbers too large to reckon with, what another column
// says already, and, in wide tables, what quick forests found no use for. Each is dropped with its reason, and a file of questions need not have it.
// Screens that look at one column at a time were rejected: a column may matter only together with another.

import Domain

enum ColumnSelection {
    /// Columns that follow each other this closely are one.
    private static let sameness = 0.999
    /// From more columns than this, quick forests are asked which they use.
    static let fewestScreened = 40
    /// Columns at most.
    static let most = 200
    private static let mostRows = 20_000

    /// - Returns: the reason for each column that says nothing of its own.
    static func redundant(_ table: ExposureTable) -> [String: String] {
        var reasons: [String: String] = [:]
        for column in table.features {
            if let reason = useless(column.values) { reasons[column.name] = reason }
        }
        let varying = table.features.filter { reasons[$0.name] == nil }
        let step = max(1, table.count / mostRows)
        let sampled = Parallel.map(varying.count) { Sampled(varying[$0].values, step: step) }
        let likeness = Parallel.map(varying.count) { later in
            (0..<later).first { sampled[$0].isLike(sampled[later], above: sameness) }
        }
        for (later, earlier) in likeness.enumerated() {
            if let earlier { reasons[varying[later].name] = "it says the same as “\(varying[earlier].name)”" }
        }
        return reasons
    }

    private static func useless(_ values: FeatureColumn) -> String? {
        if let numbers = values.floats {
            let known = numbers.filter { !$0.isNaN }
            guard let first = known.first else { return "it is blank in every row" }
            guard known.count < numbers.count || known.contains(where: { $0 != first }) else {
                return "it is always \(first)"
            }
            return absurd(NumberPreparation(fitting: known).usual)
        }
        let texts = values.texts
        return texts.allSatisfy { $0 == texts.first } ? "it is always “\(texts.first ?? "")”" : nil
    }

    /// Of numbers up to here, single precision holds mean, scale and both their products.
    private static let largest: Float = 1e30

    private static func absurd(_ usual: ClosedRange<Float>) -> String? {
        let farthest = usual.upperBound > -usual.lowerBound ? usual.upperBound : usual.lowerBound
        guard abs(farthest) > largest else { return nil }
        return "its numbers reach \(farthest); if that stands for no number, leave it blank, else take another unit"
    }

    /// A column as far as it is compared.
    private enum Sampled: Sendable {
        case numbers([Double])
        /// Levels by the order in which they first appear.
        case levels([Int])

        init(_ values: FeatureColumn, step: Int) {
            if let numbers = values.floats {
                self = .numbers(stride(from: 0, to: numbers.count, by: step).map { Double(numbers[$0]) })
            } else {
                let texts = values.texts
                var places: [String: Int] = [:]
                self = .levels(
                    stride(from: 0, to: texts.count, by: step).map { row in
                        let place = places[texts[row]] ?? places.count
                        places[texts[row]] = place
                        return place
                    })
            }
        }

        /// Blanks must be in the same rows.
        func isLike(_ other: Sampled, above sameness: Double) -> Bool {
            switch (self, other) {
            case (.levels(let ours), .levels(let theirs)): return ours == theirs
            case (.numbers(let ours), .numbers(let theirs)):
                guard zip(ours, theirs).allSatisfy({ $0.isNaN == $1.isNaN }) else { return false }
                let known = ours.indices.filter { !ours[$0].isNaN }
                let likeness = ExposureChecks.correlation(known.map { ours[$0] }, known.map { theirs[$0] })
                return abs(likeness) > sameness
            default: return false
            }
        }
    }

    // MARK: - Wide tables

    private static let quick: ResponseSettings = {
        let forest = ForestSettings(rounds: 40, depth: 4, learningRate: 0.2, shrinkage: 5, leafWeight: 20)
        var settings = ResponseSettings(intercept: forest, slope: forest)
        settings.threads = 1
        return settings
    }()

    /// - Parameters:
    ///   - table: the rows that are learned from.
    ///   - names: of the columns that may go.
    /// - Returns: the reason for each column that quick forests have no use for; empty for narrow tables.
    static func unused(_ table: ExposureTable, among names: [String]) throws(LearningError) -> [String: String] {
        guard names.count > fewestScreened else { return [:] }
        let step = max(1, table.count / mostRows)
        let sample = table.rows(at: Array(stride(from: 0, to: table.count, by: step)))
        try ExposureChecks.refuseOneClass(sample)
        let preparation = Preparation(fitting: sample)
        let fit = try ResponseFit(preparation.trainingMatrix(of: sample), settings: quick)
        var place = 0
        var gains: [(name: String, gain: Double)] = []
        for column in preparation.columns {
            let own = place..<(place + column.width)
            place = own.upperBound
            gains.append((column.name, own.reduce(0) { $0 + fit.interceptGains[$1] + fit.slopeGains[$1] }))
        }
        // A column of a pair is used where the pair is.
        let crossed = Set(preparation.crosses.flatMap { [$0.first, $0.second] })
        gains.removeAll { !names.contains($0.name) }
        var reasons: [String: String] = [:]
        let ranked = gains.sorted { ($1.gain, $0.name) < ($0.gain, $1.name) }
        for (rank, column) in ranked.enumerated() where !crossed.contains(column.name) {
            if column.gain <= 0 {
                reasons[column.name] = "quick forests over \(names.count) columns have no use for it"
            } else if rank >= most {
                reasons[column.name] = "quick forests gain more from \(most) others"
            }
        }
        return reasons
    }
}
