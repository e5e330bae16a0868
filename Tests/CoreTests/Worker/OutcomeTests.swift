// Outcomes are folded record by record: what closes a window, what counts once, and what survives a snapshot.

import Domain
import Pricing
import TestSupport
import Testing
import WorkerCore

/// The fold itself, record by record.
@Suite struct OutcomeTests {
    private let anna = Shop.user("anna")
    private let partition = PartitionID(0)
    private static let closes = Shop.noon.adding(milliseconds: Shop.window + Shop.day)

    private func time(_ minutes: Int64) -> Timestamp { Shop.noon.adding(milliseconds: minutes * Shop.minute) }

    private func shown(
        _ product: String = "milk", to user: UserKey? = nil, at time: Timestamp = Shop.noon, logged: Timestamp? = nil,
        logOdds: Float? = -0.5, version: UInt64 = 1
    ) -> Record {
        let price = Money(minorUnits: 500)
        let expiresAt = time.adding(milliseconds: Shop.window)
        return .exposures(
            at: logged ?? time,
            [
                Exposure(
                    user: user ?? anna, product: product, day: ShopCalendar.utc.day(of: time), anchor: price,
                    personalPrice: price, listPrice: price, expiresAt: expiresAt, modelVersion: version, arm: 0,
                    propensity: 1,
                    prediction: logOdds.map {
                        DemandPrediction(
                            logOdds: $0, priceTerm: 0.3, saturation: 1,
                            settledAt: expiresAt.adding(milliseconds: Shop.day))
                    })
            ])
    }

    private func paid(_ id: UInt64, at time: Timestamp, _ products: String...) -> Record {
        var event = Shop.event(id)
        event.occurredAt = time
        event.basket.items = products.map { BasketItem(product: $0, quantity: 1, paid: Money(minorUnits: 500)) }
        return .events(user: anna, events: [event])
    }

    /// Nobody is shown anything, at this time.
    private func clock(_ time: Timestamp) -> Record { .exposures(at: time, []) }

    private func bytes(_ records: Record...) -> [UInt8] {
        var replay = Replay(of: partition, calendar: .utc)
        replay.apply(records)
        return replay.frozen.encoded()
    }

    /// The state after these records, without what it has learned; and that.
    private func learned(_ records: Record...) throws -> ArraySlice<UInt8> {
        var (whole, without) = (Replay(of: partition, calendar: .utc), Replay(of: partition, calendar: .utc))
        whole.apply(records)
        without.apply(records.map(Self.withoutPredictions))
        let (bytes, plain) = (whole.frozen.encoded(), without.frozen.encoded())
        #expect(bytes.starts(with: plain), "what was learned stands at the end, and nothing else differs")
        return bytes.dropFirst(plain.count)
    }

    private static func withoutPredictions(_ record: Record) -> Record {
        guard case .exposures(let time, var exposures) = record else { return record }
        for place in exposures.indices { exposures[place].prediction = nil }
        return .exposures(at: time, exposures)
    }

    /// Shoppers and products that are corrected, by what `CurveCorrection` makes of these outcomes.
    private func expected(_ outcomes: Bool..., logOdds: Float = -0.5) -> [UInt8] {
        var (shopper, product) = (CurveCorrection(.shopper), CurveCorrection(.product))
        for isBought in outcomes {
            let prediction = DemandPrediction(
                logOdds: logOdds, priceTerm: 0.3, saturation: 1, settledAt: Timestamp(milliseconds: 0))
            CurveCorrection.learn(
                PriceOutcome(
                    prediction, isBought: isBought, day: ShopCalendar.utc.day(of: Shop.noon), modelVersion: 1),
                &shopper, &product)
        }
        var writer = ByteWriter()
        writer.write(UInt32(1))
        writer.write(anna.tenant)
        writer.write(anna.user)
        shopper.encode(to: &writer)
        writer.write(UInt32(1))
        writer.write(anna.tenant)
        writer.write(ProductKey(product: "milk").value)
        product.encode(to: &writer)
        // Nothing waits.
        writer.write(UInt32(0))
        return writer.bytes
    }

    @Test func aPurchaseAndARefusalAreSettledWhenTheWindowCloses() throws {
        let before = Self.closes.adding(milliseconds: -1)
        for (product, isBought) in [("milk", true), ("eggs", false)] {
            let basket = paid(1, at: time(5), product)
            #expect(try learned(shown(), basket, clock(Self.closes)).elementsEqual(expected(isBought)))
            // Until then it waits, and is all that is known.
            let waiting = try learned(shown(), basket, clock(before))
            #expect(waiting.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]))
        }
    }

    @Test func theShoppersOwnLaterBasketClosesTheWindowToo() throws {
        let records = try learned(shown(), paid(1, at: time(5), "milk"), paid(2, at: Self.closes, "eggs"))
        #expect(records.elementsEqual(expected(true)))
    }

