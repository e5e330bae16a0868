// Pricing one cart: resolve every line, score all lines in one batch, decide each price, let the promotion
// slot compete, remember what was shown. The ladder personal → segment → list runs inside: a line falls a rung
// when the shopper, the model or the product is unknown, and says so.

import Domain
import Features
import Models
import Pricing
import Promotions

extension WorkerCore {
    /// The prices of a cart. Remembers them as shown.
    public mutating func priceRequested(
        _ request: PriceRequest, header: MessageHeader, now: Timestamp
    ) throws(Refusal) -> Quote {
        var cart = try resolve(request, header, now, by: modelRole(of: request.user))
        score(&cart)
        compare(request, header, cart)
        return quote(request, cart, remember: true)
    }

    /// A cart on its way to a price.
    struct Cart {
        let partition: PartitionID
        let user: UserKey
        let now: Timestamp
        let day: Int32
        let week: Int32
        let shopper: ShopperState?
        /// nil unless the model knows shoppers by name.
        let profile: ShopperProfile?
        /// Whether earlier weeks, or the model itself, tell how this shopper shops.
        let isKnown: Bool
        let arm: ExperimentArm
        /// Which model prices it.
        let role: ModelRole
        let expiresAt: Timestamp
        var lines: [Line] = []
        /// Lines that the model knows; the row of each in the scratch is its place here.
        var scored: [Int] = []

        func moment(_ calendar: ShopCalendar) -> MarketMoment {
            MarketMoment(tenant: user.tenant, now: now, week: week, calendar: calendar)
        }

        struct Line {
            let key: ProductKey
            let row: CatalogueRow
            let earlier: RememberedQuote?
            /// nil when there is no model, or none that knows the product.
            let item: ItemContext?
            let population: [Float]
            /// Where a model of profiles knows the product.
            let profile: Int?
            /// Whether the shopper's price may not move.
            let isFrozen: Bool
            /// What the optimum takes a unit to cost; nil when its cost says so.
            let unitWorth: Money?
            /// The model's own.
            var predicted: DemandCurve?
            /// The one that prices: the model's, corrected.
            var curve: DemandCurve?
            var correction = OnlineCorrections.Known()
        }
    }

    // MARK: - Resolving

    mutating func resolve(
        _ request: PriceRequest, _ header: MessageHeader, _ now: Timestamp, by role: ModelRole
    ) throws(Refusal) -> Cart {
        let partition = try partition(of: request.user, header)
        let place = try readable(partition)
        let index = keyed[place]?.state.index ?? 0
        guard index >= header.index || planted(.minimumIndexIgnored) else {
            throw Refusal(
                .notYetReadable, place: "partition \(partition)", value: "index \(index)",
                remedy: "Ask again shortly: index \(header.index) has not been applied here yet.")
        }
        let shopper = keyed[place]?.state.shopper(request.user)
        let week = configuration.calendar.week(of: now)
        let profile = models.profile(role, of: request.user)
        var cart = Cart(
            partition: partition, user: request.user, now: now, day: configuration.calendar.day(of: now), week: week,
            shopper: shopper, profile: profile,
            isKnown: profile.map { $0.entry != nil } ?? shopper?.history.isKnown(before: week) ?? false,
            arm: configuration.experiment.arm(of: request.user), role: role, expiresAt: expiry(now))
        cart.lines.reserveCapacity(request.lines.count)
        let catalogue = broadcast.state.catalogues[request.user.tenant]
        let freezes = broadcast.state.freezes[request.user.tenant]
        let stock = broadcast.state.stock[request.user.tenant]
        for (index, line) in request.lines.enumerated() {
            guard let entry = catalogue?[line.product], let row = entry.row(at: now) else {
                throw Refusal(
                    .unknownProduct, place: "lines[\(index)].product", value: line.product,
                    remedy: "Send a catalogue row for it first, or leave the line out and sell it at its list price.")
            }
            guard row.currency == request.currency else {
                throw Refusal(
                    .currencyMismatch, place: "lines[\(index)].product", value: line.product,
                    remedy: "It is priced in \(row.currency.code); ask for a quote in that currency.")
            }
            let key = ProductKey(product: line.product)
            let cached = models.item(role, row, prices: entry.prices, cart.moment(configuration.calendar))
            cart.lines.append(
                Cart.Line(
                    key: key, row: row,
                    earlier: .binding(
                        keyed[place]?.exposures.quote(of: key, for: request.user), shopper?.quote(of: key), at: now),
                    item: cached?.item ?? nil, population: cached?.population ?? [], profile: cached?.profile,
                    isFrozen: freezes?[line.product]?.isInForce(at: now) ?? false,
                    unitWorth: unitWorth(stock?[line.product], row, now)))
        }
        return cart
    }

