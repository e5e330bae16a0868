// One client: a connection to every router, requests at their moments, and the history of what came of them.
// Owned by one thread.

import Client
import Domain
import Operations
import Wire

/// What a client is told before it starts.
struct LoadOrder: Sendable {
    var client: Int
    var endpoints: [String]
    var shop: Shop
    /// Encoded carts, by number.
    var carts: [[UInt8]]
    var load: LoadShape
    var pace: Pace
    var seed: UInt64
    /// One price in so many has its token kept.
    var tokenEvery = 1
    /// About how many requests it will make: room for them is made before the first, because a history that is copied as it
    /// grows keeps its client from sending.
    var expectedRequests = 0
}

/// What a client has done.
struct LoadResult: Sendable {
    var client: Int
    var operations: [Operation]
    /// How much later than due requests were sent, in microseconds; the generator's own fault.
    var lateness: [UInt32]
    /// Why it ended before it was asked to.
    var failure: String?
}

final class LoadClient {
    private let order: LoadOrder
    private let pipeline: Pipeline
    private let encoder = BodyEncoder(capacity: 1 << 20)
    private let reader: AnswerReader
    private var random: SeededGenerator
    private var operations: [Operation] = []
    private var lateness: [UInt32] = []
    /// The operation of each tag under way.
    private var slots: [Int?] = []
    private var free: [Int] = []
    private var underWay = 0
    /// Operations before this one have come to an end.
    private var oldest = 0
    /// Recent prices whose tokens are kept, a ring.
    private var tokens: [Int] = []
    private var acknowledged: [Int: UInt64] = [:]

    private static let remembered = 4_096
    /// The client library gives up by itself; whatever has no outcome so long after its deadline never gets one.
    static let graceMicroseconds: UInt64 = 1_000_000
    /// A generator that was late by less sends a few requests together, which is no reason to call them slow.
    private static let tolerableLatenessMicroseconds: UInt64 = 3_000

    init(_ order: LoadOrder) throws(ClientError) {
        self.order = order
        pipeline = try Pipeline(endpoints: order.endpoints)
        reader = AnswerReader(order.shop, endpoints: order.endpoints)
        random = SeededGenerator(seed: order.seed &+ UInt64(order.client))
        operations.reserveCapacity(order.expectedRequests)
        lateness.reserveCapacity(order.expectedRequests)
    }

    /// Sends until asked to stop, then waits for what is under way.
    func run(until stop: StopSignal) -> LoadResult {
        var failure: String?
        do throws(ClientError) {
            var arrivals = Arrivals(order.pace, from: Clock.monotonic(), seed: random.next())
            while !stop.isRequested {
                let now = Clock.monotonic()
                while let due = arrivals.take(now: now, underWay: underWay) { try send(dueAt: due) }
                try receive(waitMilliseconds: arrivals.waitMilliseconds(now: Clock.monotonic(), longest: 20))
            }
            while underWay > 0 { try receive(waitMilliseconds: 20) }
        } catch {
            failure = "\(error)"
        }
        return LoadResult(client: order.client, operations: operations, lateness: lateness, failure: failure)
    }

    // MARK: - Sending

    private func send(dueAt: MonotonicInstant) throws(ClientError) {
        let slot = free.popLast() ?? slots.count
        if slot == slots.count { slots.append(nil) }
        let request = next()
        let now = Clock.monotonic()
        let late = now.microseconds(since: dueAt)
        lateness.append(UInt32(clamping: late))
        let sentAt = late > Self.tolerableLatenessMicroseconds ? dueAt : now
        slots[slot] = operations.count
        operations.append(Operation(request.request, sentAt: sentAt))
        underWay += 1
        let header = MessageHeader(
            kind: request.kind, priority: request.kind == .events ? .event : .price,
            deadlineMicroseconds: UInt32(clamping: order.load.deadline.microseconds), keyHash: request.user.hash,
            requestID: RequestID(using: &random), index: request.index, tag: UInt64(slot))
        try pipeline.send(header, body: request.body)
    }

