import Glibc

/// The descriptors of one `poll`, in the order in which they were added.
struct DescriptorPoll {
    private var items: [pollfd] = []

    var count: Int { items.count }

    /// A descriptor that neither reads nor writes keeps its place and is not looked at.
    mutating func add(_ descriptor: Int32, reading: Bool, writing: Bool = false) {
        let events = (reading ? POLLIN : 0) | (writing ? POLLOUT : 0)
        items.append(pollfd(fd: events == 0 ? -1 : descriptor, events: Int16(events), revents: 0))
    }

    /// Waits at most so long, rounded up to whole milliseconds.
    mutating func wait(microseconds: UInt64) {
        let milliseconds = Int32(clamping: (microseconds + 999) / 1_000)
        if unsafe poll(&items, nfds_t(items.count), milliseconds) < 0 {
            for index in items.indices { items[index].revents = 0 }
        }
    }

    /// Whether something can be done there, or has gone wrong, which reading will tell.
    func isReady(_ place: Int) -> Bool { items[place].revents != 0 }
}
