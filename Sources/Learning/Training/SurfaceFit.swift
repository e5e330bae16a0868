// Settles the quadratic surface that forests are grown on: Newton steps in its weights for the intercept and for the
// logarithm of the slope, together. Where prices were drawn at random the two hardly see each other; where a model chose
// them, prices follow the rows, and steps by each one's own curvature overshoot.
//
// Weights are pulled towards 0 by as much as the rows say: inputs and products are two groups, and in each the prior's
// precision λ is moved, between two steps, to where it explains the weights, λ = Σ(1 − λ·v) / Σθ² with v a weight's
// variance (MacKay, 1992). With few rows λ grows until nothing is left of the products, and with many it vanishes; a
// fixed λ would be wrong for either, and wrong for one of intercept and slope anyhow.
//
// Rejected: one λ for both groups (.54 instead of .58 of the variance of ln slopes explained at 32,000 rows), and the
// surface's values as columns of the forests' rows instead of below them (.914 and .926 of the gap instead of .923 and
// .935 on two worlds, after as many rounds as without a surface).

import Domain
import Glibc
import Market
import Models

struct SurfaceFit {
    private let inputs: [ResponseSurface.Input]
    private let curved: Int
    /// Of each term; (terms,).
    private let variances: [Double]
    private var intercept: Side
    private var logSlope: Side

    /// Weights of one side, that of the constant first; (1 + terms,).
    private struct Side {
        var weights: [Double]
        /// λ of inputs and of products.
        var precisions = [50.0, 50.0]

        init(terms: Int) { weights = [Double](repeating: 0, count: terms + 1) }
    }

    private static let steps = 7
    /// A step that makes the loss larger is halved, down to this part of it.
    private static let leastShare = 1.0 / 64
    /// λ is moved between the first of them; later ones only settle the weights.
    private static let priorSteps = 1...4
    /// Inputs with squares and products at most: those that a score test finds most of.
    private static let mostCurved = 14
    /// Inputs at most. Wider rows get no surface.
    private static let mostInputs = 160
    private static let precisionRange = 1e-2...1e6
    /// Rows whose curvature is enough to know a step's length by.
    private static let curvatureRows = 40_000
    /// Of a term's variance: what is less is a constant.
    private static let leastVariance = 1e-6

    /// - Returns: nil where the matrix names no numbers, or its rows are too wide.
    init?(_ matrix: TrainingMatrix) {
        guard !matrix.numbers.isEmpty, matrix.count > 1 else { return nil }
        let columns = (0..<matrix.width).filter { !matrix.clocks.contains($0) }
            .compactMap { ResponseSurface.Input(matrix, place: $0) }
        guard !columns.isEmpty, columns.count <= Self.mostInputs else { return nil }
        let numbers = columns.filter { matrix.numbers.contains($0.place) }
        let chosen = Self.mostTelling(numbers, matrix)
        inputs = chosen + columns.filter { !chosen.contains($0) }
        curved = chosen.count
        let terms = ResponseSurface.terms(inputs: inputs.count, curved: curved)
        intercept = Side(terms: terms)
        logSlope = Side(terms: terms)

        var block = TermBlock(inputs, curved: curved)
        var sums = [Double](repeating: 0, count: terms + 1)
        var squares = sums
        for start in stride(from: 0, to: matrix.count, by: TermBlock.rows) {
            block.fill(from: matrix, start)
            let one = block.weights(matrix.count, start) { _ in 1 }
            for term in sums.indices {
                sums[term] += block.sum(term, weighted: one)
                squares[term] += block.squares(term, weighted: one)
            }
        }
        let count = Double(matrix.count)
        variances = sums.indices.dropFirst().map { squares[$0] / count - sums[$0] / count * (sums[$0] / count) }
    }

    /// The columns whose lines alone would lower the loss most, by score tests of intercept and slope.
    private static func mostTelling(
        _ columns: [ResponseSurface.Input], _ matrix: TrainingMatrix
    ) -> [ResponseSurface.Input] {
        guard columns.count > mostCurved else { return columns }
        let rate = Float(matrix.positives) / Float(matrix.count)
        let centre = matrix.centre
        let gains = columns.map { column in
            var (level, slope) = (0.0, 0.0)
            for row in 0..<matrix.count {
                let value = (matrix.features[row * matrix.width + column.place] - column.centre) * column.scale
                let told = Double((matrix.labels[row] - rate) * value)
                level += told
                slope += told * Double(matrix.logRelativePrices[row] - centre)
            }
            return (level: level * level, slope: slope * slope)
        }
        // Relative to all of them, so that neither side drowns the other.
        let all = gains.reduce((1e-12, 1e-12)) { ($0.0 + $1.level, $0.1 + $1.slope) }
        let scores = gains.map { $0.level / all.0 + $0.slope / all.1 }
        let best = columns.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(mostCurved)
        return best.sorted().map { columns[$0] }
    }

