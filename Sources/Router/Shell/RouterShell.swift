// The router's process: two ROUTER sockets, one thread, and the core that decides. The loop reads what has
// arrived, workers first because their replies free what requests need, asks the core, and sends. Bodies pass
// through without being looked at.

import Configuration
import Domain
import Operations
import RouterCore
import Wire
import ZeroMQ

/// A router, bound to its two addresses. Lives on the thread that made it.
public struct RouterShell: ~Copyable {
    var core: RouterCore
    let journal: Journal
    var clients: Socket
    var workers: Socket
    /// The way back to each client in flight, by slot.
    var identities: MessageSlab
    var envelopes: [ClientEnvelope]
    var names: [String: Int]
    /// Which connection speaks for each worker. New at every start of the worker.
    var connections: [WorkerConnection?]
    var workerByConnection: [WorkerConnection: Int] = [:]
    let decoder = BodyDecoder()
    let encoder = BodyEncoder(capacity: 1 << 20)
    var incoming = ClientMessage()
    var outgoing = Message()

    /// Messages taken from one socket before the other one gets its turn.
    static let batch = 256

    /// - Throws: `addressInUse` when another process listens on one of the addresses.
    public init(_ configuration: ClusterConfiguration, router: RouterSettings, journal: Journal) throws(Refusal) {
        let context = Context()
        let clients = try Self.listen(router.clients, key: "clients", in: context)
        let workers = try Self.listen(router.workers, key: "workers", in: context)
        let names = configuration.workers.names
        self.journal = journal
        self.clients = clients
        self.workers = workers
        core = RouterCore(
            RouterConfiguration(
                cluster: configuration.cluster.name, name: router.name, workers: names,
                partitions: configuration.cluster.partitions, inFlightCapacity: configuration.limits.inFlight,
                suspectAfterMicroseconds: configuration.heartbeats.suspectAfter.wholeMicroseconds),
            now: Clock.monotonic())
        identities = MessageSlab(capacity: configuration.limits.inFlight)
        envelopes = Array(repeating: .bare, count: configuration.limits.inFlight)
        connections = Array(repeating: nil, count: names.count)
        self.names = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    }

    private static func listen(
        _ endpoint: Endpoint, key: String, in context: Context
    ) throws(Refusal) -> Socket {
        do throws(ZeroMQError) {
            var options = SocketOptions()
            options.maximumFrameBytes = Int64(Limits.frameBytes)
            options.sendHighWater = 100_000
            options.receiveHighWater = 100_000
            let socket = try Socket(.router, in: context, options: options)
            try socket.bind(endpoint.description)
            return socket
        } catch {
            throw Refusal(
                .addressInUse, place: "routers.\(key)", value: endpoint.description,
                remedy: error.isAddressInUse
                    ? "Another process listens there: stop it, or choose another port in cluster.yaml."
                    : "It cannot be bound (\(error.description)): choose an address of this machine in cluster.yaml.")
        }
    }

    /// Routes until `stop` is requested.
    public mutating func run(until stop: StopSignal) throws(ZeroMQError) {
        while true {
            // With requests in flight a deadline may pass at any millisecond.
            let ready = try Poller.wait(
                for: workers, or: clients, descriptor: stop.descriptor,
                timeoutMilliseconds: core.hasRequestsInFlight ? 1 : 100)
            if stop.isRequested { return }
            let now = Clock.monotonic()
            if ready[0] { try drainWorkers(now) }
            if ready[1] { try drainClients(now) }
            for abandoned in core.timeAdvanced(to: now) { try answer(abandoned) }
        }
    }

    // MARK: - Clients

    private mutating func drainClients(_ now: MonotonicInstant) throws(ZeroMQError) {
        for _ in 0..<Self.batch {
            guard try incoming.receive(from: &clients) else { return }
            switch acceptableHeader() {
            case .success(let header): try handleRequest(header, now)
            case .failure(let refusal): try refuse(unroutable(refusal), refusal)
            }
        }
    }

