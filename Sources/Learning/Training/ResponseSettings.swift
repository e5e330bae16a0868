// How a response model is fitted, whatever the rows are: by forests, or by a network.

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

/// Everything a response fit depends on besides its rows.
public struct ResponseSettings: Equatable, Sendable {
    /// nil: forests are grown. Otherwise what says how does not matter.
    public var network: NetworkSettings?
    public var intercept: ForestSettings
    public var slope: ForestSettings
    /// nil: everybody would buy if the price were low enough.
    public var saturation: ForestSettings?
    /// Whether forests are grown on a quadratic surface of the rows' numbers, where a matrix says which these are.
    public var hasSurface = false
    /// Where the price shape may bend: ln(price / reference), not centred, ascending. Empty: it is straight.
    public var knots: [Double] = []
    /// Places in the row of what the slope may depend on; nil: everything.
    public var slopeColumns: [Int]?
    /// The slope before the first tree.
    public var startingSlope: Float = 3
    /// Slopes that a served model may have.
    public var slopes: ClosedRange<Float> = 0.02...150
    /// With held-out rows: rounds without a better log-loss there after which growing ends.
    public var patience = 30
    /// Rows, evenly spaced, over which the flat forests are held against libxgboost's sums; all, where there are fewer.
    /// Forests that were grown elsewhere are checked over the rows that came with them.
    public var checkedRows = Int.max
    /// Inside libxgboost. Its threads spin while they wait for each other; fits run beside each other instead.
    public var threads: Int32 = 1

    public init(intercept: ForestSettings, slope: ForestSettings, saturation: ForestSettings? = nil) {
        self.intercept = intercept
        self.slope = slope
        self.saturation = saturation
    }

    /// No forests.
    public init(_ network: NetworkSettings) {
        let none = ForestSettings(rounds: 0, depth: 1, learningRate: 1, shrinkage: 0, leafWeight: 0)
        self.init(intercept: none, slope: none)
        self.network = network
    }

    /// The same, with no more rounds than these. A network goes through all its epochs: its last steps are the smallest.
    func ending(after rounds: Int) -> ResponseSettings {
        var settings = self
        settings.intercept.rounds = min(rounds, intercept.rounds)
        settings.slope.rounds = min(rounds, slope.rounds)
        settings.saturation?.rounds = min(rounds, saturation?.rounds ?? rounds)
        return settings
    }

    /// The same, for a model that nobody is served from: fewer rows checked tell as well that libxgboost is the right one.
    var unserved: ResponseSettings {
        var settings = self
        settings.checkedRows = 10_000
        return settings
    }

    /// The same, for a choice between laws, which is not served: half of a network's steps tell as much.
    var hurried: ResponseSettings {
        var settings = unserved
        settings.network = network?.hurried
        return settings
    }

    /// The same, with exactly so many rounds.
    func lasting(_ rounds: Int) -> ResponseSettings {
        var settings = self
        settings.intercept.rounds = rounds
        settings.slope.rounds = rounds
        settings.saturation?.rounds = rounds
        return settings
    }

    var rounds: Int { max(intercept.rounds, slope.rounds, saturation?.rounds ?? 0) }
}