    /// Settles the surface and leaves what it says in the state: its constants where growing starts, the rest as what
    /// the forests add to. The price shape takes its steps on the way.
    mutating func settle(
        _ state: inout BoostingState, _ matrix: TrainingMatrix
    ) throws(LearningError) -> ResponseSurface {
        for step in 0..<Self.steps {
            state.differentiate()
            let solved = direction(curvature(state, matrix))
            let (begun, start, before) = (self, state.start, state.loss() + prior)
            var share = 1.0
            repeat {
                self = begun
                take(share, of: solved.solution, from: start, &state)
                try setOffsets(of: &state, matrix)
                share /= 2
            } while state.loss() + prior > before && share > Self.leastShare
            guard state.loss() + prior <= before else {
                self = begun
                state.start = start
                try setOffsets(of: &state, matrix)
                break
            }
            if Self.priorSteps.contains(step) { movePriors(solved) }
        }
        return try surface()
    }

    /// Constants belong to the starting point.
    private mutating func take(
        _ share: Double, of step: [Double], from start: StartingPoint, _ state: inout BoostingState
    ) {
        let width = variances.count + 1
        func length(_ term: Int) -> Double { share * min(max(step[term], -1), 1) }
        state.start = start
        state.start.intercept += Float(length(0))
        state.start.logSlope += Float(length(width))
        for term in 1..<width {
            intercept.weights[term] += length(term)
            logSlope.weights[term] += length(width + term)
        }
    }

    private func setOffsets(of state: inout BoostingState, _ matrix: TrainingMatrix) throws(LearningError) {
        let scores = try surface().scores(matrix)
        state.intercept.offsets = scores.intercepts
        state.logSlope.offsets = scores.logSlopes
    }

    /// What the priors add to the loss.
    private var prior: Double {
        zip(penalties(of: intercept) + penalties(of: logSlope), intercept.weights + logSlope.weights)
            .reduce(0) { $0 + $1.0 * $1.1 * $1.1 } / 2
    }

    private func surface() throws(LearningError) -> ResponseSurface {
        do {
            return try ResponseSurface(
                inputs: inputs, curved: curved, intercepts: intercept.weights.dropFirst().map(Float.init),
                logSlopes: logSlope.weights.dropFirst().map(Float.init))
        } catch {
            throw LearningError(place: error.place, value: error.value, remedy: error.remedy)
        }
    }

    /// A Newton step, and the variances of the weights; (2 · width,) each.
    private func direction(_ sums: Curvature) -> (solution: [Double], variances: [Double]) {
        let penalties = penalties(of: intercept) + penalties(of: logSlope)
        let weights = intercept.weights + logSlope.weights
        var matrix = sums.matrix
        var downhill = sums.gradient
        for term in weights.indices {
            matrix[term * weights.count + term] += penalties[term]
            downhill[term] = -downhill[term] - penalties[term] * weights[term]
        }
        return Cholesky.solutionAndVariances(matrix, downhill)
    }

    private mutating func movePriors(_ solved: (solution: [Double], variances: [Double])) {
        let width = variances.count + 1
        let penalties = penalties(of: intercept) + penalties(of: logSlope)
        let settled = zip(penalties, solved.variances).map { 1 - $0 * $1 }
        movePriors(of: &intercept, settled: settled[..<width])
        movePriors(of: &logSlope, settled: settled[width...])
    }

    private func penalties(of side: Side) -> [Double] {
        (0...variances.count).map { term in
            guard term > 0 else { return 1e-6 }
            let variance = variances[term - 1]
            return variance > Self.leastVariance ? variance * side.precisions[term > inputs.count ? 1 : 0] : 1e9
        }
    }

