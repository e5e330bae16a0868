// What every worker knows of the whole shop: catalogues and the model in force. A fold like any partition's.

import Domain

struct BroadcastState: Equatable, Sendable {
    /// The last record applied.
    private(set) var index: UInt64 = 0
    /// By tenant, then by product.
    private(set) var catalogues: [String: Catalogue] = [:]
    private(set) var activation: ModelActivation?

    typealias Catalogue = ShardedDictionary<String, CatalogueEntry>

    init() {}

    var productCount: Int { catalogues.values.reduce(0) { $0 + $1.count } }

    mutating func apply(_ record: Record, calendar: ShopCalendar) -> Int {
        index += 1
        switch record {
        case .catalogue(let tenant, let rows):
            for row in rows {
                catalogues[tenant, default: Catalogue()][row.product, default: CatalogueEntry()]
                    .apply(row, calendar: calendar)
            }
        case .modelActivated(let activation): self.activation = activation
        case .events, .exposures, .checkpoint: break
        }
        return 0
    }

    /// The canonical bytes of this state.
    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(index)
        writer.write([activation].compactMap(\.self)) { writer, activation in
            writer.write(activation.version)
            writer.write(activation.checksum)
            writer.write(activation.path)
        }
        writer.write(catalogues.keys.sorted()) { writer, tenant in
            writer.write(tenant)
            let entries = catalogues[tenant]!
            writer.write(entries.keys.sorted()) { writer, product in
                writer.write(product)
                entries[product]!.encode(to: &writer)
            }
        }
        return writer.bytes
    }

    init(decoding bytes: [UInt8]) throws(ByteError) {
        var reader = ByteReader(bytes)
        index = try reader.read()
        activation =
            try reader.readArray(minimumBytes: 20) { reader throws(ByteError) in
                ModelActivation(
                    version: try reader.read(), checksum: try reader.read(), path: try reader.readString())
            }.first
        for _ in 0..<(try reader.readCount(minimumBytes: 8)) {
            let tenant = try reader.readString()
            for _ in 0..<(try reader.readCount(minimumBytes: 12)) {
                let product = try reader.readString()
                catalogues[tenant, default: Catalogue()][product] = try CatalogueEntry(from: &reader)
            }
        }
        try reader.finish()
    }
}

extension String: ShardedKey {
    var spread: UInt64 {
        var hash = FNV1a()
        hash.update(utf8: self)
        return finalMix(hash.value)
    }
}
