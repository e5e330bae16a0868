// What a fit is told. The defaults are small forests, because every line of every cart pays for each tree. On the
// Complete Journey, held-out log-loss moves by about .0001 between neighbouring settings, weeks 30–34 and 35–40
// disagree on which is best, and twice the trees gain no more than that.

import Domain
import Features

/// Everything a fit depends on besides the data.
public struct LearningSettings: Equatable, Sendable {
    /// Shop weeks to fit on.
    public var trainedWeeks: ClosedRange<Int32>
    /// Later shop weeks to judge the fit by.
    public var testedWeeks: ClosedRange<Int32>
    public var response: ResponseSettings = {
        var response = ResponseSettings(
            intercept: ForestSettings(rounds: 48, depth: 6, learningRate: 0.2, shrinkage: 5, leafWeight: 50),
            // Strongly shrunk towards one slope for everybody: prices move little, so the data says little about slopes.
            slope: ForestSettings(rounds: 32, depth: 3, learningRate: 0.1, shrinkage: 20, leafWeight: 50))
        response.startingSlope = 2
        response.slopes = 0.25...8
        response.slopeColumns = FeatureSchema.names.indices.filter { slopeColumns.contains(FeatureSchema.names[$0]) }
        return response
    }()

    /// Columns the slope may depend on: who shops and what, not the week, so that an elasticity stays explainable.
    private static let slopeColumns: Set<String> = [
        "trip weeks", "share of lines on deal", "spend per trip week", "lines per trip week",
        "catalogue items per trip week", "personal share", "personal share, slow decay", "weeks since bought",
        "product logit rate", "product index", "personal price response",
    ]

    public init(trainedWeeks: ClosedRange<Int32>, testedWeeks: ClosedRange<Int32>) {
        self.trainedWeeks = trainedWeeks
        self.testedWeeks = testedWeeks
    }

    /// The task of `Data/complete-journey/README.md`: weeks 9–34, judged on 35–40.
    public static let completeJourney = LearningSettings(
        trainedWeeks: (9 + CompleteJourney.weekOffset)...(34 + CompleteJourney.weekOffset),
        testedWeeks: (35 + CompleteJourney.weekOffset)...(40 + CompleteJourney.weekOffset))
}
