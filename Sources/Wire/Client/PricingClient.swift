// The Swift client: a DEALER connection to each router, one request at a time, answers as values. Which router a
// request goes to, and when another, is `CallPlan`'s business. For many requests at once see `Pipeline`. Owned by
// the thread that made it, like every socket.

import ClientCore
import Domain
import Operations
import Wire
import ZeroMQ

/// A value and where and when it was read.
public struct Answer<Value: Sendable>: Sendable {
    public var value: Value
    /// The partition index that the answer has seen.
    public var index: UInt64
    public var microseconds: UInt64
}

public final class PricingClient {
    private let sockets: RouterSockets
    private var routers: RouterPool
    private let place: String
    /// How long a request may take, in microseconds.
    public var deadlineMicroseconds: UInt32
    private let encoder = BodyEncoder()
    private let decoder = BodyDecoder()
    private var random = SystemRandomNumberGenerator()

    /// - Parameter endpoints: the routers' addresses for clients, for example `tcp://127.0.0.1:7400`; 1 to 16.
    public init(endpoints: [String], deadlineMilliseconds: UInt32 = 2_000) throws(ClientError) {
        place = endpoints.joined(separator: ", ")
        deadlineMicroseconds = min(deadlineMilliseconds, Limits.deadlineMicroseconds / 1_000) * 1_000
        sockets = try RouterSockets(endpoints)
        routers = RouterPool(count: endpoints.count, seed: random.next())
    }

    public convenience init(endpoint: String, deadlineMilliseconds: UInt32 = 2_000) throws(ClientError) {
        try self.init(endpoints: [endpoint], deadlineMilliseconds: deadlineMilliseconds)
    }

    // MARK: - Calls

    /// Prices a cart.
    /// - Parameter index: from an acknowledgement of the same shopper's events: the price has seen them.
    public func price(_ request: PriceRequest, after index: UInt64 = 0) throws(ClientError) -> Answer<SignedQuote> {
        try call(.price, request.user.hash, index: index, encoder.priceRequest(request)) {
            [decoder] (bytes: RawSpan) throws(Refusal) in
            try decoder.priceReply(bytes, for: request.user)
        }
    }

    public func explain(_ request: PriceRequest) throws(ClientError) -> Answer<Explanation> {
        try call(.explain, request.user.hash, encoder.priceRequest(request)) {
            [decoder] (bytes: RawSpan) throws(Refusal) in
            try decoder.explainReply(bytes, for: request.user)
        }
    }

    /// Checks a quote's token.
    public func verify(token: [UInt8], of user: UserKey) throws(ClientError) -> Answer<VerifiedQuote> {
        try call(.verify, user.hash, encoder.verifyRequest(user: user, token: token)) {
            [decoder] (bytes: RawSpan) throws(Refusal) in try decoder.verifyReply(bytes)
        }
    }

    /// Reports behaviour of one user. When this returns, the events are durable.
    public func send(
        _ events: [(id: [UInt8], event: Event)], of user: UserKey
    ) throws(ClientError) -> Answer<EventAcknowledgement> {
        try call(.events, user.hash, priority: .event, encoder.eventBatch(user: user, events: events)) {
            [decoder] (bytes: RawSpan) throws(Refusal) in try decoder.eventAcknowledgement(bytes)
        }
    }

    public func send(
        catalogue rows: [CatalogueRow], tenant: String, currency: Currency
    ) throws(ClientError) -> Answer<CatalogueAcknowledgement> {
        let packed = encoder.catalogueBatch(tenant: tenant, currency: currency, rows: rows)
        return try call(.catalogue, KeyHash(0), priority: .event, rules: .bulk, packed) {
            [decoder] (bytes: RawSpan) throws(Refusal) in
            try decoder.catalogueAcknowledgement(bytes)
        }
    }