    /// What the optimum takes a unit to cost; nil where that is its cost, or where costs do not count.
    private func unitWorth(_ value: StockValue?, _ row: CatalogueRow, _ now: Timestamp) -> Money? {
        guard let value, value.isInForce(at: now) || planted(.stockValueNeverEnds), value.currency == row.currency,
            value.worth != row.unitCost, configuration.policy.objective == .profit
        else { return nil }
        return value.worth
    }

    /// When a quote given now expires. Rounded up to `expiryStep`, so that asking again soon gives the same quote and
    /// needs no new memory.
    private func expiry(_ now: Timestamp) -> Timestamp {
        let earliest = now.milliseconds + configuration.quoteWindowMilliseconds
        return Timestamp(milliseconds: (earliest + expiryStep - 1) / expiryStep * expiryStep)
    }

    /// A quarter of the window.
    var expiryStep: Int64 { max(1, configuration.quoteWindowMilliseconds / 4) }

    // MARK: - Scoring

    /// Gives every line that the model knows its demand curve; evaluates the forests once per line. The control arm's
    /// curves price nothing: they tell which of its prices the other arms would have shown as well.
    mutating func score(_ cart: inout Cart) {
        guard let model = models[cart.role] else { return }
        let scored = cart.lines.indices.filter { cart.lines[$0].item != nil }
        guard !scored.isEmpty else { return }
        cart.scored = scored
        fillRows(cart, scored)

        let response = model.bundle.response
        var intercepts = [Float](repeating: 0, count: scored.count)
        var slopes = intercepts
        var saturations = response.saturation == nil ? [] : intercepts
        var interceptSpan = intercepts.mutableSpan
        var slopeSpan = slopes.mutableSpan
        let rows = scratch.rows.span.extracting(0..<scored.count * response.featureCount)
        response.score(rows, intercepts: &interceptSpan, slopes: &slopeSpan)
        if !saturations.isEmpty {
            var saturationSpan = saturations.mutableSpan
            response.score(rows, saturations: &saturationSpan)
        }
        let law = response.law
        for (row, line) in scored.enumerated() {
            let curve = DemandCurve(
                intercept: Double(intercepts[row]), slope: Double(slopes[row]),
                reference: cart.lines[line].item!.referencePrice, centre: Double(response.centre),
                shape: response.shape, saturation: saturations.isEmpty ? law.ceiling : Double(saturations[row]),
                sharpness: law.sharpness, choices: cart.profile?.profiles.ratios)
            cart.lines[line].predicted = curve.isUsable ? curve : nil
            cart.lines[line].curve = cart.lines[line].predicted
        }
        correct(&cart)
    }

    private mutating func fillRows(_ cart: Cart, _ scored: [Int]) {
        if let profile = cart.profile { return fillRows(cart, scored, profile) }
        let history = cart.isKnown ? cart.shopper?.history : nil
        let summary = history.map { ShopperSummary($0, week: cart.week) }
        fillHabits(cart, scored, summary, history)
        let habits = scratch.habits
        var rows = scratch.rows.mutableSpan
        for (row, line) in scored.enumerated() {
            let line = cart.lines[line]
            // A line with an item has a model and a catalogue, and so its category a habit.
            let category = habits[line.row.category]!
            if let history, let summary {
                FeatureSchema.fill(
                    &rows, row: row, item: line.item!, category: category, summary: summary, history: history)
            } else {
                FeatureSchema.fill(
                    &rows, row: row, item: line.item!, category: category, population: line.population.span)
            }
        }
    }

    /// What the shopper usually buys in each category of the lines to score.
    private mutating func fillHabits(
        _ cart: Cart, _ scored: [Int], _ summary: ShopperSummary?, _ history: ShopperHistory?
    ) {
        scratch.habits.removeAll(keepingCapacity: true)
        guard let catalogue = broadcast.state.catalogues[cart.user.tenant] else { return }
        let moment = cart.moment(configuration.calendar)
        for line in scored {
            let name = cart.lines[line].row.category
            guard scratch.habits[name] == nil,
                let context = models.category(cart.role, name, in: catalogue, moment)
            else { continue }
            scratch.habits[name] =
                if let summary, let history {
                    CategoryHabit(context, summary: summary, history: history)
                } else {
                    CategoryHabit(ofAnybodyIn: context)
                }
        }
    }

