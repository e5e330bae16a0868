// What every worker knows of the whole shop: catalogues, and which models price. A fold like any partition's.

import Domain

struct BroadcastState: Equatable, Sendable {
    /// The last record applied.
    private(set) var index: UInt64 = 0
    /// By tenant, then by product.
    private(set) var catalogues: [String: Catalogue] = [:]
    private(set) var models = ModelLine()

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
        case .modelActivated(let activation): models.serve(activation)
        case .modelTried(let trial): models.tryOut(trial)
        case .events, .exposures, .checkpoint: break
        }
        return 0
    }

    /// The canonical bytes of this state.
    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(index)
        writer.write(models.served) { $0.write($1) }
        writer.write(catalogues.keys.sorted()) { writer, tenant in
            writer.write(tenant)
            let entries = catalogues[tenant]!
            writer.write(entries.keys.sorted()) { writer, product in
                writer.write(product)
                entries[product]!.encode(to: &writer)
            }
        }
        if let trial = models.trial {
            writer.write(Section.trial.rawValue)
            writer.write(trial)
        }
        return writer.bytes
    }

    /// What follows the catalogues, if there is any of it: a byte that names it, then its content.
    private enum Section: UInt8 {
        case trial = 2
    }

    init(decoding bytes: [UInt8]) throws(ByteError) {
        var reader = ByteReader(bytes)
        index = try reader.read()
        let served = try reader.readArray(minimumBytes: 20) { reader throws(ByteError) in try reader.readActivation() }
        for _ in 0..<(try reader.readCount(minimumBytes: 8)) {
            let tenant = try reader.readString()
            for _ in 0..<(try reader.readCount(minimumBytes: 12)) {
                let product = try reader.readString()
                catalogues[tenant, default: Catalogue()][product] = try CatalogueEntry(from: &reader)
            }
        }
        var trial: ModelTrial?
        while reader.remaining > 0 {
            let tag: UInt8 = try reader.read()
            switch Section(rawValue: tag) {
            case .trial: trial = try reader.readTrial()
            case nil: throw reader.error("continues with an unknown section \(tag)")
            }
        }
        models = ModelLine(served: served, trial: trial)
    }
}

extension String: ShardedKey {
    var spread: UInt64 {
        var hash = FNV1a()
        hash.update(utf8: self)
        return finalMix(hash.value)
    }
}