    /// - Parameter settled: how much of each weight the rows have settled, 0 to 1; (1 + terms,).
    private func movePriors(of side: inout Side, settled: ArraySlice<Double>) {
        for (group, terms) in [1..<(inputs.count + 1), (inputs.count + 1)..<(variances.count + 1)].enumerated() {
            var count = 0.0
            var squares = 0.0
            for term in terms where variances[term - 1] > Self.leastVariance {
                count += settled[settled.startIndex + term]
                squares += variances[term - 1] * side.weights[term] * side.weights[term]
            }
            let precision = count / max(squares, .leastNormalMagnitude)
            side.precisions[group] = min(
                max(precision, Self.precisionRange.lowerBound), Self.precisionRange.upperBound)
        }
    }

    // MARK: - Sums over the rows

    /// Of the loss in the weights of the intercept and, after them, of the logarithm of the slope.
    private struct Curvature {
        /// (2 · width, 2 · width) row-major, symmetric.
        var matrix: [Double]
        /// (2 · width,).
        var gradient: [Double]
    }

    private func curvature(_ state: BoostingState, _ matrix: TrainingMatrix) -> Curvature {
        let width = variances.count + 1
        let empty = [Double](repeating: 0, count: width * width)
        var (levels, slopes, between) = (empty, empty, empty)
        var levelGradient = [Double](repeating: 0, count: width)
        var slopeGradient = levelGradient
        let prices = state.shape.values
        var block = TermBlock(inputs, curved: curved)
        let blocks = (matrix.count + TermBlock.rows - 1) / TermBlock.rows
        let every = max(1, matrix.count / Self.curvatureRows)
        var measured = 0
        for index in 0..<blocks {
            let start = index * TermBlock.rows
            block.fill(from: matrix, start)
            func weights(_ value: (Int) -> Float) -> [TermBlock.Lane] { block.weights(matrix.count, start, value) }
            block.addGradients(weights { state.intercept.gradients[$0] }, &levelGradient)
            block.addGradients(weights { state.logSlope.gradients[$0] }, &slopeGradient)
            guard index % every == 0 else { continue }
            measured += min(TermBlock.rows, matrix.count - start)
            let (own, steep) = (weights { state.intercept.hessians[$0] }, weights { state.logSlope.hessians[$0] })
            // With z = a − B·ψ the curvatures are w, w·(B·ψ)² and −w·B·ψ.
            let mixed = weights { row in
                let size = (state.intercept.hessians[row] * state.logSlope.hessians[row]).squareRoot()
                return prices[row] > 0 ? -size : size
            }
            block.addProducts(own, &levels)
            block.addProducts(steep, &slopes)
            block.addProducts(mixed, &between)
        }
        let scale = Double(matrix.count) / Double(max(1, measured))
        var joint = [Double](repeating: 0, count: 4 * width * width)
        for row in 0..<(2 * width) {
            for column in 0..<(2 * width) {
                // All three are symmetric, and known below the diagonal.
                let (one, other) = (max(row % width, column % width), min(row % width, column % width))
                let part = (row < width) != (column < width) ? between : row < width ? levels : slopes
                joint[row * 2 * width + column] = scale * part[one * width + other]
            }
        }
        return Curvature(matrix: joint, gradient: levelGradient + slopeGradient)
    }
}

extension ResponseSurface.Input {
    /// Centred on a column's mean and scaled by its standard deviation; nil for a column of one value.
    fileprivate init?(_ matrix: TrainingMatrix, place: Int) {
        var (sum, squares) = (0.0, 0.0)
        for row in 0..<matrix.count { sum += Double(matrix.features[row * matrix.width + place]) }
        let mean = sum / Double(matrix.count)
        for row in 0..<matrix.count {
            let distance = Double(matrix.features[row * matrix.width + place]) - mean
            squares += distance * distance
        }
        let deviation = (squares / Double(matrix.count)).squareRoot()
        let scale = Float(1 / deviation)
        guard deviation > 1e-6 * max(1, abs(mean)), scale.isFinite, scale > 0 else { return nil }
        self.init(place: place, centre: Float(mean), scale: scale)
    }
}

extension ResponseSurface {
    /// - Shape: both (matrix.count,).
    func scores(_ matrix: TrainingMatrix) -> (intercepts: [Float], logSlopes: [Float]) {
        let rows = matrix.features.span
        let scores = (0..<matrix.count).map { score(rows, from: $0 * matrix.width) }
        return (scores.map(\.intercept), scores.map(\.logSlope))
    }
}
