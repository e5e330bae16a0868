// Requests that have not been answered yet. A fixed number of slots; a request's tag is its slot and the slot's
// generation, so a reply finds its request by one array access and a late reply, whose slot has moved on to another
// generation, finds nothing. The requests of a partition are chained in order of arrival, so that they can be sent
// again in that order.

import Domain

/// One request in flight.
public struct InFlightRequest: Equatable, Sendable {
    /// As the client sent it.
    public var header: MessageHeader
    /// Which chain it belongs to; see `InFlightTable.init`.
    public var chain: Int
    public var deadline: MonotonicInstant
    /// Who has it; nil while it waits for somebody to be sent to.
    public var worker: Int?
    /// When the worker got it.
    public var givenAt = MonotonicInstant(microseconds: 0)
    /// Times that it was sent to a worker; 0 means that nothing can have come of it.
    public var handovers = 0
    /// Workers that stopped while they had it.
    public var casualties = 0
    /// It may be deadly, and waits until the shell has said what it is.
    var awaitsIdentity = false

    public init(header: MessageHeader, chain: Int, deadline: MonotonicInstant) {
        self.header = header
        self.chain = chain
        self.deadline = deadline
    }

    /// A worker stopped while it had this one: it may be what stopped it.
    var isSuspect: Bool { casualties > 0 }
}

/// A place in the table that one request holds at a time.
public struct Slot: Hashable, Sendable {
    public let number: Int
    fileprivate let generation: UInt32

    /// What travels in the header to the worker and back.
    public var tag: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: number)) }
}

public struct InFlightTable: Sendable {
    private struct Link: Sendable {
        var previous: Int32 = -1
        var next: Int32 = -1
    }

    private var requests: [InFlightRequest?]
    private var generations: [UInt32]
    private var links: [Link]
    private var heads: [Int32]
    private var tails: [Int32]
    private var free: [Int]

    /// - Parameter chains: how many partitions' requests are kept apart.
    /// - Complexity: all memory is taken here; nothing below allocates, except lists of slots.
    public init(capacity: Int, chains: Int) {
        requests = Array(repeating: nil, count: capacity)
        generations = Array(repeating: 0, count: capacity)
        links = Array(repeating: Link(), count: capacity)
        heads = Array(repeating: -1, count: chains)
        tails = heads
        free = Array((0..<capacity).reversed())
    }

    public var count: Int { requests.count - free.count }

    /// - Returns: nil when every slot is taken.
    public mutating func insert(_ request: InFlightRequest) -> Slot? {
        guard let number = free.popLast() else { return nil }
        requests[number] = request
        let last = tails[request.chain]
        links[number] = Link(previous: last)
        if last >= 0 { links[Int(last)].next = Int32(number) } else { heads[request.chain] = Int32(number) }
        tails[request.chain] = Int32(number)
        return Slot(number: number, generation: generations[number])
    }

    public subscript(slot: Slot) -> InFlightRequest? {
        generations[slot.number] == slot.generation ? requests[slot.number] : nil
    }

    /// Changes a request in place. Its chain stays what it was.
    /// - Precondition: the slot is taken.
    mutating func update<Result>(_ slot: Slot, _ change: (inout InFlightRequest) -> Result) -> Result {
        precondition(generations[slot.number] == slot.generation, "the slot has another request by now")
        return change(&requests[slot.number]!)
    }

    /// The slot that `tag` names, or nil when its request has been answered already.
    public func slot(tag: UInt64) -> Slot? {
        let number = Int(truncatingIfNeeded: tag & 0xffff_ffff)
        let generation = UInt32(truncatingIfNeeded: tag >> 32)
        guard number < requests.count, generations[number] == generation || planted(.staleReplyTaken),
            requests[number] != nil
        else { return nil }
        return Slot(number: number, generation: generations[number])
    }

    /// Ends a request; its tag will never be found again.
    public mutating func remove(_ slot: Slot) -> InFlightRequest? {
        guard let request = self[slot] else { return nil }
        let link = links[slot.number]
        if link.previous >= 0 { links[Int(link.previous)].next = link.next } else { heads[request.chain] = link.next }
        if link.next >= 0 {
            links[Int(link.next)].previous = link.previous
        } else {
            tails[request.chain] = link.previous
        }
        requests[slot.number] = nil
        generations[slot.number] &+= 1
        free.append(slot.number)
        return request
    }

    /// The first request of a chain, in order of arrival, that `isSought`. O(those before it).
    func firstSlot(ofChain chain: Int, where isSought: (InFlightRequest) -> Bool) -> Slot? {
        var next = heads[chain]
        while next >= 0 {
            if let request = requests[Int(next)], isSought(request) {
                return Slot(number: Int(next), generation: generations[Int(next)])
            }
            next = links[Int(next)].next
        }
        return nil
    }

    /// The requests of a chain in order of arrival. O(their number).
    public func slots(ofChain chain: Int) -> [Slot] {
        var slots: [Slot] = []
        var next = heads[chain]
        while next >= 0 {
            slots.append(Slot(number: Int(next), generation: generations[Int(next)]))
            next = links[Int(next)].next
        }
        return slots
    }
}
