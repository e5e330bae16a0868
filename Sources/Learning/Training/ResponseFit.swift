// Fits the response model: the boosters step together, from derivatives taken at the same point, one growing the
// intercept, one the logarithm of the slope, and one the saturation where there is one. Single-output boosters instead of
// one with several outputs, because the forests want different depths, columns and shrinkage, and the slope's should
// be small.

import Domain
import Glibc
import Models

/// A fitted response model and what its columns were worth.
public struct ResponseFit: Sendable {
    public let model: ResponseModel
    /// Total gain in the intercept's forest, by column of the row; empty without forests.
    public let interceptGains: [Double]
    /// Total gain in the slope's forest, by column of the row; empty without forests.
    public let slopeGains: [Double]
    /// Largest difference between libxgboost's sums and the flat forests' over the rows that were checked.
    public let largestDifference: Float
    /// Rounds of trees that were kept; a network's epochs.
    public let rounds: Int
    /// On the held-out rows, mean negative log-likelihood; nil without any.
    public let heldOutLogLoss: Double?

    /// Fits to a matrix.
    /// - Parameters:
    ///   - heldOut: growing ends when the log-loss of these rows gets no better, and what came after its best is
    ///     dropped.
    ///   - progress: called after each round with the share done.
    /// - Throws: when the data cannot carry a fit, or the flat forests differ from libxgboost by more than 1e-5.
    public init(
        _ matrix: TrainingMatrix, settings: ResponseSettings, heldOut: TrainingMatrix? = nil,
        progress: (Double) -> Void = { _ in }
    ) throws(LearningError) {
        if let network = settings.network {
            self.init(try NetworkFit(matrix, network, progress: progress), network, heldOut: heldOut)
            return
        }
        var forests = try ResponseForests(matrix, settings: settings, heldOut: heldOut)
        try forests.grow(progress: progress)
        let grown = try forests.finished()
        let model = try grown.model(width: matrix.width, slopes: settings.slopes)
        self.init(
            grown, model: model, rounds: forests.bestRound, heldOutLogLoss: forests.bestLoss,
            largestDifference: try forests.difference(from: model))
    }

    init(
        _ grown: GrownForests, model: ResponseModel, rounds: Int, heldOutLogLoss: Double?, largestDifference: Float
    ) {
        self.model = model
        interceptGains = grown.intercept.gains
        slopeGains = grown.slope.gains
        self.rounds = rounds
        self.heldOutLogLoss = heldOutLogLoss
        self.largestDifference = largestDifference
    }

    private init(_ fit: NetworkFit, _ settings: NetworkSettings, heldOut: TrainingMatrix?) {
        model = fit.model
        (interceptGains, slopeGains) = ([], [])
        largestDifference = 0
        rounds = settings.epochs
        heldOutLogLoss = heldOut.map { Coefficients(fit.model, $0).logLoss($0) }
    }

    /// What the flat forests may differ by from libxgboost's.
    static func refuse(difference: Float) throws(LearningError) {
        guard !(difference <= 1e-5) else { return }
        throw LearningError(
            place: "flat forests", value: "a difference of \(difference) from libxgboost",
            remedy: "Do not serve this model: check the libxgboost version against the README.")
    }
}

/// The forests while they grow.
private struct ResponseForests {
    let matrix: TrainingMatrix
    let settings: ResponseSettings
    let heldOut: TrainingMatrix?
    let centre: Float
    let intercept: Member
    let slope: Member
    let saturation: Member?
    private let companion: CompanionThread
    var state: BoostingState
    var bestRound = 0
    var bestLoss: Double?
    private var bestShape = PriceShape.straight
    private let surface: ResponseSurface?
    private let heldOutOffsets: (intercepts: [Float], logSlopes: [Float])

    /// Rounds between two looks at the held-out rows.
    private static let lookEvery = 10

