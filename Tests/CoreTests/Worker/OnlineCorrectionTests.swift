// From a price shown to the next one: what a shopper does after a quote moves the curve of the shopper and of the product,
// once, when the window has closed, the same on every replica.

import Domain
import Models
import Pricing
import TestSupport
import Testing
import WorkerCore

@Suite struct OnlineCorrectionTests {
    private let anna = Shop.user("anna")
    private static let on = OnlineCorrectionSettings(outcomeWithinMilliseconds: Shop.day)

    private func shell(
        correcting: Bool = true, experiment: Experiment = Experiment(salt: "autumn", controlShare: 0)
    ) throws -> PaperShell {
        var configuration = Shop.configuration(experiment: experiment, smoothing: 1, dailyMove: 1)
        configuration.onlineCorrection = correcting ? Self.on : nil
        // What was 20,000 for weeks costs 30,000 today.
        let rows = Shop.modelled.map { Shop.row($0, list: 20_000) }
        let dearer = Shop.modelled.map { Shop.row($0, from: Shop.noon.adding(milliseconds: -Shop.day)) }
        return PaperShell(
            configuration, log: [.broadcast: [.catalogue(tenant: Shop.tenant, rows: rows + dearer)]],
            model: try Shop.bundle(logSlope: 0.6))
    }

    private func day(_ number: Int64) -> Timestamp { Shop.noon.adding(milliseconds: number * Shop.day) }

    private func basket(_ id: UInt64, at time: Timestamp, _ products: String...) -> Event {
        var event = Shop.event(id)
        event.occurredAt = time.adding(milliseconds: Shop.minute)
        event.basket.items = products.map {
            BasketItem(product: $0, quantity: 1, paid: Money(minorUnits: 1_000))
        }
        return event
    }

    /// Shows prices, and logs that.
    @discardableResult
    private func show(_ shell: inout PaperShell, _ user: UserKey, _ product: String, at time: Timestamp) throws -> Quote
    {
        let quote = try shell.price(user, product, at: time)
        shell.flush(at: time)
        shell.settle()
        return quote
    }

    private func pay(_ shell: inout PaperShell, _ user: UserKey, _ event: Event) {
        _ = shell.send([event], of: user, at: event.occurredAt)
        shell.settle()
    }

    /// What an explanation says of the corrections, by name.
    private func corrections(
        _ shell: inout PaperShell, _ user: UserKey, _ product: String, at time: Timestamp
    ) throws -> [String: Float] {
        let features = try shell.explain(user, product, at: time).lines[0].features
        return Dictionary(
            uniqueKeysWithValues: features.filter { $0.name.hasPrefix("correction of") }.map { ($0.name, $0.value) })
    }

    private let shopperIntercept = "correction of the intercept, shopper"
    private let productIntercept = "correction of the intercept, product"

    /// Every noon a price, a minute later a basket; two days apart, so that each outcome is settled before the next.
    private func live(_ shell: inout PaperShell, _ user: UserKey, visits: Int64, buying products: String...) throws {
        for visit in 0..<visits {
            let time = day(2 * visit)
            try show(&shell, user, "milk", at: time)
            var event = basket(UInt64(visit), at: time)
            event.basket.items = products.map {
                BasketItem(product: $0, quantity: 1, paid: Money(minorUnits: 1_000))
            }
            pay(&shell, user, event)
        }
        try show(&shell, Shop.user("clock"), "milk", at: day(2 * visits))
    }

    // MARK: - Prices

    @Test func whoRefusesAHighPriceIsQuotedLessWithinTheGuardrails() throws {
        var corrected = try shell()
        var plain = try shell(correcting: false)
        try live(&corrected, anna, visits: 12, buying: "eggs")
        try live(&plain, anna, visits: 12, buying: "eggs")
        let after = try corrected.price(anna, "milk", at: day(24)).lines[0]
        let without = try plain.price(anna, "milk", at: day(24)).lines[0]
        #expect(after.personalPrice < without.personalPrice)
        #expect(after.personalPrice >= Money(minorUnits: 15_000))
        #expect(after.reasons.contains(.corrected))
        #expect(!without.reasons.contains(.corrected))
        let known = try corrections(&corrected, anna, "milk", at: day(24))
        #expect(try #require(known[shopperIntercept]) < -0.02)
        #expect(try #require(known[productIntercept]) < -0.01)
    }