    private mutating func fillRows(_ cart: Cart, _ scored: [Int], _ shopper: ShopperProfile) {
        scratch.reserve(width: shopper.profiles.rows.width)
        var rows = scratch.rows.mutableSpan
        for (row, line) in scored.enumerated() {
            let line = cart.lines[line]
            let moment = ProfileRows.Moment(
                referencePrice: line.row.currency.major(line.item!.referencePrice),
                unitCost: line.row.currency.major(line.row.unitCost.real), time: cart.now)
            shopper.profiles.rows.fill(&rows, row: row, shopper: shopper.entry, item: line.profile, moment: moment)
        }
    }

    // MARK: - Deciding

    mutating func quote(_ request: PriceRequest, _ cart: Cart, remember: Bool) -> Quote {
        var lines: [QuotedLine] = []
        lines.reserveCapacity(cart.lines.count)
        for (line, asked) in zip(cart.lines, request.lines) {
            var trail = PriceTrail()
            let decided = decide(line, in: cart.arm, cart, &trail)
            lines.append(
                quotedLine(line, quantity: asked.quantity, price: decided.price, level: decided.level, cart.now, trail))
            if remember { self.remember(line, cart, decided.price) }
        }
        let level = lines.map(\.level).max() ?? .list
        return Quote(
            id: nextQuoteID(), user: request.user, currency: request.currency, issuedAt: cart.now,
            expiresAt: expiry(of: lines, cart), level: level, modelVersion: version(cart.role), arm: cart.arm.name,
            segment: cart.isKnown ? "" : Self.strangers, lines: lines,
            total: lines.reduce(.zero) { $0 + $1.total })
    }

    /// A quote is honoured to the end and never followed by a dearer one while it lasts, so it ends with the
    /// first deal in it.
    private func expiry(of lines: [QuotedLine], _ cart: Cart) -> Timestamp {
        lines.reduce(cart.expiresAt) { earliest, line in
            guard let deal = line.promotion, deal.applied else { return earliest }
            return min(earliest, deal.endsAt)
        }
    }

    /// The segment of shoppers without behaviour.
    static let strangers = "newcomers"

    func decide(
        _ line: Cart.Line, in arm: ExperimentArm, _ cart: Cart, _ trail: inout PriceTrail
    ) -> (price: Money, level: PriceLevel) {
        let context = context(of: line, cart)
        guard arm != .control else { return (PriceDecision.list(because: .controlArm, context, &trail), .list) }
        guard !line.isFrozen else { return frozen(line, cart, context, &trail) }
        guard let curve = line.curve else {
            let reason: PriceReason = models[cart.role] == nil ? .noModel : .unknownToModel
            return (PriceDecision.list(because: reason, context, &trail), .list)
        }
        if !cart.isKnown { trail.note(.unknownShopper, line.row.listPrice) }
        if !line.correction.isNothing { trail.note(.corrected, line.row.listPrice) }
        if line.unitWorth != nil { trail.note(.stock, line.row.listPrice) }
        let price: Money
        if arm == .exploring {
            trail.note(.explored, line.row.listPrice)
            let ticket = configuration.experiment.ticket(cart.user, line.key, day: cart.day)
            price = drawn(ticket, around: curve, off: slopeError(cart), line, context, &trail)
        } else {
            price = PriceDecision.personal(curve, context, configuration.policy, &trail)
        }
        guard
            PriceDecision.isWithinGuardrails(price, context, configuration.policy) || planted(.floorIgnored)
                || planted(.ceilingIgnored)
        else {
            // No rule above can produce this; if one ever does, the shopper gets the public price.
            return (line.row.listPrice, .list)
        }
        return (price, cart.isKnown ? .personal : .segment)
    }

    /// How far off ln slope may be, as the cart's model says of its shopper's segment.
    private func slopeError(_ cart: Cart) -> Double? {
        models[cart.role]?.slopeErrors.map { cart.isKnown ? $0.known : $0.newcomer }
    }

