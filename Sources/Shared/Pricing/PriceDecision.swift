// From a demand curve to a price, one rule after the other. The same code decides and explains: the trail
// notes every rule that acted, and the price after each when somebody asked.

import Domain

/// What a line's price depends on besides the curve.
public struct PriceContext: Equatable, Sendable {
    public var row: CatalogueRow
    /// The shopper's price at the end of an earlier day; nil when there was none.
    public var yesterday: Money?
    /// The lowest price quoted to the shopper that has not expired; nil when there is none.
    public var promised: Money?
    /// What a unit on the shelf is worth; nil when its cost says so.
    public var unitWorth: Money?

    public init(row: CatalogueRow, yesterday: Money?, promised: Money?, unitWorth: Money? = nil) {
        self.row = row
        self.yesterday = yesterday
        self.promised = promised
        self.unitWorth = unitWorth
    }
}

/// Which rules acted on a price.
public struct PriceTrail: Equatable, Sendable {
    public private(set) var reasons: PriceReasons = []
    /// The price after each rule; nil when nobody asked, so that deciding allocates nothing.
    public private(set) var steps: [PriceStep]?

    public init(keepingSteps: Bool = false) {
        steps = keepingSteps ? [] : nil
    }

    public mutating func note(_ reason: PriceReason, _ price: Money) {
        reasons.insert(reason)
        steps?.append(PriceStep(reason: reason, price: price))
    }
}

public enum PriceDecision {
    /// The personal price of one unit: optimum, smoothing, daily move, bounds, ending, stickiness.
    public static func personal(
        _ curve: DemandCurve, _ context: PriceContext, _ policy: PricingPolicy, _ trail: inout PriceTrail
    ) -> Money {
        let bounds = PriceBounds(context.row, policy)
        let target = OptimalPrice.solve(
            curve, policy.objective, unitCost: policy.netCost(of: context.row, unitWorth: context.unitWorth),
            within: curve.choices(within: bounds.floor.real...bounds.ceiling.real))
        let start = min(context.yesterday ?? bounds.ceiling, bounds.ceiling)
        let moved = start.real + policy.smoothing * (target - start.real)
        let limit = start.real * policy.largestDailyMoveRatio

        guard let smooth = Money(moved, rounded: .nearest), let lowest = Money(start.real - limit, rounded: .up),
            let highest = Money(start.real + limit, rounded: .down), let optimum = Money(target, rounded: .nearest)
        else {
            return promised(bounds.ceiling, context, &trail)
        }
        // In whole minor units, so that rounding moves no price further than a day allows.
        var price = min(max(smooth, lowest), highest)
        trail.note(.optimum, optimum)
        if smooth != optimum { trail.note(.smoothed, smooth) }
        if price != smooth { trail.note(.dailyMove, price) }
        if price < bounds.floor || optimum == bounds.floor && price == bounds.floor {
            price = bounds.floor
            trail.note(.floor, price)
        }
        if price > bounds.ceiling || optimum == bounds.ceiling && price == bounds.ceiling {
            price = bounds.ceiling
            trail.note(.ceiling, price)
        }
        if planted(.floorIgnored) { price = Money(minorUnits: bounds.floor.minorUnits - 1) }
        if planted(.ceilingIgnored) { price = Money(minorUnits: bounds.ceiling.minorUnits + 1) }
        let ended = policy.ending.applied(to: price, floor: bounds.floor)
        if ended != price {
            price = ended
            trail.note(.priceEnding, price)
        }
        return promised(price, context, &trail)
    }

    /// The price of a product whose prices are frozen: what was shown, and the public price where nothing was. Floor
    /// and ceiling hold: a cost that rose still raises the floor, a lower list price is for everybody.
    public static func frozen(
        at shown: Money?, _ context: PriceContext, _ policy: PricingPolicy, _ trail: inout PriceTrail
    ) -> Money {
        let bounds = PriceBounds(context.row, policy)
        var price = shown ?? bounds.ceiling
        trail.note(.frozen, price)
        if price < bounds.floor {
            price = bounds.floor
            trail.note(.floor, price)
        }
        if price > bounds.ceiling {
            price = bounds.ceiling
            trail.note(.ceiling, price)
        }
        return promised(price, context, &trail)
    }

    /// The public price for a shopper whose price may not, or cannot, be personal.
    public static func list(
        because reason: PriceReason, _ context: PriceContext, _ trail: inout PriceTrail
    ) -> Money {
        trail.note(reason, context.row.listPrice)
        return promised(context.row.listPrice, context, &trail)
    }

    /// Drops pass on at once, rises wait until the earlier quote has expired.
    private static func promised(
        _ price: Money, _ context: PriceContext, _ trail: inout PriceTrail
    ) -> Money {
        guard let promised = context.promised, promised < price else { return price }
        trail.note(.sticky, promised)
        return promised
    }

    /// The last look before a price leaves: positive, not above the list price, and not below the floor unless
    /// a lower price was already promised.
    public static func isWithinGuardrails(_ price: Money, _ context: PriceContext, _ policy: PricingPolicy) -> Bool {
        let bounds = PriceBounds(context.row, policy)
        return price > .zero && price <= bounds.ceiling
            && price >= min(bounds.floor, context.promised ?? bounds.floor)
    }
}
