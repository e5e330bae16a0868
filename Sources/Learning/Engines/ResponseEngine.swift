// Where forests are grown: in this process, or by workers elsewhere. What is fitted and what comes of it are the same.

import Domain
import Models

/// Fits response models.
public protocol ResponseEngine: Sendable {
    /// - Parameters:
    ///   - heldOut: says when to stop; nil: after the rounds of `settings`.
    ///   - progress: called with the share done.
    func fit(
        _ matrix: TrainingMatrix, settings: ResponseSettings, heldOut: TrainingMatrix?, progress: (Double) -> Void
    ) throws(LearningError) -> ResponseFit
}

extension ResponseEngine {
    func fit(
        _ matrix: TrainingMatrix, settings: ResponseSettings, heldOut: TrainingMatrix? = nil
    ) throws(LearningError) -> ResponseFit {
        try fit(matrix, settings: settings, heldOut: heldOut, progress: { _ in })
    }
}

/// libxgboost in this process.
public struct LocalEngine: ResponseEngine {
    public init() {}

    public func fit(
        _ matrix: TrainingMatrix, settings: ResponseSettings, heldOut: TrainingMatrix?, progress: (Double) -> Void
    ) throws(LearningError) -> ResponseFit {
        try ResponseFit(matrix, settings: settings, heldOut: heldOut, progress: progress)
    }
}
