// Requests that have been given to a worker and not yet answered. A fixed number of slots; a request's tag
// is its slot and the slot's generation, so a reply finds its request by one array access and a late reply,
// whose slot has moved on to another generation, finds nothing.

import Domain

/// One request in flight.
public struct InFlightRequest: Equatable, Sendable {
    /// As the client sent it.
    public var header: MessageHeader
    public var worker: Int
    public var deadline: MonotonicInstant

    public init(header: MessageHeader, worker: Int, deadline: MonotonicInstant) {
        self.header = header
        self.worker = worker
        self.deadline = deadline
    }
}

/// A place in the table that one request holds at a time.
public struct Slot: Hashable, Sendable {
    public let number: Int
    fileprivate let generation: UInt32

    /// What travels in the header to the worker and back.
    public var tag: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: number)) }
}

public struct InFlightTable: Sendable {
    private var requests: [InFlightRequest?]
    private var generations: [UInt32]
    private var free: [Int]

    /// - Complexity: all memory is taken here; nothing below allocates.
    public init(capacity: Int) {
        requests = Array(repeating: nil, count: capacity)
        generations = Array(repeating: 0, count: capacity)
        free = Array((0..<capacity).reversed())
    }

    public var count: Int { requests.count - free.count }

    /// - Returns: nil when every slot is taken.
    public mutating func insert(_ request: InFlightRequest) -> Slot? {
        guard let number = free.popLast() else { return nil }
        requests[number] = request
        return Slot(number: number, generation: generations[number])
    }

    public subscript(slot: Slot) -> InFlightRequest? {
        generations[slot.number] == slot.generation ? requests[slot.number] : nil
    }

    /// The slot that `tag` names, or nil when its request has been answered already.
    public func slot(tag: UInt64) -> Slot? {
        let number = Int(truncatingIfNeeded: tag & 0xffff_ffff)
        let generation = UInt32(truncatingIfNeeded: tag >> 32)
        guard number < requests.count, generations[number] == generation, requests[number] != nil else { return nil }
        return Slot(number: number, generation: generation)
    }

    /// Ends a request; its tag will never be found again.
    public mutating func remove(_ slot: Slot) -> InFlightRequest? {
        guard let request = self[slot] else { return nil }
        requests[slot.number] = nil
        generations[slot.number] &+= 1
        free.append(slot.number)
        return request
    }

    /// The slots that a worker holds, lowest first. O(capacity): for rare events only.
    public func slots(of worker: Int) -> [Slot] {
        requests.indices.compactMap { number in
            requests[number]?.worker == worker ? Slot(number: number, generation: generations[number]) : nil
        }
    }
}
