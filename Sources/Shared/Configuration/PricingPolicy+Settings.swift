import Pricing

extension PricingPolicy {
    /// The rules that `cluster.yaml` sets.
    public init(_ settings: PricingSettings) {
        let objective: PricingObjective =
            switch settings.objective {
            case .profit: .profit
            case .revenue: .revenue
            case .conversion: .conversion
            }
        let ending: PriceEnding =
            switch settings.priceEnding {
            case .none: .none
            case .nine: .nine
            }
        self.init(
            objective: objective, conversionValueRatio: settings.conversionValueRatio,
            minimumMarginRatio: settings.minimumMarginRatio, smoothing: settings.smoothingRatio,
            largestDailyMoveRatio: settings.largestDailyMoveRatio,
            largestDiscountRatio: settings.largestDiscountRatio, ending: ending)
    }
}
