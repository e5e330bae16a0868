// The way to durability of one partition. At most one append is under way; what arrives meanwhile waits and
// becomes the next one, so the slower the disk, the larger the group that one sync makes durable.

import Domain

/// Names a request whose answer waits for the log. Chosen by the shell, which knows whom to answer.
public struct Ticket: Hashable, Sendable {
    public var number: UInt64
    /// The router that sent it.
    public var router: Int

    public init(_ number: UInt64, router: Int = 0) {
        self.number = number
        self.router = router
    }
}

struct AppendQueue: Sendable {
    /// A record, and who waits for it; exposures have nobody waiting.
    struct Item: Sendable {
        var record: Record
        var ticket: Ticket?
    }

    private var waiting: [Item] = []
    private var underWay: [Item] = []

    /// Records that may wait; more are refused as overload.
    static let capacity = 65_536
    /// Bytes of one append. A record alone may be more, but no request makes one that no log takes.
    static let largestAppend = 4 << 20

    var isAppending: Bool { !underWay.isEmpty }

    var isFull: Bool { waiting.count >= Self.capacity }

    mutating func add(_ item: Item) { waiting.append(item) }

    /// The next append, if there is something to append and nothing under way.
    mutating func next() -> [Record]? {
        guard underWay.isEmpty, !waiting.isEmpty else { return nil }
        var bytes = 0
        let end = waiting.firstIndex { item in
            bytes += item.record.encodedBytes
            return bytes > Self.largestAppend
        }
        underWay = Array(waiting.prefix(max(1, end ?? waiting.count)))
        waiting.removeFirst(underWay.count)
        return underWay.map(\.record)
    }

    /// The append under way has ended, one way or the other.
    mutating func finish() -> [Item] {
        defer { underWay = [] }
        return underWay
    }

    /// Everything not yet durable.
    mutating func removeAll() -> [Item] {
        defer {
            underWay = []
            waiting = []
        }
        return underWay + waiting
    }
}

extension Record {
    var isExposures: Bool {
        if case .exposures = self { true } else { false }
    }
}