    @Test func whoBuysRaisesTheShoppersInterceptForEveryProduct() throws {
        var shell = try shell()
        try live(&shell, anna, visits: 3, buying: "milk")
        let milk = try corrections(&shell, anna, "milk", at: day(7))
        let corn = try corrections(&shell, anna, "corn", at: day(7))
        #expect(try #require(milk[shopperIntercept]) > 0.05)
        #expect(corn[shopperIntercept] == milk[shopperIntercept])
        #expect(corn[productIntercept] == 0)
    }

    /// In the same partition; others learn on their own.
    @Test func aProductsCorrectionReachesShoppersWhoWereNeverThere() throws {
        var shell = try shell()
        let home = shell.partition(of: anna)
        let others = (0..<1_000).lazy.map { Shop.user("other\($0)") }
        let neighbour = try #require(others.first { shell.partition(of: $0) == home })
        let stranger = try #require(others.first { shell.partition(of: $0) != home })
        try show(&shell, anna, "milk", at: day(0))
        pay(&shell, anna, basket(1, at: day(0), "milk"))
        try show(&shell, neighbour, "corn", at: day(3))
        #expect(try #require(corrections(&shell, neighbour, "milk", at: day(3))[productIntercept]) > 0.03)
        #expect(try corrections(&shell, stranger, "milk", at: day(3)).isEmpty)
    }

    /// An exploring shopper's prices are drawn from what outcomes have left in doubt, and logged with that chance.
    @Test func whatIsDrawnFollowsWhatIsBelieved() throws {
        let experiment = Experiment(salt: "autumn", controlShare: 0, exploringShare: 1, exploringDeviation: 0.5)
        var shell = try shell(experiment: experiment)
        try live(&shell, anna, visits: 8, buying: "eggs")
        try show(&shell, anna, "corn", at: day(16))
        let shown = shell.loggedExposures().filter { $0.user == anna && $0.product == "milk" }
        var (shopper, product) = (CurveCorrection(.shopper), CurveCorrection(.product))
        for exposure in shown {
            CurveCorrection.learn(
                PriceOutcome(
                    try #require(exposure.prediction), isBought: false, day: exposure.day,
                    modelVersion: exposure.modelVersion), &shopper, &product)
        }
        let unlearned = CurveBelief(priorOf: .shopper) + CurveBelief(priorOf: .product)
        var moved = 0
        // Each day draws another ticket. Nothing more is learned of one who buys nothing.
        for time in (16..<32).map(day) {
            let today = ShopCalendar.utc.day(of: time)
            let learned = shopper.belief(on: today, of: 1) + product.belief(on: today, of: 1)
            let line = try shell.explain(anna, "milk", at: time).lines[0]
            let curve = DemandCurve(
                intercept: line.intercept, slope: line.slope, reference: line.referencePrice, centre: line.centre)
            func prices(_ belief: CurveBelief) -> [Money] {
                (0..<Exploration.tickets).map { ticket in
                    var trail = PriceTrail()
                    return PriceDecision.personal(
                        experiment.drawn(curve, ticket: ticket, belief: belief.covariance),
                        PriceContext(row: Shop.row("milk"), yesterday: nil, promised: nil),
                        Shop.configuration(smoothing: 1, dailyMove: 1).policy, &trail)
                }
            }
            let drawn = prices(learned)
            let ticket = experiment.ticket(anna, ProductKey(product: "milk"), day: today)
            let price = try show(&shell, anna, "milk", at: time).lines[0].personalPrice
            #expect(price == drawn[ticket])
            let logged = try #require(shell.loggedExposures().last { $0.user == anna })
            #expect(logged.propensity == Float(drawn.count { $0 == price }) / Float(Exploration.tickets))
            if prices(unlearned)[ticket] != price { moved += 1 }
        }
        #expect(moved > 4, "days on which less was known would have meant another price")
    }

    /// A model says how far its own slopes may be off: more of a shopper whom nobody knows.
    @Test func pricesAreDrawnAsWideAsTheModelIsUnsure() throws {
        func prices(_ deviation: Double?, _ errors: SlopeErrors?, _ user: UserKey) throws -> [Money] {
            let experiment = Experiment(
                salt: "autumn", controlShare: 0, exploringShare: 1, exploringDeviation: deviation)
            var shell = try PaperShell.open(Shop.configuration(experiment: experiment, smoothing: 1, dailyMove: 1))
            shell.load(try Shop.bundle(slopeErrors: errors))
            pay(&shell, anna, Shop.event(1, "milk"))
            return try (0..<12 as Range<Int64>).map { day in
                let time = Shop.noon.adding(milliseconds: day * Shop.day)
                let line = try shell.price(user, "milk", at: time).lines[0]
                #expect(line.level == (user == anna ? .personal : .segment))
                return line.personalPrice
            }
        }
        let stranger = Shop.user("stranger")
        let errors = SlopeErrors(known: 0.2, newcomer: 0.6)
        #expect(try prices(nil, errors, anna) == prices(0.2, nil, anna))
        #expect(try prices(nil, errors, stranger) == prices(0.6, nil, stranger))
        // The operator's word counts, and where nobody says anything it is the usual.
        #expect(try prices(0.5, errors, anna) == prices(0.5, nil, anna))
        #expect(try prices(nil, nil, anna) == prices(0.3, nil, anna))
        #expect(try prices(0.2, nil, anna) != prices(0.3, nil, anna))
    }