    /// Says what units of products are worth; see `StockValue`. Asked twice, the same values hold.
    /// - Parameter values: at most `Limits.rowsInCatalogueBatch`, all in `currency`.
    public func send(
        stock values: [StockValue], tenant: String, currency: Currency
    ) throws(ClientError) -> Answer<CatalogueAcknowledgement> {
        let packed = encoder.stockValueBatch(tenant: tenant, currency: currency, values: values)
        return try call(.stock, KeyHash(0), priority: .event, rules: .bulk, packed) {
            [decoder] (bytes: RawSpan) throws(Refusal) in try decoder.catalogueAcknowledgement(bytes)
        }
    }

    /// Makes every worker serve a bundle. The path must mean the same file to the workers.
    public func activate(path: String) throws(ClientError) -> Answer<ActivationAcknowledgement> {
        try order(.serve(.file(path)))
    }

    /// Serves a model, tries one out, or ends the trial. The answer to the end of a trial names no model.
    public func order(_ order: ModelOrder) throws(ClientError) -> Answer<ActivationAcknowledgement> {
        try call(.activate, KeyHash(0), priority: .commit, rules: .bulk, encoder.activateRequest(order)) {
            [decoder] (bytes: RawSpan) throws(Refusal) in
            try decoder.activationAcknowledgement(bytes)
        }
    }

    /// Keeps the prices of a product where they are. Asked twice, the same freeze holds.
    /// - Parameter end: the first moment at which they may move again; `PriceFreeze.thawed` for now.
    public func freeze(
        _ product: String, of tenant: String, until end: Timestamp, because reason: String
    ) throws(ClientError) -> Answer<FreezeAcknowledgement> {
        let packed = encoder.freezeRequest(tenant: tenant, product: product, until: end, reason: reason)
        return try call(.freeze, KeyHash(0), priority: .commit, rules: .bulk, packed) {
            [decoder] (bytes: RawSpan) throws(Refusal) in try decoder.freezeAcknowledgement(bytes)
        }
    }

    /// The freezes of a tenant that are in force, ascending by product. Asks as often as it takes to have them all.
    public func freezes(of tenant: String) throws(ClientError) -> [PriceFreeze] {
        var freezes: [PriceFreeze] = []
        while true {
            let packed = encoder.freezesRequest(tenant: tenant, after: freezes.last?.product ?? "")
            let page = try call(.freezes, KeyHash(0), priority: .commit, packed) {
                [decoder] (bytes: RawSpan) throws(Refusal) in try decoder.freezesReply(bytes, of: tenant)
            }.value
            freezes += page.freezes
            guard page.hasMore, !page.freezes.isEmpty else { return freezes }
        }
    }

    public func status() throws(ClientError) -> Answer<ClusterStatus> {
        try call(.status, KeyHash(0), priority: .commit, encoder.statusRequest()) {
            [decoder] (bytes: RawSpan) throws(Refusal) in try decoder.clusterStatus(bytes)
        }
    }

    public func inspect(_ partition: PartitionID) throws(ClientError) -> Answer<PartitionStatus> {
        let key = KeyHash(UInt64(partition.number))
        return try call(.inspect, key, priority: .commit, encoder.inspectRequest(partition)) {
            [decoder] (bytes: RawSpan) throws(Refusal) in try decoder.partitionStatus(bytes)
        }
    }

    /// Makes every replica of a partition hash its state at one index.
    /// - Returns: that index.
    public func checkpoint(_ partition: PartitionID) throws(ClientError) -> Answer<UInt64> {
        let key = KeyHash(UInt64(partition.number))
        return try call(.checkpoint, key, priority: .commit, encoder.checkpointRequest(partition)) {
            [decoder] (bytes: RawSpan) throws(Refusal) in try decoder.checkpointAcknowledgement(bytes)
        }
    }

    /// Makes a worker hand over what it holds, or takes that back.
    /// - Returns: partitions that it still leads.
    public func drain(worker: String, _ drain: Bool = true) throws(ClientError) -> Answer<Int> {
        let packed = encoder.drainRequest(worker: worker, drain: drain)
        return try call(.drain, KeyHash(workerName: worker), priority: .commit, packed) {
            [decoder] (bytes: RawSpan) throws(Refusal) in try decoder.drainReply(bytes)
        }
    }

