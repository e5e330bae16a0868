// What every worker knows of the whole shop: catalogues, which models price, freezes, what stock is worth. A fold like any partition's.

import Domain

struct BroadcastState: Equatable, Sendable {
    /// The last record applied.
    private(set) var index: UInt64 = 0
    private(set) var catalogues = Catalogues()
    private(set) var models = ModelLine()
    /// By tenant; of products that are in its catalogue.
    private(set) var freezes: [String: PriceFreezes] = [:]
    /// By tenant; of products that are in its catalogue.
    private(set) var stock: [String: StockValues] = [:]

    init() {}

    var productCount: Int { catalogues.productCount }

    mutating func apply(_ record: Record, calendar: ShopCalendar) -> Int {
        index += 1
        switch record {
        case .catalogue(let tenant, let rows):
            catalogues.apply(rows, of: tenant, at: index, calendar: calendar)
        case .modelActivated(let activation): models.serve(activation)
        case .modelTried(let trial): models.tryOut(trial)
        case .priceFreeze(let freeze):
            // What no catalogue knows has no price; so freezes stay bounded by the catalogues, whoever wrote the log.
            guard catalogues[freeze.tenant]?[freeze.product] != nil else { break }
            freezes[freeze.tenant, default: PriceFreezes()].apply(freeze)
        case .stockValues(let tenant, let time, let values):
            for value in values where catalogues[tenant]?[value.product] != nil {
                stock[tenant, default: StockValues()].apply(value, at: time)
            }
        case .events, .exposures, .checkpoint: break
        }
        return 0
    }

    /// The canonical bytes of this state.
    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(index)
        writer.write(models.served) { $0.write($1) }
        catalogues.encode(to: &writer)
        encode(freezes, as: .freezes, to: &writer) { $1.encode(to: &$0) }
        if let trial = models.trial {
            writer.write(Section.trial.rawValue)
            writer.write(trial)
        }
        encode(stock, as: .stock, to: &writer) { $1.encode(to: &$0) }
        return writer.bytes
    }

    /// What a state may have besides: a tag and the content for each, ascending, and nothing for what it has not. So
    /// the bytes of a state without it are those from before it was thought of.
    private enum Section: UInt8 {
        case freezes = 1
        case trial = 2
        case stock = 3
    }

    private func encode<Entry>(
        _ entries: [String: LastingEntries<Entry>], as section: Section, to writer: inout ByteWriter,
        _ content: (inout ByteWriter, LastingEntries<Entry>) -> Void
    ) {
        let tenants = entries.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        guard !tenants.isEmpty else { return }
        writer.write(section.rawValue)
        writer.write(tenants) { writer, tenant in
            writer.write(tenant.key)
            content(&writer, tenant.value)
        }
    }

    init(decoding bytes: [UInt8]) throws(ByteError) {
        var reader = ByteReader(bytes)
        index = try reader.read()
        let served = try reader.readArray(minimumBytes: 20) { reader throws(ByteError) in try reader.readActivation() }
        catalogues = try Catalogues(from: &reader, at: index)
        models = ModelLine(served: served)
        try readSections(&reader)
        try reader.finish()
    }

    private mutating func readSections(_ reader: inout ByteReader) throws(ByteError) {
        var latest: UInt8 = 0
        while reader.remaining > 0 {
            let tag: UInt8 = try reader.read()
            guard tag > latest, let section = Section(rawValue: tag) else {
                throw reader.error("comes after a section of unknown tag \(tag)")
            }
            latest = tag
            switch section {
            case .freezes:
                for _ in 0..<(try reader.readCount(minimumBytes: 8)) {
                    let tenant = try reader.readString()
                    freezes[tenant] = try PriceFreezes(of: tenant, from: &reader)
                }
                if planted(.freezesForgottenInSnapshot) { freezes = [:] }
            case .trial: models.tryOut(try reader.readTrial())
            case .stock:
                for _ in 0..<(try reader.readCount(minimumBytes: 8)) {
                    let tenant = try reader.readString()
                    stock[tenant] = try StockValues(from: &reader)
                }
                if planted(.stockForgottenInSnapshot) { stock = [:] }
            }
        }
    }
}

extension String: ShardedKey {
    var spread: UInt64 {
        var hash = FNV1a()
        hash.update(utf8: self)
        return finalMix(hash.value)
    }
}