    /// The header of the message that has just arrived, if the message can be routed at all.
    private func acceptableHeader() -> Result<MessageHeader, Refusal> {
        Result { () throws(Refusal) in
            let header = try incoming.header.withBytes { bytes throws(Refusal) in
                try MessageHeader.decode(bytes)
            }
            guard incoming.isWellFormed else {
                throw Refusal(
                    .wrongFrameCount, place: "message", remedy: "Send exactly two frames: the header and the body.")
            }
            guard incoming.body.count <= Limits.bodyBytes else {
                throw Refusal(
                    .frameTooLarge, place: "body", value: "\(incoming.body.count) bytes",
                    remedy: "Send at most \(Limits.bodyBytes) bytes in one message; split larger batches.")
            }
            return header
        }
    }

    /// The header of a refusal of something that has no readable header itself.
    private func unroutable(_ refusal: Refusal) -> MessageHeader {
        MessageHeader(
            kind: .price, isReply: true, deadlineMicroseconds: 0, status: .refused(refusal.code),
            keyHash: KeyHash(0), requestID: incoming.header.withBytes { MessageHeader.salvageRequestID($0) })
    }

    private mutating func handleRequest(_ header: MessageHeader, _ now: MonotonicInstant) throws(ZeroMQError) {
        switch core.requestReceived(header, now: now) {
        case .refuse(let reply, let refusal):
            try refuse(reply, refusal)
        case .answerStatus(let reply):
            pack(encoder.clusterStatus(core.status(now: now)))
            try send(reply, incoming.envelope)
        case .forward(let slot, let worker, let header):
            identities[slot.number].take(&incoming.identity)
            envelopes[slot.number] = incoming.envelope
            try forward(slot, worker, header)
        }
    }

    private mutating func forward(_ slot: Slot, _ worker: Int, _ header: MessageHeader) throws(ZeroMQError) {
        guard let connection = connections[worker] else {
            if let abandoned = core.forwardFailed(slot, isGone: true) { try answer(abandoned) }
            return
        }
        connection.write(to: &outgoing)
        switch try workers.send(&outgoing, more: true) {
        case .sent:
            header.write(to: &outgoing)
            _ = try workers.send(&outgoing, more: true)
            _ = try workers.send(&incoming.body)
        case .full:
            if let abandoned = core.forwardFailed(slot, isGone: false) { try answer(abandoned) }
        case .unreachable:
            if let abandoned = core.forwardFailed(slot, isGone: true) { try answer(abandoned) }
            for abandoned in core.workerVanished(worker) { try answer(abandoned) }
        }
    }

    /// Refuses the message that has just arrived.
    private mutating func refuse(_ reply: MessageHeader, _ refusal: Refusal) throws(ZeroMQError) {
        pack(encoder.refusal(refusal))
        try send(reply, incoming.envelope)
    }

    mutating func answer(_ abandoned: Abandoned) throws(ZeroMQError) {
        pack(encoder.refusal(abandoned.refusal))
        try send(abandoned.header, toSlot: abandoned.slot.number)
    }

    private mutating func pack(_ packed: BodyEncoder.Packed) {
        incoming.body.reserve(packed.count) { packed.write(into: &$0) }
    }

    mutating func send(_ header: MessageHeader, toSlot slot: Int) throws(ZeroMQError) {
        incoming.identity.take(&identities[slot])
        try send(header, envelopes[slot])
    }

    /// Sends a header and the body in `incoming.body` to the client `incoming.identity`. One that is gone, or
    /// that has stopped reading, gets nothing: there is nobody to answer.
    private mutating func send(_ header: MessageHeader, _ envelope: ClientEnvelope) throws(ZeroMQError) {
        guard case .sent = try clients.send(&incoming.identity, more: true) else { return }
        switch envelope {
        case .bare: break
        case .delimited: try sendEmpty()
        case .correlated(let id):
            outgoing.set(id)
            _ = try clients.send(&outgoing, more: true)
            try sendEmpty()
        }
        header.write(to: &outgoing)
        _ = try clients.send(&outgoing, more: true)
        _ = try clients.send(&incoming.body)
    }

    private mutating func sendEmpty() throws(ZeroMQError) {
        outgoing.set([])
        _ = try clients.send(&outgoing, more: true)
    }
}
