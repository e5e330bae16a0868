// The response model fitted by Dask workers, each with a part of the rows: clients/python, distributed_fit.py. The trees
// come back as libxgboost's JSON and are read as those grown here are; that they say the same is checked on some rows.

import Domain
import Models

extension PythonEngine: ResponseEngine {
    private struct Task: Encodable {
        struct Forest: Encodable {
            var rounds: Int
            var depth: Int
            var learningRate: Double
            var shrinkage: Double
            var leafWeight: Double

            init(_ settings: ForestSettings) {
                rounds = settings.rounds
                depth = settings.depth
                learningRate = settings.learningRate
                shrinkage = settings.shrinkage
                leafWeight = settings.leafWeight
            }
        }
        struct Start: Encodable {
            var intercept: Float
            var slope: Float
            var saturation: Float?
        }
        var intercept: Forest
        var slope: Forest
        var saturation: Forest?
        var start: Start
        var centre: Float
        /// Centred.
        var knots: [Double]
        /// Of the price shape, piece by piece, before the first tree.
        var gradients: [Double]
        var patience: Int
    }

    private struct Answer: Decodable {
        var rounds: Int
        var heldOutLogLoss: Double?
        /// Of the price shape, piece by piece.
        var gradients: [Double]
        /// So many rows, from the first, come back with what the forests say.
        var checkedRows: Int
    }

    /// - Precondition: the slope may depend on every column.
    public func fit(
        _ matrix: TrainingMatrix, settings: ResponseSettings, heldOut: TrainingMatrix?, progress: (Double) -> Void
    ) throws(LearningError) -> ResponseFit {
        precondition(settings.slopeColumns == nil, "every column")
        // A network of this size is fitted here before its rows have reached other machines.
        if settings.network != nil {
            return try ResponseFit(matrix, settings: settings, heldOut: heldOut, progress: progress)
        }
        let begin = try BoostingStart(matrix, settings: settings, heldOut: heldOut)
        let (start, startingShape) = (begin.state.start, begin.state.shape.shape)

        let folder = try WorkFolder()
        let offsets = (begin.state.intercept.offsets, begin.state.logSlope.offsets)
        try folder.write(matrix, offsets: offsets, to: "learned")
        if let heldOut { try folder.write(heldOut, offsets: begin.heldOut, to: "held_out") }
        try folder.write(
            Task(
                intercept: .init(settings.intercept), slope: .init(settings.slope),
                saturation: settings.saturation.map(Task.Forest.init),
                start: .init(intercept: start.intercept, slope: start.logSlope, saturation: start.saturation),
                centre: begin.centre, knots: startingShape.knots, gradients: startingShape.gradients,
                patience: settings.patience), to: "settings.json")
        try run("fit", in: folder, progress: progress)

        let answer = try folder.document(Answer.self, "fit.json")
        guard let shape = PriceShape(knots: startingShape.knots, gradients: answer.gradients),
            (0...settings.rounds).contains(answer.rounds), (0...matrix.count).contains(answer.checkedRows)
        else {
            throw LearningError(
                place: "fit.json", value: "\(answer)", remedy: "Install the Python package of this version.")
        }
        func forest(_ name: String, _ grown: ForestSettings) throws(LearningError) -> SavedForest {
            try SavedForest(
                json: try folder.bytes("\(name).json"), rounds: min(grown.rounds, answer.rounds),
                columns: Array(0..<matrix.width), featureCount: matrix.width, place: name)
        }
        let grown = GrownForests(
            intercept: try forest("intercept", settings.intercept), slope: try forest("slope", settings.slope),
            saturation: try settings.saturation.flatMap { (grown) throws(LearningError) in
                try forest("saturation", grown)
            }, start: start, centre: begin.centre, shape: shape, surface: begin.surface)
        var difference: Float = 0
        for (name, saved) in [("intercept", grown.intercept), ("slope", grown.slope), ("saturation", grown.saturation)]
        {
            guard let saved else { continue }
            let theirs = try folder.numbers("\(name)_sums.npy", shape: [answer.checkedRows])
            var ours = theirs
            var span = ours.mutableSpan
            FlatForest(trees: saved.trees, featureCount: matrix.width).score(
                Array(matrix.features.prefix(answer.checkedRows * matrix.width)).span, into: &span)
            for row in ours.indices { difference = max(difference, abs(ours[row] + saved.constant - theirs[row])) }
        }
        try ResponseFit.refuse(difference: difference)
        return ResponseFit(
            grown, model: try grown.model(width: matrix.width, slopes: settings.slopes), rounds: answer.rounds,
            heldOutLogLoss: answer.heldOutLogLoss, largestDifference: difference)
    }
}
