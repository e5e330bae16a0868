// Sends a history to a cluster: the catalogue first, in the order it took effect, then every shopper's events
// in the order they happened. Batches of one shopper follow one another; many shoppers are under way at once.

import Client
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
    let endpoint: String
    let tenant: String

    /// Batches under way at once.
    private static let outstanding = 64
    private static let deadlineMicroseconds: UInt32 = 30_000_000

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
        let client = try PricingClient(endpoint: endpoint, deadlineMilliseconds: 30_000)
        var sent = 0
        while sent < rows.count {
            let currency = rows[sent].currency
            let batch = rows[sent...].prefix(Limits.rowsInCatalogueBatch).prefix { $0.currency == currency }
            sent += Int(try client.send(catalogue: Array(batch), tenant: tenant, currency: currency).value.accepted)
        }
        return sent
    }

    /// One shopper's batches, sent one after another.
    private struct Queue {
        let user: UserKey
        var batches: ArraySlice<[Event]>
    }

    private func sendEvents(
        _ shoppers: [String: [ShopperEvent]], total: Int, _ result: inout ImportResult, _ progress: (Int) -> Void
    ) throws {
        let pipeline = try Pipeline(endpoint: endpoint)
        let encoder = BodyEncoder()
        let decoder = BodyDecoder()
        var idle = shoppers.keys.sorted().map { user in
            let events = shoppers[user]!.map(\.event)
            let batches = stride(from: 0, to: events.count, by: 200).map { start in
                Array(events[start..<min(start + 200, events.count)])
            }
            return Queue(user: UserKey(tenant: tenant, user: user), batches: batches[...])
        }[...]
        var underWay = [Queue?](repeating: nil, count: Self.outstanding)
        var failure: (any Error)?

        func sendNext(_ place: Int) throws {
            if underWay[place]?.batches.isEmpty ?? true { underWay[place] = idle.popFirst() }
            guard let batch = underWay[place]?.batches.popFirst(), let user = underWay[place]?.user else { return }
            let id = RequestID(high: user.hash.value, low: UInt64(place))
            let header = MessageHeader(
                kind: .events, priority: .event, deadlineMicroseconds: Self.deadlineMicroseconds, keyHash: user.hash,
                requestID: id, tag: UInt64(place))
            let body = encoder.eventBatch(user: user, events: batch.map { ($0.id.bytes, $0) }).bytes
            try pipeline.send(header, body: body)
        }

        for place in 0..<Self.outstanding { try sendNext(place) }
        while result.accepted + result.duplicates < total {
            var freed: [Int] = []
            let count = try pipeline.receive(timeoutMilliseconds: 35_000) { header, bytes in
                do {
                    if case .refused = header.status { throw ClientError.refused(try decoder.refusal(bytes)) }
                    let acknowledged = try decoder.eventAcknowledgement(bytes)
                    result.accepted += Int(acknowledged.accepted)
                    result.duplicates += Int(acknowledged.duplicates)
                    guard let place = Int(exactly: header.tag), underWay.indices.contains(place) else { return }
                    freed.append(place)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            guard count > 0 else { throw ClientError.unknown(endpoint: endpoint, milliseconds: 35_000) }
            progress(result.accepted + result.duplicates)
            for place in freed { try sendNext(place) }
        }
    }
}

extension EventID {
    /// The id as eight bytes, for sending.
    var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) } }
}
