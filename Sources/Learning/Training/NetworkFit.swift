// Fits two networks and the law of demand above them, all at once, by steps down the gradients of small batches. A
// Gaussian prior on all weights keeps a network of few rows near the one number that all rows share.
//
// The ceiling, the sharpness and the bend belong to every row; intercepts are anchored so that they hardly move with the
// first two. The sharpness moves four times as fast as a weight would: it has the longest way to go. Prices are not
// centred, as they are under forests: intercepts belong to the reference price. At a lower price more rows are at the
// ceiling, where an intercept is hard to tell and must turn sharply to say how far off the ceiling's end is; at a higher
// one it takes over part of the slope (of the gap on log-linear demand .837; at the mean price, 5 % lower, .793; 6 %
// higher .792).

import Domain
import Glibc
import Models

/// How networks are fitted.
public struct NetworkSettings: Equatable, Sendable {
    /// Times that all rows are gone through; few rows, more often.
    public var epochs = 24
    /// Fewer end before they have come far from where they began.
    public var leastSteps = 1_500
    public var learningRate: Float = 0.004
    /// Precision of the prior of each weight, beside the loss of all rows.
    public var precision: Float = 15
    /// The slope before the first step.
    public var startingSlope: Float = 3
    public var seed: UInt64 = 0

    public init() {}

    /// The same, in half the time.
    var hurried: NetworkSettings {
        var hurried = self
        hurried.epochs = (epochs + 1) / 2
        hurried.leastSteps = leastSteps / 2
        return hurried
    }

    /// The same, hardly held back by the prior.
    var rough: NetworkSettings {
        var rough = self
        rough.precision /= 5
        return rough
    }
}

/// A response model of two networks, without any tree.
public struct NetworkFit: Equatable, Sendable {
    public let model: ResponseModel

    /// - Parameter progress: called now and then with the share done.
    public init(
        _ matrix: TrainingMatrix, _ settings: NetworkSettings, progress: (Double) -> Void = { _ in }
    ) throws(LearningError) {
        try matrix.refuseOneClass()
        var training = NetworkTraining(try NetworkInputs.fit(matrix), matrix, settings)
        training.run(progress)
        let none = FlatForest(trees: [], featureCount: matrix.width)
        let logSlopes = ResponseNetwork.logSlopes
        do {
            model = try ResponseModel(
                intercept: none, logSlope: none, interceptBase: 0, logSlopeBase: 0, centre: 0,
                slopes: expf(logSlopes.lowerBound)...expf(logSlopes.upperBound), shape: training.shared.shape,
                network: try training.network())
        } catch {
            throw LearningError(place: error.place, value: error.value, remedy: error.remedy)
        }
    }
}
