// The Swift client: one DEALER connection, one request at a time, answers as values. For many requests at once
// see `Pipeline`. Owned by the thread that made it, like every socket.

import Domain
import Operations
import Wire
import ZeroMQ

/// Why a call got no answer that it could use.
public enum ClientError: Error, Sendable, CustomStringConvertible {
    /// The cluster said no, and why.
    case refused(Refusal)
    /// Nothing came in time. What was asked may or may not have happened: ask again with the same ids.
    case unknown(endpoint: String, milliseconds: Int)
    /// The connection itself failed.
    case transport(ZeroMQError)

    public var description: String {
        switch self {
        case .refused(let refusal): refusal.description
        case .unknown(let endpoint, let milliseconds):
            "no answer from \(endpoint) within \(milliseconds) ms. Is a cluster running there? "
                + "Start one with `farthing up`; sending the same ids again is safe"
        case .transport(let error): error.description
        }
    }
}

/// A value and where and when it was read.
public struct Answer<Value: Sendable>: Sendable {
    public var value: Value
    /// The partition index that the answer has seen.
    public var index: UInt64
    public var microseconds: UInt64
}

public final class PricingClient {
    private var socket: Socket
    private let endpoint: String
    /// How long a request may take, in microseconds.
    public var deadlineMicroseconds: UInt32
    private let encoder = BodyEncoder()
    private let decoder = BodyDecoder()
    private var random = SystemRandomNumberGenerator()
    private var header = Message()
    private var body = Message()

    /// - Parameter endpoint: a router's address for clients, for example `tcp://127.0.0.1:7400`.
    public init(endpoint: String, deadlineMilliseconds: UInt32 = 2_000) throws(ClientError) {
        self.endpoint = endpoint
        deadlineMicroseconds = min(deadlineMilliseconds, Limits.deadlineMicroseconds / 1_000) * 1_000
        do throws(ZeroMQError) {
            var options = SocketOptions()
            options.maximumFrameBytes = Int64(Limits.frameBytes)
            socket = try Socket(.dealer, in: Context(), options: options)
            try socket.connect(endpoint)
        } catch {
            throw .transport(error)
        }
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
        return try call(.catalogue, KeyHash(0), priority: .event, packed) {
            [decoder] (bytes: RawSpan) throws(Refusal) in
            try decoder.catalogueAcknowledgement(bytes)
        }
    }

    /// Makes every worker serve a bundle. The path must mean the same file to the workers.
    public func activate(path: String) throws(ClientError) -> Answer<ActivationAcknowledgement> {
        try call(.activate, KeyHash(0), priority: .commit, encoder.activateRequest(path: path)) {
            [decoder] (bytes: RawSpan) throws(Refusal) in
            try decoder.activationAcknowledgement(bytes)
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

    // MARK: - One round trip

    private func call<Value>(
        _ kind: MessageKind, _ key: KeyHash, priority: MessagePriority = .price, index: UInt64 = 0,
        _ packed: BodyEncoder.Packed, _ read: (RawSpan) throws(Refusal) -> Value
    ) throws(ClientError) -> Answer<Value> {
        let id = RequestID(using: &random)
        let request = MessageHeader(
            kind: kind, priority: priority, deadlineMicroseconds: deadlineMicroseconds, keyHash: key, requestID: id,
            index: index)
        let start = Clock.monotonic()
        let reply = try exchange(request, packed, start)
        let microseconds = Clock.monotonic().microseconds(since: start)
        do throws(Refusal) {
            if case .refused = reply.status {
                throw try body.withBytes { bytes throws(Refusal) in try decoder.refusal(bytes) }
            }
            let value = try body.withBytes { bytes throws(Refusal) in try read(bytes) }
            return Answer(value: value, index: reply.index, microseconds: microseconds)
        } catch {
            throw .refused(error)
        }
    }

    /// Sends a request and waits for its reply, whose body is left in `body`.
    private func exchange(
        _ request: MessageHeader, _ packed: BodyEncoder.Packed, _ start: MonotonicInstant
    ) throws(ClientError) -> MessageHeader {
        // The router answers by the deadline; the last moment is for its answer to travel.
        let patience = UInt64(request.deadlineMicroseconds) + 250_000
        do throws(ZeroMQError) {
            header.reserve(MessageHeader.encodedBytes) { request.encode(into: &$0) }
            // A frame that was not taken must not be followed by the rest of its message.
            if case .sent = try socket.send(&header, more: true) {
                body.reserve(packed.count) { packed.write(into: &$0) }
                _ = try socket.send(&body)
            }
            while true {
                if try socket.receive(&header) {
                    _ = try socket.receive(&body)
                    try socket.discardRest(after: &body)
                    if let reply = received(), reply.requestID == request.requestID { return reply }
                    continue
                }
                let elapsed = Clock.monotonic().microseconds(since: start)
                if elapsed >= patience { break }
                _ = try Poller.wait(
                    for: socket, timeoutMilliseconds: Int((patience - elapsed + 999) / 1_000))
            }
        } catch {
            throw .transport(error)
        }
        throw .unknown(endpoint: endpoint, milliseconds: Int(patience / 1_000))
    }

    /// The header just received; nil for one that is not of this protocol.
    private func received() -> MessageHeader? {
        try? header.withBytes { bytes throws(Refusal) in try MessageHeader.decode(bytes) }
    }
}
