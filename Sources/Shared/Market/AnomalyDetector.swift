// Both watches of one item, and what follows from them: while either has cause for alarm, the item's price must not
// move, because whatever would move it learns from what the alarm is about.

/// What was seen of an item at one time.
public struct MarketObservation: Equatable, Sendable {
    /// Ascending within an item, in a unit of the caller's.
    public var time: Int64
    /// Units sold, 0 or more.
    public var units: Double?
    /// How many times the usual demand a promotion is expected to bring; above 0.
    public var lift: Double
    public var competitorPrice: Double?

    public init(time: Int64, units: Double? = nil, lift: Double = 1, competitorPrice: Double? = nil) {
        self.time = time
        self.units = units
        self.lift = lift
        self.competitorPrice = competitorPrice
    }
}

/// One item's demand and a competitor's price of it: state + observation → state + verdicts.
public struct AnomalyDetector: Equatable, Sendable {
    private var demand: DemandWatch
    private var competitorPrice: CompetitorPriceWatch
    /// Price moves are frozen before this time.
    public private(set) var frozenUntil: Int64?

    public init(
        demand: DemandWatch.Settings = DemandWatch.Settings(),
        competitorPrice: CompetitorPriceWatch.Settings = CompetitorPriceWatch.Settings()
    ) {
        self.demand = DemandWatch(demand)
        self.competitorPrice = CompetitorPriceWatch(competitorPrice)
    }

    /// Judges what was seen; nil for what was not.
    public mutating func observe(
        _ observation: MarketObservation
    ) -> (demand: AnomalyVerdict?, competitorPrice: AnomalyVerdict?) {
        let units = observation.units.map { demand.observe($0, lift: observation.lift, at: observation.time) }
        let price = observation.competitorPrice.map { competitorPrice.observe($0, at: observation.time) }
        for case .some(let until) in [units?.frozenUntil, price?.frozenUntil] {
            frozenUntil = max(frozenUntil ?? until, until)
        }
        return (units, price)
    }

    public func isFrozen(at time: Int64) -> Bool { frozenUntil.map { time < $0 } ?? false }
}