    init(_ matrix: TrainingMatrix, settings: ResponseSettings, heldOut: TrainingMatrix?) throws(LearningError) {
        let start = try BoostingStart(matrix, settings: settings, heldOut: heldOut)
        (centre, state, surface) = (start.centre, start.state, start.surface)
        heldOutOffsets = start.heldOut
        self.matrix = matrix
        self.settings = settings
        self.heldOut = heldOut
        let threads = settings.threads
        let rows = try BoosterRows(matrix.features, width: matrix.width, threads: threads)
        var judges: BoosterRows?
        if let heldOut { judges = try BoosterRows(heldOut.features, width: heldOut.width, threads: threads) }
        intercept = try Member(rows, heldOut: judges, settings.intercept, threads: threads)
        let companion = CompanionThread()
        // A booster knows its rows where it was made.
        func memberOfCompanion(
            _ rows: BoosterRows, _ judges: BoosterRows?, _ forest: ForestSettings
        ) throws(LearningError) -> Member {
            let made: CompanionThread.Promise<Member> = companion.begin { () throws(LearningError) in
                try Member(rows, heldOut: judges, forest, threads: threads)
            }
            return try made.value()
        }
        if let columns = settings.slopeColumns {
            var slopeJudges: BoosterRows?
            if let heldOut {
                slopeJudges = try BoosterRows(heldOut.selecting(columns), width: columns.count, threads: threads)
            }
            slope = try memberOfCompanion(
                try BoosterRows(matrix.selecting(columns), width: columns.count, threads: threads), slopeJudges,
                settings.slope)
        } else {
            slope = try memberOfCompanion(rows, judges, settings.slope)
        }
        var saturation: Member?
        if let forest = settings.saturation { saturation = try memberOfCompanion(rows, judges, forest) }
        self.saturation = saturation
        self.companion = companion
    }

    // MARK: - Growing

    mutating func grow(progress: (Double) -> Void) throws(LearningError) {
        for round in 1...settings.rounds {
            state.rounds = round
            state.differentiate()
            try growTrees(round)
            progress(Double(round) / Double(settings.rounds))
            if heldOut == nil {
                keep(round, loss: nil)
            } else if round % Self.lookEvery == 0 || round == settings.rounds {
                let loss = try heldOutLoss()
                if loss < bestLoss ?? .infinity { keep(round, loss: loss) }
                if round - bestRound >= settings.patience { break }
            }
        }
    }

    /// A tree for each side: the intercept's here, the others' on the companion, as long as each of them takes.
    private mutating func growTrees(_ round: Int) throws(LearningError) {
        // The first tree bins the rows that all of them share.
        if round == 1 { try growIntercept(round) }
        let others: CompanionThread.Promise<([Float], [Float]?)> = companion.begin {
            [logSlope = state.logSlope, slope, saturation = state.saturation, member = saturation, settings]
            () throws(LearningError) in
            let slopeSums = round <= settings.slope.rounds ? try logSlope.grown(slope) : logSlope.sums
            guard let saturation, let member, let forest = settings.saturation else { return (slopeSums, nil) }
            return (slopeSums, round <= forest.rounds ? try saturation.grown(member) : saturation.sums)
        }
        if round > 1 { try growIntercept(round) }
        let (slopeSums, saturationSums) = try others.value()
        state.logSlope.sums = slopeSums
        if let saturationSums { state.saturation?.sums = saturationSums }
    }

    private mutating func growIntercept(_ round: Int) throws(LearningError) {
        if round <= settings.intercept.rounds { try state.intercept.grow(intercept) }
    }

    private mutating func keep(_ round: Int, loss: Double?) {
        bestRound = round
        bestLoss = loss
        bestShape = state.shape.shape
    }

    private func heldOutLoss() throws(LearningError) -> Double {
        guard let heldOut, let intercepts = try sums(intercept), let slopes = try sums(slope) else { return .infinity }
        let saturations = try saturation.flatMap { (member) throws(LearningError) in try sums(member) }
        let shape = state.shape.shape
        var loss = 0.0
        for row in 0..<heldOut.count {
            loss += ResponseGradient.loss(
                intercept: Double(state.start.intercept + (heldOutOffsets.intercepts[row] + intercepts[row])),
                logSlope: Double(state.start.logSlope + (heldOutOffsets.logSlopes[row] + slopes[row])),
                saturation: state.start.saturation.map { Double($0 + (saturations?[row] ?? 0)) },
                price: shape(Double(heldOut.logRelativePrices[row] - centre)), label: Double(heldOut.labels[row]))
        }
        return loss / Double(max(1, heldOut.count))
    }

