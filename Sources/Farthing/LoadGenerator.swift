// A closed loop with a fixed number of requests under way. Carts are encoded before the clock starts and
// answers are counted by their headers, so that the generator costs less than what it measures; one answer in
// 64 is decoded whole and checked.

import Client
import Domain
import Foundation
import Learning
import Operations
import Wire

/// Encoded carts of a data set's shoppers and products.
struct RandomCarts {
    struct Cart {
        let user: UserKey
        let body: [UInt8]
    }

    let carts: [Cart]

    /// Different carts; the loop goes round.
    private static let count = 16_384

    init(folder: String, tenant: String, currency: Currency, lines: Int, seed: UInt64) throws {
        let names = try DataSetNames(folder: folder)
        let encoder = BodyEncoder()
        var random = SplitMix64(seed: seed)
        carts = (0..<Self.count).map { _ in
            let user = UserKey(tenant: tenant, user: names.shoppers.randomElement(using: &random)!)
            let products = names.products.shuffled(using: &random)
            let cart = PriceRequest(
                user: user, currency: currency,
                lines: (0..<lines).map { line in
                    CartLine(
                        product: products[line % products.count], quantity: Int64.random(in: 1...3, using: &random))
                })
            return Cart(user: user, body: encoder.priceRequest(cart).bytes)
        }
    }
}

/// The shoppers and products that a data set names.
struct DataSetNames {
    let shoppers: [String]
    let products: [String]

    init(folder: String) throws {
        products = try Self.values(of: "product_id", in: "\(folder)/products.csv")
        shoppers = Array(Set(try Self.values(of: "household_id", in: "\(folder)/baskets.csv.gz"))).sorted()
        guard !products.isEmpty, !shoppers.isEmpty else {
            throw Refusal(.invalidFile, place: folder, value: "no products or no shoppers", remedy: "Name a data set.")
        }
    }

    private static func values(of name: String, in path: String) throws -> [String] {
        let reader = try CSVReader(path: path)
        let column = try reader.column(name)
        var values: [String] = []
        while try reader.next() { values.append(reader.text(column)) }
        return values
    }
}

/// A small generator for reproducible carts. Source: Steele, Lea and Flood, 2014.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// What a run measured.
struct Measurement {
    struct Counts {
        var personal = 0
        var segment = 0
        var list = 0
    }
    var counts = Counts()
    var refused = 0
    /// Answers that did not come, or did not decode.
    var broken = 0
    /// What the first refusal said.
    var firstRefusal: Refusal?
    var seconds = 0.0
    /// Microseconds, in no order until `sort`.
    var latencies: [UInt32] = []

    var answered: Int { counts.personal + counts.segment + counts.list }
    var errors: Int { refused + broken }
    var perSecond: Double { Double(answered) / max(seconds, 1e-9) }

    /// Microseconds under which a share of the answers came; latencies must be sorted.
    func percentile(_ share: Double) -> Double {
        guard !latencies.isEmpty else { return 0 }
        return Double(latencies[min(latencies.count - 1, Int(share * Double(latencies.count)))])
    }

    func text(outstanding: Int, lines: Int) -> String {
        """
        \(Int(perSecond)) carts/s of \(lines) lines with \(outstanding) outstanding, \(errors) errors
        latency µs: p50 \(Int(percentile(0.5))), p99 \(Int(percentile(0.99))), p999 \(Int(percentile(0.999)))
        answers: \(counts.personal) personal, \(counts.segment) segment, \(counts.list) list, \(refused) refused
        """
    }
}

struct LoadGenerator {
    private let carts: [RandomCarts.Cart]
    private let outstanding: Int
    private var next = 0

    private static let deadlineMicroseconds: UInt32 = 2_000_000
    /// One answer in so many is decoded whole.
    private static let checkEvery = 64

    init(carts: RandomCarts, outstanding: Int) {
        self.carts = carts.carts
        self.outstanding = outstanding
    }

