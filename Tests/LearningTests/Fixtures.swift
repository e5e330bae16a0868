import Domain
import Foundation
import Learning

/// SplitMix64 (Steele, Lea and Flood, 2014), for the same draws in every run.
struct Lottery: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return finalMix(state)
    }
}

/// A folder that disappears with the test.
final class Folder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

let week: Int32 = 2_452

/// An instant on a day of a shop week, UTC.
func instant(_ week: Int32, day: Int64 = 0) -> Timestamp {
    Timestamp(milliseconds: (Int64(week) * 7 - 3 + day) * ShopCalendar.millisecondsPerDay + 43_200_000)
}

/// A little shop: shoppers who differ in what they buy, products whose prices move every week.
func littleShop(shoppers: Int, weeks: Int32, seed: UInt64 = 21, dealsPull: Bool = false) -> TrainingData {
    var generator = Lottery(seed: seed)
    let names = ["milk", "eggs", "corn", "tea"]
    let usd = Currency(code: "USD")!
    var catalogue: [CatalogueRow] = []
    var events: [ShopperEvent] = []
    for current in week..<(week + weeks) {
        var onDeal: Set<String> = []
        for name in names {
            let list = Int64.random(in: 150...400, using: &generator)
            let isDeal = Int.random(in: 0..<3, using: &generator) == 0
            if isDeal { onDeal.insert(name) }
            let deal = isDeal ? Deal(price: Money(minorUnits: list * 3 / 4), endsAt: instant(current + 1)) : nil
            catalogue.append(
                CatalogueRow(
                    product: name, name: name, category: name == "tea" ? "drinks" : "food", currency: usd,
                    listPrice: Money(minorUnits: list), unitCost: Money(minorUnits: list / 2), minimumPrice: nil,
                    deal: deal, displayShare: 0, mailerShare: isDeal ? 0.5 : 0,
                    effectiveAt: instant(current).adding(milliseconds: -43_200_000)))
        }
        for shopper in 0..<shoppers {
            for day in 0..<Int64(7) where Int.random(in: 0..<6, using: &generator) == 0 {
                // Each shopper has a favourite, and buys the others less and less.
                let items = names.indices.filter { product in
                    Int.random(in: 0..<(2 + 3 * ((product + shopper) % 4)), using: &generator) == 0
                        || dealsPull && onDeal.contains(names[product]) && Int.random(in: 0..<2, using: &generator) == 0
                }
                let basket = Basket(
                    spend: Money(minorUnits: Int64.random(in: 500...9_000, using: &generator)),
                    lines: UInt32(items.count + 3), dealLines: UInt32(items.count),
                    items: items.map { BasketItem(product: names[$0], quantity: 1, paid: Money(minorUnits: 200)) })
                events.append(
                    ShopperEvent(
                        user: "shopper \(shopper)",
                        event: Event(
                            id: EventID(UInt64(events.count)), occurredAt: instant(current, day: day),
                            basket: basket)))
            }
        }
    }
    events.sort { $0.event.occurredAt < $1.event.occurredAt }
    return TrainingData(description: "a little shop", products: names, events: events, catalogue: catalogue)
}

func settings(trained: ClosedRange<Int32>, tested: ClosedRange<Int32>) -> LearningSettings {
    LearningSettings(
        trainedWeeks: (week + trained.lowerBound)...(week + trained.upperBound),
        testedWeeks: (week + tested.lowerBound)...(week + tested.upperBound))
}

/// A gzip file of one stored block (RFC 1951, section 3.2.4; RFC 1952), at most 65,535 bytes long.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    for byte: UInt8 in [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] { writer.write(byte) }
    writer.write(UInt16(bytes.count))
    writer.write(~UInt16(bytes.count))
    for byte in bytes { writer.write(byte) }
    writer.write(crc32(bytes))
    writer.write(UInt32(bytes.count))
    return writer.bytes
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 {
            let isOdd = crc & 1 == 1
            crc >>= 1
            if isOdd { crc ^= 0xEDB8_8320 }
        }
    }
    return ~crc
}
