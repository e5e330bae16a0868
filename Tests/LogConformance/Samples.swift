// Random records from a seed. Values go to the edges of their types more often than chance would.

import Domain
import Log

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers from the same seed on every machine.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return finalMix(state)
    }
}

/// Random records and snapshots.
public struct Samples {
    public var generator: SeededGenerator

    public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    public mutating func records(_ count: Int) -> [Record] { (0..<count).map { _ in record() } }

    public mutating func record() -> Record {
        switch generator.next() % 13 {
        case 0...3: .events(user: user(), events: list(upTo: 4) { $0.event() })
        case 4...5: .exposures(at: timestamp(), list(upTo: 5) { $0.exposure() })
        case 6: .catalogue(tenant: text(), rows: list(upTo: 4) { $0.row() })
        case 7: .checkpoint
        case 8: .modelTried(nil)
        case 9:
            .modelTried(
                ModelTrial(activation: activation(), sharePerMille: UInt32.random(in: 0...1_000, using: &generator)))
        case 10:
            .priceFreeze(
                PriceFreeze(tenant: text(), product: text(), until: timestamp(), reason: text(), at: timestamp()))
        case 11:
            .stockValues(
                tenant: text(), at: timestamp(),
                list(upTo: 5) { samples in
                    StockValue(
                        product: samples.text(), worth: samples.money(), currency: samples.currency(),
                        until: samples.timestamp())
                })
        default: .modelActivated(activation())
        }
    }

    private mutating func activation() -> ModelActivation {
        ModelActivation(version: integer(), checksum: integer(), path: text())
    }

    public mutating func snapshot(index: UInt64) -> Snapshot {
        let count = Int.random(in: 0...5_000, using: &generator)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Snapshot(index: index, epoch: 1, stateHash: integer(), bytes: bytes)
    }

    private mutating func event() -> Event {
        let items = list(upTo: 3) { samples in
            BasketItem(product: samples.text(), quantity: samples.integer(), paid: samples.money())
        }
        let basket = Basket(spend: money(), lines: integer(), dealLines: integer(), items: items)
        return Event(id: EventID(integer()), occurredAt: timestamp(), basket: basket)
    }

    private mutating func exposure() -> Exposure {
        Exposure(
            user: user(), product: text(), day: integer(), anchor: money(), personalPrice: money(),
            listPrice: money(), expiresAt: timestamp(), modelVersion: integer(), arm: integer(), propensity: share(),
            prediction: Bool.random(using: &generator)
                ? nil
                : DemandPrediction(
                    logOdds: share(), priceTerm: share(), saturation: share(),
                    sharpness: Bool.random(using: &generator) ? 1 : 0.3 + 50 * share(), settledAt: timestamp()))
    }

    private mutating func currency() -> Currency {
        Currency(code: Currency.supportedCodes.randomElement(using: &generator) ?? "USD")!
    }

    private mutating func row() -> CatalogueRow {
        CatalogueRow(
            product: text(), name: text(), category: text(), currency: currency(), listPrice: money(),
            unitCost: money(), minimumPrice: Bool.random(using: &generator) ? money() : nil,
            deal: Bool.random(using: &generator) ? Deal(price: money(), endsAt: timestamp()) : nil,
            displayShare: share(), mailerShare: share(), effectiveAt: timestamp())
    }

    private mutating func user() -> UserKey { UserKey(tenant: text(), user: text()) }
    private mutating func money() -> Money { Money(minorUnits: integer()) }
    private mutating func timestamp() -> Timestamp { Timestamp(milliseconds: integer()) }
    private mutating func share() -> Float { Float.random(in: 0...1, using: &generator) }

    private mutating func integer<Value: FixedWidthInteger>() -> Value {
        switch generator.next() % 9 {
        case 0: 0
        case 1: .max
        case 2: .min
        default: Value(truncatingIfNeeded: generator.next())
        }
    }

    private mutating func text() -> String {
        let alphabet = Array("abcXYZ019-_ é价格🛒\u{0}")
        return String(
            (0..<Int.random(in: 0...20, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! })
    }

    private mutating func list<Element>(upTo count: Int, _ make: (inout Samples) -> Element) -> [Element] {
        (0..<Int.random(in: 0...count, using: &generator)).map { _ in make(&self) }
    }
}