    /// Runs a warm-up of a tenth of `seconds`, then measures for `seconds`.
    mutating func run(against endpoints: [String], seconds: Double) throws -> Measurement {
        let begin = Clock.monotonic().adding(microseconds: UInt64(seconds * 1e5))
        let end = begin.adding(microseconds: UInt64(seconds * 1e6))
        var measured = try run(against: endpoints, from: begin, whileWanted: { $0 < end })
        measured.seconds = seconds
        return measured
    }

    /// Measures from `begin` on, for as long as it is wanted.
    /// - Parameter answered: told of every answer that counts: when it came, and what it took.
    mutating func run(
        against endpoints: [String], from begin: MonotonicInstant, whileWanted isWanted: (MonotonicInstant) -> Bool,
        answered: (MonotonicInstant, UInt32) -> Void = { _, _ in }
    ) throws -> Measurement {
        let pipeline = try Pipeline(endpoints: endpoints)
        let decoder = BodyDecoder()
        var measured = Measurement()
        measured.latencies.reserveCapacity(1 << 20)
        /// When the request in each place was sent, and for whom.
        var sentAt = [MonotonicInstant](repeating: Clock.monotonic(), count: outstanding)
        var cartAt = [Int](repeating: 0, count: outstanding)
        var freed: [Int] = []
        var underWay = 0

        for place in 0..<outstanding {
            try send(place, on: pipeline, &sentAt, &cartAt)
            underWay += 1
        }
        while underWay > 0 {
            freed.removeAll(keepingCapacity: true)
            let count = try pipeline.receive(timeoutMilliseconds: 3_000) { header, body in
                guard let place = Int(exactly: header.tag), sentAt.indices.contains(place) else { return }
                freed.append(place)
                let now = Clock.monotonic()
                guard now >= begin, isWanted(now) else { return }
                switch header.status {
                case .answered(.personal): measured.counts.personal += 1
                case .answered(.segment): measured.counts.segment += 1
                case .answered(.list): measured.counts.list += 1
                case .refused:
                    measured.refused += 1
                    if measured.firstRefusal == nil { measured.firstRefusal = try? decoder.refusal(body) }
                    return
                }
                let latency = UInt32(clamping: now.microseconds(since: sentAt[place]))
                measured.latencies.append(latency)
                answered(now, latency)
                if measured.latencies.count % Self.checkEvery == 0 {
                    let quote = try? decoder.priceReply(body, for: carts[cartAt[place]].user).quote
                    if quote?.isConsistent != true { measured.broken += 1 }
                }
            }
            if count == 0 {
                measured.broken += underWay
                break
            }
            underWay -= freed.count
            guard isWanted(Clock.monotonic()) else { continue }
            for place in freed { try send(place, on: pipeline, &sentAt, &cartAt) }
            underWay += freed.count
        }
        measured.latencies.sort()
        return measured
    }

    private mutating func send(
        _ place: Int, on pipeline: Pipeline, _ sentAt: inout [MonotonicInstant], _ cartAt: inout [Int]
    ) throws {
        let cart = next % carts.count
        next += 1
        let header = MessageHeader(
            kind: .price, deadlineMicroseconds: Self.deadlineMicroseconds, keyHash: carts[cart].user.hash,
            requestID: RequestID(high: UInt64(place), low: UInt64(next)), tag: UInt64(place))
        sentAt[place] = Clock.monotonic()
        cartAt[place] = cart
        try pipeline.send(header, body: carts[cart].body)
    }
}

extension Quote {
    /// Whether the amounts of a quote add up and keep their bounds.
    var isConsistent: Bool {
        lines.allSatisfy { line in
            line.unitPrice > .zero && line.unitPrice <= line.listPrice
                && line.total == line.unitPrice.times(line.quantity)
        } && lines.reduce(.zero) { $0 + $1.total } == total
    }
}
