// Sends a history to a cluster: the catalogue first, in the order it took effect, then every shopper's events
// in the order they happened. Batches of one shopper follow one another; many shoppers are under way at once.

import Client
import ClientCore
import Domain
import Foundation
import Learning
import Operations
import Wire

struct ImportResult {
    var rows = 0
    var accepted = 0
    var duplicates = 0
    var shoppers = 0
    var seconds = 0.0

    var text: String {
        "\(rows) catalogue rows and \(accepted) baskets of \(shoppers) shoppers durable in "
            + String(format: "%.1f s", seconds) + (duplicates > 0 ? "; \(duplicates) were known before" : "")
    }
}

struct Importer {
    let endpoints: [String]
    let tenant: String

    /// Batches under way at once.
    private static let outstanding = 64
    private static let deadlineMicroseconds: UInt32 = 10_000_000
    /// How long one batch is sent again and again, with the same ids, before the import gives up: routers and
    /// workers may fail over meanwhile.
    private static let patienceMicroseconds: UInt64 = 120_000_000
    private static let pauseMicroseconds: UInt64 = 100_000

    func send(_ data: TrainingData) throws -> ImportResult {
        let start = Clock.monotonic()
        var result = ImportResult()
        var bar = ProgressBar("importing")
        result.rows = try sendCatalogue(data.catalogue)
        bar.update(0.02, note: "\(result.rows) catalogue rows")
        let shoppers = Dictionary(grouping: data.events, by: \.user)
        result.shoppers = shoppers.count
        try sendEvents(shoppers, total: data.events.count, &result) { sent in
            bar.update(0.02 + 0.98 * Double(sent) / Double(max(1, data.events.count)), note: "\(sent) baskets")
        }
        result.seconds = Double(Clock.monotonic().microseconds(since: start)) / 1e6
        bar.finish(result.text)
        return result
    }

    private func sendCatalogue(_ rows: [CatalogueRow]) throws -> Int {
        let client = try PricingClient(
            endpoints: endpoints, deadlineMilliseconds: Self.deadlineMicroseconds / 1_000)
        var sent = 0
        while sent < rows.count {
            let currency = rows[sent].currency
            let batch = rows[sent...].prefix(Limits.rowsInCatalogueBatch).prefix { $0.currency == currency }
            sent += try persisting { () throws(ClientError) in
                Int(try client.send(catalogue: Array(batch), tenant: tenant, currency: currency).value.accepted)
            }
        }
        return sent
    }

    /// Repeats a call while it fails for a reason that may pass.
    private func persisting<Value>(_ call: () throws(ClientError) -> Value) throws -> Value {
        let end = Clock.monotonic().adding(microseconds: Self.patienceMicroseconds)
        while true {
            do throws(ClientError) {
                return try call()
            } catch {
                guard error.isRetryable, Clock.monotonic() < end else { throw error }
            }
            Thread.sleep(forTimeInterval: Double(Self.pauseMicroseconds) / 1e6)
        }
    }

    private func sendEvents(
        _ shoppers: [String: [ShopperEvent]], total: Int, _ result: inout ImportResult, _ progress: (Int) -> Void
    ) throws {
        let pipeline = try Pipeline(endpoints: endpoints, rules: .bulk)
        let encoder = BodyEncoder()
        let decoder = BodyDecoder()
        var queues = BatchQueues(shoppers, tenant: tenant, places: Self.outstanding)
        var failure: (any Error)?
        var paused: [(place: Int, until: MonotonicInstant)] = []

        func send(_ place: Int) throws {
            guard let batch = queues.batch(at: place) else { return }
            let header = MessageHeader(
                kind: .events, priority: .event, deadlineMicroseconds: Self.deadlineMicroseconds,
                keyHash: batch.user.hash, requestID: batch.id, tag: UInt64(place))
            let body = encoder.eventBatch(user: batch.user, events: batch.events.map { ($0.id.bytes, $0) }).bytes
            try pipeline.send(header, body: body)
        }

        for place in 0..<Self.outstanding {
            queues.advance(place, at: Clock.monotonic())
            try send(place)
        }
        while result.accepted + result.duplicates < total {
            var freed: [Int] = []
            _ = try pipeline.receive(timeoutMilliseconds: paused.isEmpty ? 1_000 : 20) { header, bytes in
                guard let place = Int(exactly: header.tag), place < Self.outstanding else { return }
                do throws(Refusal) {
                    if case .refused = header.status { throw try decoder.refusal(bytes) }
                    let acknowledged = try decoder.eventAcknowledgement(bytes)
                    result.accepted += Int(acknowledged.accepted)
                    result.duplicates += Int(acknowledged.duplicates)
                    freed.append(place)
                } catch {
                    let waited = Clock.monotonic().microseconds(since: queues.startedAt(place))
                    if error.code.isRetryable, waited < Self.patienceMicroseconds {
                        paused.append((place, Clock.monotonic().adding(microseconds: Self.pauseMicroseconds)))
                    } else {
                        failure = ClientError.refused(error)
                    }
                }
            }
            if let failure { throw failure }
            progress(result.accepted + result.duplicates)
            for place in freed {
                queues.advance(place, at: Clock.monotonic())
                try send(place)
            }
            let now = Clock.monotonic()
            let due = paused.filter { $0.until <= now }
            paused.removeAll { $0.until <= now }
            for (place, _) in due { try send(place) }
        }
    }
}

extension EventID {
    /// The id as eight bytes, for sending.
    var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) } }
}