    @Test func theControlArmPaysTheListPriceAndTeachesNothing() throws {
        var shell = try shell(experiment: Experiment(salt: "autumn", controlShare: 1))
        try live(&shell, anna, visits: 3, buying: "milk")
        #expect(shell.loggedExposures().allSatisfy { $0.prediction == nil })
        let line = try shell.price(anna, "milk", at: day(6)).lines[0]
        #expect(line.personalPrice == line.listPrice)
        #expect(!line.reasons.contains(.corrected))
    }

    // MARK: - What is logged

    @Test func aPriceCarriesWhatTheModelAloneExpected() throws {
        var shell = try shell()
        try live(&shell, anna, visits: 4, buying: "milk")
        let last = try #require(shell.loggedExposures().last { $0.user == anna })
        let prediction = try #require(last.prediction)
        // A worker that corrects nothing, at the same history.
        var plain = PaperShell(Shop.configuration(), log: shell.log, model: try Shop.bundle(logSlope: 0.6))
        let line = try plain.explain(anna, "milk", at: day(6)).lines[0]
        let curve = DemandCurve(
            intercept: line.intercept, slope: line.slope, reference: line.referencePrice, centre: line.centre)
        let expected = try #require(curve.prediction(at: last.personalPrice, settledAt: prediction.settledAt))
        #expect(prediction == expected)
        #expect(prediction.settledAt >= last.expiresAt.adding(milliseconds: Shop.day))
        #expect(prediction.settledAt < last.expiresAt.adding(milliseconds: Shop.day + Shop.window / 4 + 10_000))
    }

    /// Quotes expire together, and a fold that learned from all at once would keep carts waiting.
    @Test func windowsOfManyShoppersDoNotCloseTogether() throws {
        var shell = try shell()
        var settled: [Timestamp: Int] = [:]
        for number in 0..<200 { try show(&shell, Shop.user("s\(number)"), "milk", at: Shop.noon) }
        for exposure in shell.loggedExposures() {
            if let prediction = exposure.prediction { settled[prediction.settledAt, default: 0] += 1 }
        }
        #expect(settled.values.reduce(0, +) == 200)
        #expect(settled.count >= 20 && (settled.values.max() ?? 0) <= 25)
    }

    @Test func aDealIsWhatTheShopperWasToPay() throws {
        var shell = try shell()
        let deal = Deal(price: Money(minorUnits: 9_000), endsAt: day(1))
        _ = shell.send([Shop.row("milk", deal: deal, from: Shop.noon)])
        shell.settle()
        let quote = try show(&shell, anna, "milk", at: day(0))
        #expect(quote.lines[0].unitPrice == deal.price)
        let line = try shell.explain(anna, "milk", at: day(0)).lines[0]
        let prediction = try #require(shell.loggedExposures().last?.prediction)
        let curve = DemandCurve(
            intercept: line.intercept, slope: line.slope, reference: line.referencePrice, centre: line.centre)
        #expect(prediction == curve.prediction(at: deal.price, settledAt: prediction.settledAt))
    }

    @Test func withTheSwitchOffNothingIsLoggedAndNothingIsKept() throws {
        var shell = try shell(correcting: false)
        try live(&shell, anna, visits: 3, buying: "milk")
        #expect(shell.loggedExposures().allSatisfy { $0.prediction == nil })
        #expect(try corrections(&shell, anna, "milk", at: day(7)).isEmpty)
    }

    /// Workers start anew one by one: for a while some have the switch on and others off.
    @Test func whatIsFoldedDoesNotDependOnTheSwitch() throws {
        var shell = try shell()
        try live(&shell, anna, visits: 4, buying: "milk")
        var configuration = Shop.configuration()
        configuration.onlineCorrection = nil
        let other = try shell.restarted(configuration)
        #expect(other.stateHashes() == shell.stateHashes())
    }
}
