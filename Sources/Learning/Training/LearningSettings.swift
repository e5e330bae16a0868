// What a fit is told. The defaults are small forests, because every line of every cart pays for each tree. On the
// Complete Journey, held-out log-loss moves by about .0001 between neighbouring settings, weeks 30–34 and 35–40
// disagree on which is best, and twice the trees gain no more than that.

import Domain

/// How one forest is grown. The names are libxgboost's in plain words.
public struct ForestSettings: Equatable, Sendable {
    /// Trees; one a round.
    public var rounds: Int
    /// Splits on the longest way to a leaf.
    public var depth: Int
    /// Share of each tree's correction that is kept.
    public var learningRate: Double
    /// λ: pulls the leaves towards 0, that is, towards the base score.
    public var shrinkage: Double
    /// Least sum of second-order weights in a leaf.
    public var leafWeight: Double

    public init(rounds: Int, depth: Int, learningRate: Double, shrinkage: Double, leafWeight: Double) {
        self.rounds = rounds
        self.depth = depth
        self.learningRate = learningRate
        self.shrinkage = shrinkage
        self.leafWeight = leafWeight
    }
}

/// Everything a fit depends on besides the data.
public struct LearningSettings: Equatable, Sendable {
    /// Shop weeks to fit on.
    public var trainedWeeks: ClosedRange<Int32>
    /// Later shop weeks to judge the fit by.
    public var testedWeeks: ClosedRange<Int32>
    public var intercept = ForestSettings(rounds: 48, depth: 6, learningRate: 0.2, shrinkage: 5, leafWeight: 50)
    /// Strongly shrunk towards one slope for everybody: prices move little, so the data says little about slopes.
    public var slope = ForestSettings(rounds: 32, depth: 3, learningRate: 0.1, shrinkage: 20, leafWeight: 50)
    /// The slope before the first tree.
    public var startingSlope: Float = 2
    /// Slopes that a served model may have.
    public var slopes: ClosedRange<Float> = 0.25...8
    /// Columns the slope may depend on: who shops and what, not the week, so that an elasticity stays explainable.
    public var slopeColumns: [String] = [
        "trip weeks", "share of lines on deal", "spend per trip week", "lines per trip week",
        "catalogue items per trip week", "personal share", "personal share, slow decay", "weeks since bought",
        "product logit rate", "product index",
    ]
    public var threads: Int32 = 2

    public init(trainedWeeks: ClosedRange<Int32>, testedWeeks: ClosedRange<Int32>) {
        self.trainedWeeks = trainedWeeks
        self.testedWeeks = testedWeeks
    }

    /// The task of `Data/complete-journey/README.md`: weeks 9–34, judged on 35–40.
    public static let completeJourney = LearningSettings(
        trainedWeeks: (9 + CompleteJourney.weekOffset)...(34 + CompleteJourney.weekOffset),
        testedWeeks: (35 + CompleteJourney.weekOffset)...(40 + CompleteJourney.weekOffset))
}
