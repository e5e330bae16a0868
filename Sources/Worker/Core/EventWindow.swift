// Which events of a shopper have been counted. Producers retry, so every event may arrive again; an id is
// remembered until `capacity` later events of the same shopper have been counted. At 4,096 events that is
// years of baskets; a re-import of everything still counts each basket once.

import Domain

struct EventWindow: Equatable, Sendable {
    static let capacity = 4_096

    /// In the order of arrival, from `oldest` on when full.
    private var ids: [UInt64] = []
    private var oldest = 0

    /// O(events remembered), over contiguous words. Goes on when it has found one: nearly all ids are new, and a loop
    /// with no way out compares several words at a time.
    func contains(_ id: EventID) -> Bool {
        var isKnown = false
        for known in ids where known == id.value { isKnown = true }
        return isKnown
    }

    /// - Returns: false when the event was counted before.
    mutating func insert(_ id: EventID) -> Bool {
        guard !contains(id) else { return false }
        if ids.count < Self.capacity {
            ids.append(id.value)
        } else {
            ids[oldest] = id.value
            oldest = (oldest + 1) % Self.capacity
        }
        return true
    }

    func encode(to writer: inout ByteWriter) {
        writer.write(Array(ids[oldest...] + ids[..<oldest])) { $0.write($1) }
    }

    init() {}

    init(from reader: inout ByteReader) throws(ByteError) {
        ids = try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in try reader.read() }
        if planted(.eventsForgottenInSnapshot) { ids = [] }
        guard ids.count <= Self.capacity else { throw reader.error("ends a window of \(ids.count) events") }
    }
}
