// What holds of products until some time, as the log tells of it. No clock: whether an entry is in force is asked with the
// time of a request. What has ended is dropped when a later record says that it is later, so that every replica drops the
// same at the same index.

import Domain

/// Says something of a product until some time.
protocol LastingEntry: Equatable, Sendable {
    var product: String { get }
    /// The first moment at which it does not hold any more.
    var until: Timestamp { get }
}

extension LastingEntry {
    func isInForce(at time: Timestamp) -> Bool { time < until }
}

/// At most one entry a product.
struct LastingEntries<Entry: LastingEntry>: Equatable, Sendable {
    private var entries = ShardedDictionary<String, Entry>()
    /// No entry ends earlier. The earliest may have been replaced since, so this can lie too early, and replicas that
    /// hold the same entries need not agree on it.
    private var earliestEnd: Timestamp?

    static func == (left: LastingEntries, right: LastingEntries) -> Bool { left.entries == right.entries }

    init() {}

    /// - Parameter entries: in force, or not known to have ended.
    init(_ entries: [Entry]) {
        for entry in entries { insert(entry) }
    }

    /// O(parts).
    var isEmpty: Bool { entries.count == 0 }

    subscript(product: String) -> Entry? { entries[product] }

    /// The latest entry of a product counts, and one that has ended removes it. O(1), and O(entries) when the first of
    /// them has ended.
    /// - Parameter time: of the record that says so.
    mutating func apply(_ entry: Entry, at time: Timestamp) {
        if entry.isInForce(at: time) { insert(entry) } else { entries[entry.product] = nil }
        guard let earliestEnd, earliestEnd <= time else { return }
        entries.removeAll { !$0.isInForce(at: time) }
        self.earliestEnd = entries.keys.compactMap { entries[$0]?.until }.min()
    }

    private mutating func insert(_ entry: Entry) {
        entries[entry.product] = entry
        earliestEnd = min(earliestEnd ?? entry.until, entry.until)
    }

    /// How many are in force. O(parts) until the first has ended, then O(entries).
    func count(at time: Timestamp) -> Int {
        guard let earliestEnd else { return 0 }
        return time < earliestEnd ? entries.count : entries.count { $0.isInForce(at: time) }
    }

    /// By product. O(n log n).
    var ascending: [Entry] { entries.keys.sorted().compactMap { entries[$0] } }
}
