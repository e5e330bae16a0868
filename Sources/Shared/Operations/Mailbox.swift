import Synchronization

/// A queue between two threads. The receiver takes everything at once, so the lock is held for a moment only.
public final class Mailbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    private let wake: @Sendable () -> Void

    /// - Parameter wake: called after every post, to wake the receiver.
    public init(wake: @escaping @Sendable () -> Void = {}) { self.wake = wake }

    public func post(_ item: Item) {
        items.withLock { $0.append(item) }
        wake()
    }

    /// Everything posted since the last call, in order.
    public func takeAll() -> [Item] {
        items.withLock { items in
            guard !items.isEmpty else { return [] }
            defer { items = [] }
            return items
        }
    }
}
