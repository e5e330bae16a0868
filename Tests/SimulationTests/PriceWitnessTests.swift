import Domain
import Log
import Simulation
import Testing

@Suite struct PriceWitnessTests {
    private let witness = Witness(partitions: 1)
    private let user = UserKey(tenant: PaperShop.tenant, user: "ann")
    private let row = PaperShop.rows()[0]

    init() {
        witness.claimed(.broadcast, Leadership(epoch: 1, owner: "w1"), after: 0)
        witness.appended(
            LogEntry(
                firstIndex: 1, epoch: 1, records: [.catalogue(tenant: PaperShop.tenant, rows: PaperShop.rows())]),
            to: .broadcast)
    }

    private func quote(_ price: Money, list: Money? = nil, at seconds: Int64 = 0) -> Quote {
        let issued = SimulatedClock.epoch.adding(milliseconds: seconds * 1_000)
        let line = QuotedLine(
            product: row.product, quantity: 1, listPrice: list ?? row.listPrice, personalPrice: price,
            unitPrice: price, level: .personal, reasons: [], promotion: nil, total: price)
        return Quote(
            id: RequestID(high: 1, low: 1), user: user, currency: PaperShop.currency, issuedAt: issued,
            expiresAt: issued.adding(milliseconds: 60_000), level: .personal, modelVersion: 0, arm: "personal",
            segment: "", lines: [line], total: price)
    }

    private func header(index: UInt64 = 0) -> MessageHeader {
        MessageHeader(
            kind: .price, deadlineMicroseconds: 1, keyHash: user.hash, requestID: RequestID(high: 0, low: 1),
            index: index)
    }

    private func receive(_ quote: Quote, index: UInt64 = 0, asked: UInt64 = 0) {
        let request = PriceRequest(
            user: user, currency: PaperShop.currency, lines: [CartLine(product: row.product, quantity: 1)])
        witness.received(quote, for: request, index: index, request: header(index: asked))
    }

    private var broken: Invariant? { witness.violation?.invariant }

    @Test func aPriceBetweenFloorAndListIsWell() {
        receive(quote(PaperShop.floor(row.product)))
        receive(quote(row.listPrice))
        #expect(broken == nil)
    }

    @Test func aPriceBelowTheFloorIsSeen() {
        receive(quote(PaperShop.floor(row.product) - Money(minorUnits: 1)))
        #expect(broken == .pricesWithinGuardrails)
    }

    @Test func aPriceAboveTheListPriceIsSeen() {
        receive(quote(row.listPrice + Money(minorUnits: 1)))
        #expect(broken == .pricesWithinGuardrails)
    }

    @Test func aListPriceThatNobodySetIsSeen() {
        receive(quote(row.listPrice, list: row.listPrice + Money(minorUnits: 1)))
        #expect(broken == .pricesWithinGuardrails)
    }

    @Test func anAnswerFromBeforeTheIndexAskedForIsSeen() {
        receive(quote(row.listPrice), index: 3, asked: 4)
        #expect(broken == .readsItsOwnWrites)
    }

    @Test func aPriceRaisedByTheSameWorkerWhileAPromiseHoldsIsSeen() {
        witness.quoted(quote(Money(minorUnits: 900)), by: 0, seen: 0, broadcast: 1, request: header())
        witness.quoted(quote(Money(minorUnits: 901), at: 59), by: 0, seen: 0, broadcast: 1, request: header())
        #expect(broken == .neverRaisedWhilePromised)
    }

    @Test func aPromiseThatHasExpiredBindsNobody() {
        witness.quoted(quote(Money(minorUnits: 900)), by: 0, seen: 0, broadcast: 1, request: header())
        witness.quoted(quote(Money(minorUnits: 901), at: 60), by: 0, seen: 0, broadcast: 1, request: header())
        #expect(broken == nil)
    }

    /// The first record of the shopper's partition.
    private func log(_ price: Int64) {
        let partition = PartitionID(0)
        let shown = Exposure(
            user: user, product: row.product, day: 0, anchor: row.listPrice, personalPrice: Money(minorUnits: price),
            listPrice: row.listPrice, expiresAt: SimulatedClock.epoch.adding(milliseconds: 60_000), modelVersion: 0,
            arm: 0, propensity: 1)
        witness.claimed(partition, Leadership(epoch: 1, owner: "w1"), after: 0)
        witness.appended(
            LogEntry(firstIndex: 1, epoch: 1, records: [.exposures(at: SimulatedClock.epoch, [shown])]),
            to: partition)
    }

    @Test func aPriceRaisedAgainstTheLogIsSeen() {
        log(900)
        // A replica that has not come so far cannot know.
        witness.quoted(quote(Money(minorUnits: 950)), by: 1, seen: 0, broadcast: 1, request: header())
        #expect(broken == nil)
        witness.quoted(quote(Money(minorUnits: 950)), by: 2, seen: 1, broadcast: 1, request: header())
        #expect(broken == .neverRaisedWhilePromised)
    }

    // MARK: - Freezes

    private func time(_ second: Int64) -> Timestamp { SimulatedClock.epoch.adding(milliseconds: second * 1_000) }

