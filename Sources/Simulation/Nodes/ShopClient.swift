// A client with shoppers of its own: it asks for their prices, reports what they do, changes the catalogue now and
// then. What comes to an unknown end it sends again, with the same ids, as the manual says.

import ClientCore
import Domain

final class ShopClient: SimulatedClient {
    private let shoppers: [UserKey]
    /// The index of each shopper's latest acknowledgement.
    private var seen: [UserKey: UInt64] = [:]
    private var tokens: [PaperToken] = []
    private var nextCallAt: UInt64 = 0
    /// Whoever has just been told that something is durable, and may want to see it.
    private var hasWritten: UserKey?
    private var deaths = 0
    /// Events of an unknown outcome, to be sent again.
    private var unfinished: [(user: UserKey, events: [Event], repetitions: Int)] = []
    /// Who is shopping right now, and how many more things they will do.
    private var visit: (user: UserKey, left: Int)?
    /// No new calls any more.
    var isClosing = false

    private static let mostRepetitions = 6

    override init(
        _ id: NodeID, _ cluster: SimulatedCluster, clock: SimulatedClock, routers: [Int], random: SeededRandom
    ) {
        shoppers = (0..<cluster.scenario.load.shoppersPerClient).map {
            UserKey(tenant: PaperShop.tenant, user: "s\(id.number)-\($0)")
        }
        super.init(id, cluster, clock: clock, routers: routers, random: random)
    }

    private var load: LoadSettings { cluster.scenario.load }

    override func woken() {
        super.woken()
        guard !isClosing else { return }
        if cluster.now >= nextCallAt {
            if calls.count < load.mostCalls { callSomething() }
            nextCallAt =
                cluster.now
                + (visit == nil ? random.interval(mean: load.thinkMicroseconds) : random.logUniform(100...50_000))
        }
        wake(at: nextCallAt)
    }

    /// Prices something that no worker survives.
    func askForDeath() {
        deaths += 1
        let user = shoppers[0]
        let request = PriceRequest(
            user: user, currency: PaperShop.currency,
            lines: [CartLine(product: PaperShop.poison, quantity: Int64(deaths))])
        make(newCall(.price, user.hash, .price(request), deadlineMicroseconds: deadline()))
    }

    private func deadline() -> UInt32 { UInt32(random.number(in: load.deadlineMicroseconds)) }

    private func callSomething() {
        if let (user, left) = visit {
            visit = left > 1 ? (user, left - 1) : nil
            return report(user)
        }
        if let user = hasWritten {
            hasWritten = nil
            if random.chance(0.5) { return price(user) }
        }
        if !unfinished.isEmpty, random.chance(0.5) { return repeatUnfinished() }
        let draw = random.fraction()
        let changes = load.eventShare + load.catalogueShare
        if draw < load.eventShare {
            reportEvents()
        } else if draw < changes {
            changeCatalogue()
        } else if draw < changes + load.verifyShare, !tokens.isEmpty {
            let token = random.element(of: tokens)
            make(newCall(.verify, token.user.hash, .verify(token), deadlineMicroseconds: deadline()))
        } else if draw < changes + load.verifyShare + load.checkpointShare {
            let partition =
                random.chance(0.2) ? Int(PartitionID.broadcast.number) : random.below(cluster.scenario.partitions)
            make(newCall(.checkpoint, KeyHash(UInt64(partition)), .none, deadlineMicroseconds: deadline()))
        } else if draw < changes + load.verifyShare + load.checkpointShare + load.freezeShare {
            freezeOrThaw()
        } else if draw < changes + load.verifyShare + load.checkpointShare + load.freezeShare + load.stockShare {
            valueStock()
        } else {
            price()
        }
    }

    private func price(_ shopper: UserKey? = nil) {
        let user = shopper ?? random.element(of: shoppers)
        let lines = (0..<random.number(in: 1...3)).map { _ in
            CartLine(product: random.element(of: PaperShop.products), quantity: Int64(random.number(in: 1...3)))
        }
        let index = shopper != nil || random.chance(0.5) ? seen[user] ?? 0 : 0
        let request = PriceRequest(user: user, currency: PaperShop.currency, lines: lines)
        make(newCall(.price, user.hash, index: index, .price(request), deadlineMicroseconds: deadline()))
    }

    /// A client that does not wait reports several things that a shopper did right after each other; or one after the
    /// other for a moment, so that some are on their way while the partition changes hands.
    private func reportEvents() {
        let user = random.element(of: shoppers)
        guard load.pipelines else { return report(user) }
        for _ in 0..<random.number(in: 1...4) { report(user) }
        if random.chance(0.5) { visit = (user, random.number(in: 2...10)) }
    }