    // MARK: - One call

    private func call<Value>(
        _ kind: MessageKind, _ key: KeyHash, priority: MessagePriority = .price, index: UInt64 = 0,
        rules: CallRules = CallRules(), _ packed: BodyEncoder.Packed, _ read: (RawSpan) throws(Refusal) -> Value
    ) throws(ClientError) -> Answer<Value> {
        let request = MessageHeader(
            kind: kind, priority: priority, deadlineMicroseconds: deadlineMicroseconds, keyHash: key,
            requestID: RequestID(using: &random), index: index)
        let start = Clock.monotonic()
        let reply = try exchange(request, packed, rules, start)
        let microseconds = Clock.monotonic().microseconds(since: start)
        if case .refused = reply.status { throw .refused(refusal()) }
        do throws(Refusal) {
            let value = try sockets.body.withBytes { bytes throws(Refusal) in try read(bytes) }
            return Answer(value: value, index: reply.index, microseconds: microseconds)
        } catch {
            throw .refused(error)
        }
    }

    /// Carries out what the plan decides until it ends.
    /// - Returns: the reply that is the answer; its body is left in `sockets.body`.
    private func exchange(
        _ request: MessageHeader, _ packed: BodyEncoder.Packed, _ rules: CallRules, _ start: MonotonicInstant
    ) throws(ClientError) -> MessageHeader {
        var plan = CallPlan(
            deadlineMicroseconds: request.deadlineMicroseconds, at: start, rules: rules, seed: request.requestID.low)
        var decision = plan.started(at: start, with: &routers)
        var reply = request
        var lastRefusal: Refusal?
        while true {
            switch decision {
            case .send(let router, let attempt, let microseconds):
                var header = request
                header.deadlineMicroseconds = microseconds
                header.tag = UInt64(attempt)
                let left = try sockets.send(header, bytes: packed.count, to: router) { packed.write(into: &$0) }
                let now = Clock.monotonic()
                decision =
                    left
                    ? plan.timeAdvanced(to: now, with: &routers) : plan.sendFailed(router, at: now, with: &routers)
            case .wait(let until):
                if let (router, found) = try nextReply(to: request.requestID) {
                    reply = found
                    if case .refused(let code) = found.status, lastRefusal?.code.outlasts(code) != true {
                        lastRefusal = refusal()
                    }
                    decision = plan.replied(
                        found.status, to: Int(truncatingIfNeeded: found.tag), from: router, at: Clock.monotonic(),
                        with: &routers)
                } else {
                    let now = Clock.monotonic()
                    if now < until { try sockets.wait(microseconds: until.microseconds(since: now)) }
                    if Clock.monotonic() >= until {
                        decision = plan.timeAdvanced(to: Clock.monotonic(), with: &routers)
                    }
                }
            case .finish(.answered): return reply
            case .finish(.refused): throw .refused(lastRefusal ?? refusal())
            case .finish(.unknown), .ignore:
                let milliseconds = Int(Clock.monotonic().microseconds(since: start) / 1_000)
                throw plan.wasSent
                    ? .unknown(endpoint: place, milliseconds: milliseconds)
                    : .unreachable(endpoint: place, milliseconds: milliseconds)
            }
        }
    }

    /// A reply to this request that has arrived; late ones to earlier requests only say that their router lives.
    private func nextReply(to request: RequestID) throws(ClientError) -> (router: Int, MessageHeader)? {
        for router in 0..<sockets.count {
            while true {
                switch try sockets.receive(from: router) {
                case .nothing: break
                case .noise: continue
                case .reply(let reply):
                    if reply.requestID == request { return (router, reply) }
                    routers.heard(from: router, at: Clock.monotonic())
                    continue
                }
                break
            }
        }
        return nil
    }

    /// The refusal in the body just received.
    private func refusal() -> Refusal {
        do throws(Refusal) {
            return try sockets.body.withBytes { bytes throws(Refusal) in try decoder.refusal(bytes) }
        } catch {
            return error
        }
    }
}
