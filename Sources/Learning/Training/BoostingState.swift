// The numbers that change from round to round: what both forests say about every row, and the derivatives there.

import Features

/// One of the two boosters with the rows it learns from.
struct Member {
    let rows: BoosterRows
    let booster: Booster

    init(_ values: [Float], width: Int, settings: ForestSettings, threads: Int32) throws(LearningError) {
        rows = try BoosterRows(values, width: width, threads: threads)
        booster = try Booster(rows)
        try booster.set([
            // The objective only supplies the identity link; every gradient is ours.
            ("objective", "reg:squarederror"), ("base_score", "0"), ("tree_method", "hist"),
            ("nthread", "\(threads)"), ("max_depth", "\(settings.depth)"), ("eta", "\(settings.learningRate)"),
            ("lambda", "\(settings.shrinkage)"), ("min_child_weight", "\(settings.leafWeight)"), ("verbosity", "1"),
        ])
    }

    func saved(columns: [Int], place: String) throws(LearningError) -> SavedForest {
        try SavedForest(
            json: try booster.json(), columns: columns, featureCount: FeatureSchema.count, place: place)
    }
}

struct BoostingState {
    /// What one forest says and how the loss changes with it; each (rows,).
    struct Side {
        var sums: [Float]
        var gradients: [Float]
        var hessians: [Float]

        init(count: Int) {
            sums = [Float](repeating: 0, count: count)
            gradients = sums
            hessians = sums
        }
    }

    var intercept: Side
    var logSlope: Side
    private let prices: [Float]
    private let labels: [Float]

    init(_ matrix: TrainingMatrix, centre: Float) {
        intercept = Side(count: matrix.count)
        logSlope = Side(count: matrix.count)
        prices = matrix.logRelativePrices.map { $0 - centre }
        labels = matrix.labels
    }

    /// Takes the derivatives of both sides at the current sums.
    mutating func differentiate(interceptBase: Float, logSlopeBase: Float) {
        for row in labels.indices {
            let gradient = ResponseGradient(
                intercept: interceptBase + intercept.sums[row], logSlope: logSlopeBase + logSlope.sums[row],
                price: prices[row], label: labels[row])
            intercept.gradients[row] = gradient.intercept
            intercept.hessians[row] = gradient.interceptWeight
            logSlope.gradients[row] = gradient.logSlope
            logSlope.hessians[row] = gradient.logSlopeWeight
        }
    }

    /// Grows one tree on one side and takes over what the forest says now.
    mutating func grow(
        _ member: Member, _ side: WritableKeyPath<BoostingState, Side>
    ) throws(LearningError) {
        var current = self[keyPath: side]
        self[keyPath: side] = Side(count: 0)
        defer { self[keyPath: side] = current }
        try member.booster.grow(on: member.rows, gradients: &current.gradients, hessians: &current.hessians)
        try member.booster.predict(member.rows, into: &current.sums)
    }
}
