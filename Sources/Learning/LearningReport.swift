// What a run of `farthing learn` has to say for itself.

import Features
import Models

/// Figures of one run.
public struct LearningReport: Sendable {
    /// How long one phase took.
    public struct PhaseTime: Sendable {
        public var phase: Learner.Phase
        public var duration: Duration
    }

    /// The size of one forest.
    public struct ForestSize: Equatable, Sendable {
        public var trees: Int
        public var depth: Int
        public var leaves: Int

        init(_ forest: FlatForest) {
            trees = forest.trees.count
            depth = forest.trees.map(\.depth).max() ?? 0
            leaves = forest.trees.reduce(0) { $0 + ($1.nodes.count + 1) / 2 }
        }
    }

    /// A feature and its share of the total gain of one forest.
    public struct Importance: Equatable, Sendable {
        public var feature: String
        public var share: Double
    }

    public let trainedRows: Int
    public let trainedPositives: Int
    /// On the tested weeks.
    public let evaluation: Evaluation
    /// nil of too few rows.
    public let slopeErrors: SlopeErrors?
    public let intercept: ForestSize
    public let slope: ForestSize
    /// Descending by share.
    public let interceptImportance: [Importance]
    /// Descending by share.
    public let slopeImportance: [Importance]
    /// Largest difference between libxgboost's sums and the served forests' over every training row.
    public let largestDifference: Float
    public let durations: [PhaseTime]

    init(
        _ fit: ResponseFit, _ evaluation: Evaluation, _ slopeErrors: SlopeErrors?, trained: TrainingMatrix,
        durations: [PhaseTime]
    ) {
        trainedRows = trained.count
        trainedPositives = trained.positives
        self.evaluation = evaluation
        self.slopeErrors = slopeErrors
        intercept = ForestSize(fit.model.intercept)
        slope = ForestSize(fit.model.logSlope)
        interceptImportance = Self.importance(fit.interceptGains)
        slopeImportance = Self.importance(fit.slopeGains)
        largestDifference = fit.largestDifference
        self.durations = durations
    }

    private static func importance(_ gains: [Double]) -> [Importance] {
        let total = max(gains.reduce(0, +), .leastNormalMagnitude)
        return zip(FeatureSchema.names, gains)
            .map { Importance(feature: $0, share: $1 / total) }
            .filter { $0.share > 0 }
            .sorted { ($1.share, $0.feature) < ($0.share, $1.feature) }
    }
}

extension LearningReport {
    /// One line of the table in `Data/complete-journey/README.md`.
    public struct Reference: Sendable {
        public let model: String
        public let logLoss: Double
        public let auc: Double
        public let averagePrecision: Double
    }

    /// What other models reach on the same rows of the Complete Journey.
    public static let completeJourneyReferences: [Reference] = [
        Reference(model: "product rate", logLoss: 0.15265, auc: 0.6590, averagePrecision: 0.0908),
        Reference(model: "smoothed personal share", logLoss: 0.13748, auc: 0.8267, averagePrecision: 0.2775),
        Reference(
            model: "logistic, product effects + personal + price and promotion", logLoss: 0.12394, auc: 0.8434,
            averagePrecision: 0.2882),
        Reference(
            model: "XGBoost without price and promotion", logLoss: 0.12569, auc: 0.8318, averagePrecision: 0.2855),
        Reference(model: "XGBoost, everything", logLoss: 0.12245, auc: 0.8463, averagePrecision: 0.3038),
        Reference(model: "the same, monotone in price", logLoss: 0.12261, auc: 0.8454, averagePrecision: 0.3026),
    ]
}