    private func sums(_ member: Member) throws(LearningError) -> [Float]? {
        guard let rows = member.heldOut else { return nil }
        var sums = [Float](repeating: 0, count: rows.count)
        try member.booster.predict(rows, into: &sums)
        return sums
    }

    // MARK: - What came of it

    func finished() throws(LearningError) -> GrownForests {
        let every = Array(0..<matrix.width)
        return GrownForests(
            intercept: try saved(intercept, columns: every, rounds: settings.intercept.rounds, place: "intercept"),
            slope: try saved(
                slope, columns: settings.slopeColumns ?? every, rounds: settings.slope.rounds, place: "slope"),
            saturation: try saturation.flatMap { (member) throws(LearningError) in
                try saved(member, columns: every, rounds: settings.saturation?.rounds ?? 0, place: "saturation")
            },
            start: state.start, centre: centre, shape: bestShape, surface: surface)
    }

    private func saved(
        _ member: Member, columns: [Int], rounds: Int, place: String
    ) throws(LearningError) -> SavedForest {
        try SavedForest(
            json: try member.booster.json(), rounds: min(rounds, bestRound), columns: columns,
            featureCount: matrix.width, place: place)
    }

    /// What one booster has grown, as a model has it.
    private struct Part {
        var member: Member
        /// Places in the row of what the booster reads.
        var columns: [Int]
        /// Most rounds that it was given.
        var rounds: Int
        var forest: FlatForest
        /// What the model's base holds more than the booster began with.
        var constant: Float
    }

    /// The largest difference from the sums that libxgboost reaches with as many trees.
    func difference(from model: ResponseModel) throws(LearningError) -> Float {
        let isWhole = settings.checkedRows >= matrix.count
        let checked = isWhole ? matrix : matrix.rows(at: Self.spaced(settings.checkedRows, among: matrix.count))
        var largest: Float = 0
        for part in parts(of: model) {
            // libxgboost knows its sums over the rows that it has grown on.
            let rows =
                isWhole
                ? part.member.rows
                : try BoosterRows(
                    checked.selecting(part.columns), width: part.columns.count, threads: settings.threads)
            var theirs = [Float](repeating: 0, count: checked.count)
            let trees = bestRound < min(part.rounds, state.rounds) ? bestRound : 0
            try part.member.booster.predict(rows, trees: trees, into: &theirs)
            var ours = [Float](repeating: 0, count: checked.count)
            var span = ours.mutableSpan
            part.forest.score(checked.features.span, into: &span)
            for row in ours.indices { largest = max(largest, abs(ours[row] + part.constant - theirs[row])) }
        }
        try ResponseFit.refuse(difference: largest)
        return largest
    }

    /// Places, evenly spaced, ascending.
    private static func spaced(_ places: Int, among count: Int) -> [Int] { (0..<places).map { $0 * count / places } }

    private func parts(of model: ResponseModel) -> [Part] {
        let every = Array(0..<matrix.width)
        var parts = [
            Part(
                member: intercept, columns: every, rounds: settings.intercept.rounds, forest: model.intercept,
                constant: model.interceptBase - state.start.intercept),
            Part(
                member: slope, columns: settings.slopeColumns ?? every, rounds: settings.slope.rounds,
                forest: model.logSlope, constant: model.logSlopeBase - state.start.logSlope),
        ]
        if let saturation, let grown = settings.saturation, let fitted = model.saturation {
            parts.append(
                Part(
                    member: saturation, columns: every, rounds: grown.rounds, forest: fitted.forest,
                    constant: fitted.base - (state.start.saturation ?? 0)))
        }
        return parts
    }
}