    @Test func aShopperWithoutABasketTeachesNothing() throws {
        #expect(try learned(shown(), clock(Self.closes)).isEmpty)
    }

    @Test func basketsBeforeAndAfterTheWindowAreNoneOfItsOutcome() throws {
        let yesterday = Shop.noon.adding(milliseconds: -Shop.day)
        #expect(try learned(shown(), paid(1, at: yesterday, "milk"), clock(Self.closes)).isEmpty)
        #expect(try learned(paid(1, at: time(-5), "milk"), shown(), clock(Self.closes)).isEmpty)
        #expect(try learned(shown(), paid(1, at: Self.closes, "milk"), clock(Self.closes)).isEmpty)
        // Reported after the window had closed.
        #expect(try learned(shown(), clock(Self.closes), paid(1, at: time(5), "milk")).isEmpty)
    }

    @Test func anEventThatCameTwiceCountsOnceInWhateverOrder() throws {
        let (milk, eggs) = (paid(1, at: time(5), "milk"), paid(2, at: time(6), "eggs"))
        let once = try learned(shown(), milk, eggs, clock(Self.closes))
        #expect(once.elementsEqual(expected(true)))
        #expect(try learned(shown(), milk, milk, eggs, eggs, clock(Self.closes)).elementsEqual(once))
        #expect(try learned(shown(), eggs, milk, eggs, milk, clock(Self.closes)).elementsEqual(once))
        #expect(try learned(shown(), milk, eggs, clock(Self.closes), milk, clock(time(9_999))).elementsEqual(once))
    }

    @Test func ofOneDaysPricesTheLastOneCountsAndOnce() throws {
        let again = shown(at: time(60), logOdds: 0.25)
        let refused = paid(1, at: time(90), "eggs")
        #expect(
            try learned(shown(), again, refused, clock(Self.closes)).elementsEqual(expected(false, logOdds: 0.25)))
        // Who has bought has bought at the price of that time.
        let bought = paid(1, at: time(30), "milk")
        #expect(try learned(shown(), bought, again, clock(Self.closes)).elementsEqual(expected(true)))
    }

    @Test func anotherDaysPriceEndsTheFirst() throws {
        let tomorrow = shown(at: time(20 * 60), logOdds: 0.25)
        let known = try learned(shown(), paid(1, at: time(5), "milk"), tomorrow)
        // Counts of shoppers and products; then one that waits.
        #expect(known.starts(with: expected(true).dropLast(4)))
        #expect(known.count > expected(true).count)
    }

    @Test func aPriceLoggedAfterItExpiredIsNotWaitedFor() throws {
        #expect(try learned(shown(logged: time(16)), paid(1, at: time(17), "milk"), clock(Self.closes)).isEmpty)
    }

    @Test(arguments: [Float.nan, .infinity, -1e30]) func aPredictionThatIsNoneTeachesNothing(logOdds: Float) throws {
        #expect(bytes(shown(logOdds: logOdds)) == bytes(shown(logOdds: nil)))
    }

    /// A clock that leaps ahead and comes back settles what waits, early, and loses nothing afterwards.
    @Test func aClockThatLeapsDoesNoLastingHarm() throws {
        let far = Timestamp(milliseconds: Timestamp.acceptable.upperBound.milliseconds)
        let after = try learned(
            shown(), paid(1, at: time(5), "milk"), clock(far), shown(at: time(20)), paid(2, at: time(25), "milk"),
            clock(Self.closes.adding(milliseconds: Shop.day)))
        #expect(after.elementsEqual(expected(true, true)))
    }

    @Test func moreThanCanBeWaitedForIsLeftOut() throws {
        var replay = Replay(of: partition, calendar: .utc)
        for batch in 0..<70 {
            let exposures = (0..<1_000).flatMap { number -> [Exposure] in
                guard case .exposures(_, let some) = shown(to: Shop.user("u\(batch)-\(number)")) else { return [] }
                return some
            }
            replay.apply([.exposures(at: Shop.noon, exposures)])
        }
        let snapshot = replay.frozen.snapshot()
        // A state with all that it may hold is read back, and closes to one without anything.
        var resumed = try Replay(
            of: partition, calendar: .utc, snapshot: snapshot.bytes, stateHash: snapshot.stateHash)
        #expect(resumed.frozen.encoded() == snapshot.bytes)
        let perPrice = 41 + 2 * 4 + 4 + "demo".utf8.count
        #expect(snapshot.bytes.count > 65_536 * perPrice)
        resumed.apply([clock(Self.closes)])
        replay.apply([clock(Self.closes)])
        #expect(resumed.frozen.encoded() == replay.frozen.encoded())
        #expect(snapshot.bytes.count - resumed.frozen.encoded().count > 65_536 * perPrice)
    }
}