    private func report(_ user: UserKey) {
        let events = (0..<random.number(in: 1...3)).map { _ in newEvent() }
        make(newCall(.events, user.hash, .events(user, events), deadlineMicroseconds: deadline()))
    }

    private func newEvent() -> Event {
        // A few weeks back, so that shoppers become known.
        let age = Int64(random.below(6)) * ShopCalendar.millisecondsPerWeek
        return Event(
            id: EventID(random.next()),
            occurredAt: SimulatedClock.epoch.adding(milliseconds: Int64(cluster.now / 1_000) - age),
            basket: Basket(
                spend: Money(minorUnits: Int64(random.number(in: 100...9_000))), lines: 3, dealLines: 1,
                items: [
                    BasketItem(
                        product: random.element(of: PaperShop.products), quantity: 1, paid: Money(minorUnits: 500))
                ]))
    }

    private func repeatUnfinished() {
        let (user, events, repetitions) = unfinished.removeFirst()
        let call = newCall(.events, user.hash, .events(user, events), deadlineMicroseconds: deadline())
        call.repetitions = repetitions + 1
        make(call)
    }

    private func changeCatalogue() {
        let time = clock.wall(at: cluster.now)
        if random.chance(0.25) {
            return make(newCall(.activate, KeyHash(0), .activate(modelChange()), deadlineMicroseconds: deadline()))
        }
        let row = PaperShop.row(
            random.element(of: PaperShop.products), listPrice: Int64(random.number(in: PaperShop.listPrices)), at: time)
        make(
            newCall(
                .catalogue, KeyHash(0), .catalogue(tenant: PaperShop.tenant, [row]), deadlineMicroseconds: deadline()))
    }

    /// Models are tried, promoted and withdrawn, go straight into service, and come back.
    private func modelChange() -> ModelChange {
        switch random.below(10) {
        case 0..<3: return .serve(cluster.newModel())
        case 3..<6: return .trial(ModelTrial(activation: cluster.newModel(), sharePerMille: UInt32(random.below(400))))
        case 6..<8: return cluster.latestModel.map { .serve($0) } ?? .trial(nil)
        case 8: return cluster.anyModel(&random).map { .serve($0) } ?? .trial(nil)
        default: return .trial(nil)
        }
    }

    private func valueStock() {
        let time = clock.wall(at: cluster.now)
        let values = PaperShop.products.filter { _ in random.chance(0.3) }.map { product in
            StockValue(
                product: product, worth: Money(minorUnits: Int64(random.below(PaperShop.listPrices.upperBound))),
                currency: PaperShop.currency,
                until: random.chance(0.3)
                    ? StockValue.over : time.adding(milliseconds: random.element(of: PaperShop.freezeMilliseconds)))
        }
        guard !values.isEmpty else { return }
        make(
            newCall(
                .stock, KeyHash(0), .stock(tenant: PaperShop.tenant, values), deadlineMicroseconds: deadline()))
    }

    private func freezeOrThaw() {
        let time = clock.wall(at: cluster.now)
        let until =
            random.chance(0.3)
            ? PriceFreeze.thawed : time.adding(milliseconds: random.element(of: PaperShop.freezeMilliseconds))
        let freeze = PriceFreeze(
            tenant: PaperShop.tenant, product: random.element(of: PaperShop.products), until: until,
            reason: "simulated",
            at: time)
        make(newCall(.freeze, KeyHash(0), .freeze(freeze), deadlineMicroseconds: deadline()))
    }

    override func ended(_ call: ClientCall, _ ending: CallPlan.Ending) {
        switch (call.body, call.lastReply?.body) {
        case (.events(let user, _), .eventAcknowledgement(let acknowledgement)) where ending == .answered:
            seen[user] = max(seen[user] ?? 0, acknowledgement.index)
            hasWritten = user
            if random.chance(0.3) { nextCallAt = cluster.now }
        case (.price, .quote(_, let token)) where ending == .answered:
            tokens.append(token)
            if tokens.count > 8 { tokens.removeFirst() }
        case (.events(let user, let events), _) where isUnknown(call, ending):
            if call.repetitions < Self.mostRepetitions { unfinished.append((user, events, call.repetitions)) }
        default: break
        }
    }

    private func isUnknown(_ call: ClientCall, _ ending: CallPlan.Ending) -> Bool {
        ending == .unknown || call.lastReply?.header.status == .refused(.outcomeUnknown)
    }
}