    /// The next record of the broadcast log.
    private func append(_ record: Record, as index: UInt64) {
        witness.appended(LogEntry(firstIndex: index, epoch: 1, records: [record]), to: .broadcast)
    }

    private func freeze(untilSecond end: Int64, atSecond second: Int64 = 0, as index: UInt64 = 2) {
        let freeze = PriceFreeze(
            tenant: PaperShop.tenant, product: row.product, until: time(end), reason: "r", at: time(second))
        append(.priceFreeze(freeze), as: index)
    }

    private func show(
        _ price: Int64, frozen: Bool, at second: Int64 = 0, by worker: Int = 0, seen keyedIndex: UInt64 = 0,
        broadcast index: UInt64 = 2
    ) {
        var quote = quote(Money(minorUnits: price), at: second)
        if frozen { quote.lines[0].reasons.insert(.frozen) }
        witness.quoted(quote, by: worker, seen: keyedIndex, broadcast: index, request: header())
    }

    @Test func aPriceThatStaysWhileItIsFrozenIsWell() {
        show(900, frozen: false, broadcast: 1)
        freeze(untilSecond: 500)
        show(900, frozen: true, at: 10)
        show(900, frozen: true, at: 60)
        show(900, frozen: true, at: 110)
        show(950, frozen: false, at: 600)
        #expect(broken == nil)
    }

    @Test(arguments: [850, 950, 1_500])
    func aFrozenPriceThatWasMovedIsSeen(to price: Int64) {
        show(900, frozen: false, broadcast: 1)
        freeze(untilSecond: 500)
        show(price, frozen: true, at: 10)
        #expect(broken == .frozenPricesStay)
    }

    /// What is in the log, nobody may forget.
    @Test(arguments: [(true, 900), (false, 850), (false, 1_500)])
    func aFrozenPriceThatWasLoggedStaysAfterItsQuoteHasExpired(isWell: Bool, price: Int64) {
        show(900, frozen: false, broadcast: 1)
        log(900)
        freeze(untilSecond: 500)
        show(price, frozen: true, at: 100, seen: 1)
        #expect((broken == nil) == isWell)
    }

    @Test func aFrozenPriceOfWhoeverWasShownNoneIsTheListPrice() {
        freeze(untilSecond: 500)
        show(row.listPrice.minorUnits, frozen: true)
        #expect(broken == nil)
        show(900, frozen: true, by: 1)
        #expect(broken == .frozenPricesStay)
    }

    @Test func aFreezeThatAWorkerHasNotReadBindsItNot() {
        freeze(untilSecond: 500)
        show(900, frozen: false, broadcast: 1)
        #expect(broken == nil)
        show(900, frozen: false, broadcast: 2)
        #expect(broken == .frozenPricesStay)
    }

    @Test func aFreezeThatHasEndedOrWasThawedAndIsStillObeyedIsSeen() {
        freeze(untilSecond: 500)
        show(row.listPrice.minorUnits, frozen: true, at: 10)
        freeze(untilSecond: 20, atSecond: 20, as: 3)
        show(row.listPrice.minorUnits, frozen: false, at: 10, broadcast: 3)
        #expect(broken == nil)
        show(row.listPrice.minorUnits, frozen: true, at: 10, broadcast: 3)
        #expect(broken == .frozenPricesStay)
    }

    // MARK: - Stock

    private func value(untilSecond end: Int64, atSecond second: Int64 = 0, as index: UInt64 = 2) {
        let value = StockValue(
            product: row.product, worth: Money(minorUnits: 700), currency: PaperShop.currency, until: time(end))
        append(.stockValues(tenant: PaperShop.tenant, at: time(second), [value]), as: index)
    }

    private func price(stock: Bool, optimum: Bool = true, at second: Int64, broadcast index: UInt64) {
        var quote = quote(Money(minorUnits: 900), at: second)
        if optimum { quote.lines[0].reasons.insert(.optimum) }
        if stock { quote.lines[0].reasons.insert(.stock) }
        witness.quoted(quote, by: 0, seen: 0, broadcast: index, request: header())
    }

    @Test func pricesThatFollowTheShelfWhileTheLogSaysSoAreWell() {
        price(stock: false, at: 0, broadcast: 1)
        value(untilSecond: 500)
        price(stock: false, at: 10, broadcast: 1)
        price(stock: true, at: 10, broadcast: 2)
        price(stock: false, optimum: false, at: 10, broadcast: 2)
        price(stock: false, at: 500, broadcast: 2)
        #expect(broken == nil)
    }

    @Test(arguments: [(true, 10, 1), (false, 10, 2), (true, 500, 2), (true, 10, 3), (false, 10, 4)])
    func aPriceThatDoesNotFollowTheShelfIsSeen(stock: Bool, second: Int64, index: UInt64) {
        value(untilSecond: 500)
        value(untilSecond: 0, atSecond: 5, as: 3)
        value(untilSecond: 400, atSecond: 6, as: 4)
        price(stock: stock, at: second, broadcast: index)
        #expect(broken == .pricesFollowTheShelf)
    }

    @Test func aTokenThatWasChangedIsNotGenuine() {
        var token = PaperToken(sealing: quote(row.listPrice))
        #expect(token.isGenuine)
        token.total = Money(minorUnits: 1)
        #expect(!token.isGenuine)
    }
}
