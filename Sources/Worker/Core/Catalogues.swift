import Domain

/// Every tenant's catalogue, and since when none has changed.
struct Catalogues: Equatable, Sendable {
    private var byTenant: [String: Catalogue] = [:]
    /// No record after this one has changed any. Catalogues of one log with the same mark are the same; the same ones
    /// may have different marks, since a snapshot does not tell it and counts as a change.
    private(set) var changedAt: UInt64 = 0

    static func == (left: Catalogues, right: Catalogues) -> Bool { left.byTenant == right.byTenant }

    /// Ascending.
    var tenants: [String] { byTenant.keys.sorted() }

    var productCount: Int { byTenant.values.reduce(0) { $0 + $1.count } }

    subscript(tenant: String) -> Catalogue? { byTenant[tenant] }

    /// - Parameter index: of the record.
    mutating func apply(_ rows: [CatalogueRow], of tenant: String, at index: UInt64, calendar: ShopCalendar) {
        for row in rows { byTenant[tenant, default: Catalogue()].apply(row, calendar: calendar) }
        changedAt = index
    }

    func encode(to writer: inout ByteWriter) {
        writer.write(tenants) { writer, tenant in
            writer.write(tenant)
            let entries = byTenant[tenant]!
            writer.write(entries.products.sorted()) { writer, product in
                writer.write(product)
                entries[product]!.encode(to: &writer)
            }
        }
    }

    init() {}

    /// - Parameter index: of the snapshot.
    init(from reader: inout ByteReader, at index: UInt64) throws(ByteError) {
        changedAt = index
        for _ in 0..<(try reader.readCount(minimumBytes: 8)) {
            let tenant = try reader.readString()
            for _ in 0..<(try reader.readCount(minimumBytes: 12)) {
                let product = try reader.readString()
                byTenant[tenant, default: Catalogue()].insert(try CatalogueEntry(from: &reader), for: product)
            }
        }
    }
}