    private struct Next {
        var request: Operation.Request
        var kind: MessageKind
        var user: UserKey
        var index: UInt64 = 0
        var body: [UInt8]
    }

    private func next() -> Next {
        let draw = random.unit()
        if draw < order.load.mix.verify, let issued = tokens.randomElement(using: &random) {
            return verification(issued)
        }
        return draw < order.load.mix.verify + order.load.mix.events ? events() : price()
    }

    private func price() -> Next {
        let number = random.index(below: order.carts.count)
        let shopper = order.shop.carts[number].shopper
        let after = random.unit() < order.load.ownWrites ? acknowledged[shopper] ?? 0 : 0
        return Next(
            request: .price(cart: number, after: after), kind: .price, user: order.shop.shoppers[shopper], index: after,
            body: order.carts[number])
    }

    private func events() -> Next {
        let shopper = random.index(below: order.shop.shoppers.count)
        let user = order.shop.shoppers[shopper]
        let batch = (0...random.index(below: 3)).map { position in
            order.shop.basket(id: "\(order.client)-\(operations.count)-\(position)")
        }
        return Next(
            request: .events(shopper: shopper, batch.map(\.event.id)), kind: .events, user: user,
            body: encoder.eventBatch(user: user, events: batch).bytes)
    }

    private func verification(_ issued: Int) -> Next {
        let shopper = order.shop.shopper(of: operations[issued].request)
        let user = order.shop.shoppers[shopper]
        var token: [UInt8] = []
        if case .priced(let price) = operations[issued].outcome { token = price.token }
        let id = OperationID(client: order.client, number: issued)
        return Next(
            request: .verify(shopper: shopper, of: id), kind: .verify, user: user,
            body: encoder.verifyRequest(user: user, token: token).bytes)
    }

    // MARK: - Receiving

    private func receive(waitMilliseconds: Int) throws(ClientError) {
        _ = try pipeline.receive(timeoutMilliseconds: waitMilliseconds) { header, body in
            answered(header, body)
        }
        giveUp(now: Clock.monotonic())
    }

    private func answered(_ header: MessageHeader, _ body: RawSpan) {
        let slot = Int(exactly: header.tag) ?? Int.max
        guard slot < slots.count, let number = slots[slot] else { return }
        operations[number].deliveries += 1
        // A first answer that came too late leaves the outcome as it was.
        if operations[number].outcome == nil {
            let keepsToken = number % order.tokenEvery == 0
            operations[number].outcome = reader.outcome(
                header, body, of: operations[number].request, keepingToken: keepsToken)
            operations[number].index = header.index
            operations[number].endedAt = Clock.monotonic()
            remember(number)
            underWay -= 1
        }
        slots[slot] = nil
        free.append(slot)
    }

    private func remember(_ number: Int) {
        switch (operations[number].request, operations[number].outcome) {
        case (_, .priced(let price)) where !price.token.isEmpty:
            if tokens.count < Self.remembered {
                tokens.append(number)
            } else {
                tokens[random.index(below: Self.remembered)] = number
            }
        case (.events(let shopper, _), .acknowledged(let acknowledgement)):
            acknowledged[shopper] = max(acknowledged[shopper] ?? 0, acknowledgement.index)
        default: break
        }
    }

    /// Ends what nobody will answer any more. Its tag stays taken, in case somebody does.
    private func giveUp(now: MonotonicInstant) {
        let patience = order.load.deadline.microseconds + Self.graceMicroseconds
        while oldest < operations.count {
            if operations[oldest].outcome == nil {
                guard now.microseconds(since: operations[oldest].sentAt) >= patience else { return }
                operations[oldest].outcome = .unknown(.silence)
                operations[oldest].endedAt = now
                underWay -= 1
            }
            oldest += 1
        }
    }
}