    /// The best price on the curve that a ticket stands for.
    private func drawn(
        _ ticket: Int, around curve: DemandCurve, off slopeError: Double?, _ line: Cart.Line, _ context: PriceContext,
        _ trail: inout PriceTrail
    ) -> Money {
        let curve = configuration.experiment.drawn(
            curve, ticket: ticket, belief: line.correction.belief.covariance, modelDeviation: slopeError)
        return PriceDecision.personal(curve, context, configuration.policy, &trail)
    }

    private func version(_ role: ModelRole) -> UInt64 { models[role]?.bundle.version ?? 0 }

    /// What the shopper was shown last, whatever its age; without that, the public price.
    private func frozen(
        _ line: Cart.Line, _ cart: Cart, _ context: PriceContext, _ trail: inout PriceTrail
    ) -> (price: Money, level: PriceLevel) {
        let shown = planted(.frozenPriceMoved) ? context.promised : line.earlier?.price
        let price = PriceDecision.frozen(at: shown, context, configuration.policy, &trail)
        return (price, line.earlier == nil ? .list : cart.isKnown ? .personal : .segment)
    }

    /// The chance that this price was shown, to a shopper who may have been drawn into any arm: of the arms, those that
    /// show it, and of the exploring one's tickets, those that lead to it.
    private func propensity(of price: Money, _ line: Cart.Line, _ cart: Cart) -> Float {
        let chance = ExperimentArm.allCases.reduce(Float(0)) { chance, arm in
            let share = configuration.experiment.propensity(of: arm)
            return share > 0 ? chance + share * self.chance(of: price, in: arm, line, cart) : chance
        }
        return min(1, chance)
    }

    private func chance(of price: Money, in arm: ExperimentArm, _ line: Cart.Line, _ cart: Cart) -> Float {
        // A frozen price is not drawn.
        guard arm == .exploring, !line.isFrozen, let curve = line.curve else {
            var trail = PriceTrail()
            return decide(line, in: arm, cart, &trail).price == price ? 1 : 0
        }
        let context = context(of: line, cart)
        let slopeError = slopeError(cart)
        let same = (0..<Exploration.tickets).count { ticket in
            var trail = PriceTrail()
            return drawn(ticket, around: curve, off: slopeError, line, context, &trail) == price
        }
        return Float(same) / Float(Exploration.tickets)
    }

    func context(of line: Cart.Line, _ cart: Cart) -> PriceContext {
        PriceContext(
            row: line.row, yesterday: line.earlier?.anchor(on: cart.day), promised: line.earlier?.promise(at: cart.now),
            unitWorth: line.unitWorth)
    }

    func quotedLine(
        _ line: Cart.Line, quantity: Int64, price: Money, level: PriceLevel, _ now: Timestamp, _ trail: PriceTrail
    ) -> QuotedLine {
        let (unitPrice, slot) = PromotionSelection.select(line.row, against: price, at: now)
        var reasons = trail.reasons
        if slot?.applied == true { reasons.insert(.publicDeal) }
        return QuotedLine(
            product: line.row.product, quantity: quantity, listPrice: line.row.listPrice, personalPrice: price,
            unitPrice: unitPrice, level: level, reasons: reasons, promotion: slot,
            // Price and quantity are bounded by `Limits`, whose product fits.
            total: unitPrice.times(quantity) ?? .zero)
    }

    private mutating func remember(_ line: Cart.Line, _ cart: Cart, _ price: Money) {
        // After a thaw moves start from the frozen price, even where it was too old to start from before.
        let start = line.isFrozen ? price : line.row.listPrice
        var exposure = Exposure(
            user: cart.user, product: line.row.product, day: cart.day,
            anchor: line.earlier?.anchor(on: cart.day) ?? start, personalPrice: price,
            listPrice: line.row.listPrice, expiresAt: cart.expiresAt, modelVersion: version(cart.role),
            arm: cart.arm.rawValue, propensity: 1)
        guard RememberedQuote(exposure) != line.earlier else { return }
        exposure.propensity = propensity(of: price, line, cart)
        exposure.prediction = prediction(of: line, at: price, cart)
        guard let place = place(of: cart.partition) else { return }
        let isPromised = line.earlier?.promise(at: cart.now) != nil
        keyed[place]?.exposures.add(exposure, of: line.key, isPromised: isPromised)
    }
}
