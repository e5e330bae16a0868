// What happens next. A binary heap by (time, order of scheduling): two events of one instant happen in the order in
// which they were scheduled, on every machine. The heap moves three words for each event; the events themselves stay
// where they were put until they happen.

public struct EventQueue<Event> {
    private struct Entry {
        var time: UInt64
        var sequence: UInt64
        var place: Int

        func isBefore(_ other: Entry) -> Bool {
            time < other.time || time == other.time && sequence < other.sequence
        }
    }

    private var heap: [Entry] = []
    private var events: [Event?] = []
    private var free: [Int] = []
    private var scheduled: UInt64 = 0

    public init() {}

    public var count: Int { heap.count }

    /// Microseconds; nil when nothing is left to happen.
    public var nextTime: UInt64? { heap.first?.time }

    /// O(log events).
    public mutating func schedule(_ event: Event, at time: UInt64) {
        let place: Int
        if let known = free.popLast() {
            place = known
            events[place] = event
        } else {
            place = events.count
            events.append(event)
        }
        scheduled += 1
        heap.append(Entry(time: time, sequence: scheduled, place: place))
        rise(heap.count - 1)
    }

    /// Takes the earliest event out. O(log events).
    public mutating func next() -> (time: UInt64, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink(0)
        }
        let event = events[first.place]!
        events[first.place] = nil
        free.append(first.place)
        return (first.time, event)
    }

    private mutating func rise(_ start: Int) {
        var position = start
        let entry = heap[position]
        while position > 0 {
            let parent = (position - 1) / 2
            guard entry.isBefore(heap[parent]) else { break }
            heap[position] = heap[parent]
            position = parent
        }
        heap[position] = entry
    }

    private mutating func sink(_ start: Int) {
        var position = start
        let entry = heap[position]
        while true {
            var child = 2 * position + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(entry) else { break }
            heap[position] = heap[child]
            position = child
        }
        heap[position] = entry
    }
}
