// The numbers that change from round to round: what the forests say about every row, and the derivatives there.

import Domain

/// One of the boosters with the rows it learns from, and those it is judged by.
struct Member: Sendable {
    let rows: BoosterRows
    let heldOut: BoosterRows?
    let booster: Booster

    init(_ rows: BoosterRows, heldOut: BoosterRows?, _ settings: ForestSettings, threads: Int32) throws(LearningError) {
        self.rows = rows
        self.heldOut = heldOut
        booster = try Booster(rows)
        try booster.set([
            // The objective only supplies the identity link; every gradient is ours.
            ("objective", "reg:squarederror"), ("base_score", "0"), ("tree_method", "hist"),
            ("nthread", "\(threads)"), ("max_depth", "\(settings.depth)"), ("eta", "\(settings.learningRate)"),
            ("lambda", "\(settings.shrinkage)"), ("min_child_weight", "\(settings.leafWeight)"), ("verbosity", "1"),
        ])
    }
}

/// What one forest says and how the loss changes with it; each (rows,).
struct BoostingSide: Sendable {
    /// What the forest adds to.
    var offsets: [Float]
    var sums: [Float]
    var gradients: [Float]
    var hessians: [Float]

    init(count: Int) {
        offsets = [Float](repeating: 0, count: count)
        sums = offsets
        gradients = sums
        hessians = sums
    }

    /// Grows one tree and takes over what the forest says now.
    mutating func grow(_ member: Member) throws(LearningError) { sums = try grown(member) }

    /// Grows one tree.
    /// - Returns: what the forest says now; (rows,).
    func grown(_ member: Member) throws(LearningError) -> [Float] {
        try member.booster.grow(on: member.rows, gradients: gradients, hessians: hessians)
        var sums = [Float](repeating: 0, count: gradients.count)
        try member.booster.predict(member.rows, into: &sums)
        return sums
    }
}

struct BoostingState {
    var start: StartingPoint
    /// Rounds begun.
    var rounds = 0
    var intercept: BoostingSide
    var logSlope: BoostingSide
    var saturation: BoostingSide?
    var shape: ShapeFit
    private let labels: [Float]
    /// Of the last derivatives; (rows,).
    private var slopes: [Float]

    init(_ matrix: TrainingMatrix, start: StartingPoint, shape: ShapeFit) {
        self.start = start
        self.shape = shape
        intercept = BoostingSide(count: matrix.count)
        logSlope = BoostingSide(count: matrix.count)
        saturation = start.saturation.map { _ in BoostingSide(count: matrix.count) }
        labels = matrix.labels
        slopes = [Float](repeating: 0, count: matrix.count)
    }

    /// Negative log-likelihood of all rows at the current sums.
    func loss() -> Double {
        let prices = shape.values
        let slopes = ResponseGradient.logSlopes
        return labels.indices.reduce(0.0) { sum, row in
            let logSlope = start.logSlope + (logSlope.offsets[row] + logSlope.sums[row])
            return sum
                + ResponseGradient.loss(
                    intercept: Double(start.intercept + (intercept.offsets[row] + intercept.sums[row])),
                    logSlope: Double(min(max(logSlope, slopes.lowerBound), slopes.upperBound)),
                    saturation: start.saturation.map { Double($0 + (saturation?.sums[row] ?? 0)) },
                    price: Double(prices[row]), label: Double(labels[row]))
        }
    }

    /// Takes the derivatives of all sides at the current sums, and lets the shape take its step.
    mutating func differentiate() {
        let prices = shape.values
        for row in labels.indices {
            let gradient = ResponseGradient(
                intercept: start.intercept + (intercept.offsets[row] + intercept.sums[row]),
                logSlope: start.logSlope + (logSlope.offsets[row] + logSlope.sums[row]),
                saturation: start.saturation.map { $0 + (saturation?.sums[row] ?? 0) }, price: prices[row],
                label: labels[row])
            intercept.gradients[row] = gradient.intercept
            intercept.hessians[row] = gradient.interceptWeight
            logSlope.gradients[row] = gradient.logSlope
            logSlope.hessians[row] = gradient.logSlopeWeight
            saturation?.gradients[row] = gradient.saturation
            saturation?.hessians[row] = gradient.saturationWeight
            slopes[row] = gradient.slope
        }
        shape.step(residuals: intercept.gradients, weights: intercept.hessians, slopes: slopes)
    }
}
