// The router's process: two ROUTER sockets, one thread, and the core that decides. The loop reads what has
// arrived, workers first because their replies free what requests need, asks the core, and sends. Bodies pass
// through without being looked at, and are kept until their request is answered.

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
    private var disconnects: DisconnectMonitor
    /// The way back to each client in flight, by slot.
    var identities: MessageSlab
    var envelopes: [ClientEnvelope]
    /// What each client in flight asked, by slot: it may have to be sent again.
    var bodies: MessageSlab
    /// Which connection speaks for each worker, by the core's numbers. New at every start of the worker.
    var connections: [WorkerConnection?] = []
    var numbers: [WorkerConnection: Int] = [:]
    let decoder = BodyDecoder()
    let encoder = BodyEncoder(capacity: 1 << 20)
    var incoming = ClientMessage()
    var outgoing = Message()
    var outgoingBody = Message()
    /// Decided by the core and not carried out yet.
    var actions: [RouterAction] = []
    /// How many actions at the head of the list have been carried out.
    private var carriedOut = 0

    /// Messages taken from one socket before the other one gets its turn.
    static let batch = 256

    /// - Throws: `addressInUse` when another process listens on one of the addresses.
    public init(_ configuration: ClusterConfiguration, router: RouterSettings, journal: Journal) throws(Refusal) {
        let context = Context()
        let clients = try Self.listen(router.clients, key: "clients", in: context)
        let workers = try Self.listen(router.workers, key: "workers", in: context)
        let disconnects = try Self.monitor(workers, in: context)
        self.journal = journal
        self.clients = clients
        self.workers = workers
        self.disconnects = disconnects
        core = RouterCore(
            RouterConfiguration(
                cluster: configuration.cluster.name, name: router.name, partitions: configuration.cluster.partitions,
                replicas: configuration.cluster.replicas, inFlightCapacity: configuration.limits.inFlight,
                heartbeatMicroseconds: configuration.heartbeats.interval.wholeMicroseconds,
                suspectAfterMicroseconds: configuration.heartbeats.suspectAfter.wholeMicroseconds),
            now: Clock.monotonic())
        identities = MessageSlab(capacity: configuration.limits.inFlight)
        bodies = MessageSlab(capacity: configuration.limits.inFlight)
        envelopes = Array(repeating: .bare, count: configuration.limits.inFlight)
    }

    private static func monitor(
        _ socket: borrowing Socket, in context: Context
    ) throws(Refusal) -> DisconnectMonitor {
        do throws(ZeroMQError) {
            return try DisconnectMonitor(of: socket, name: "workers", in: context)
        } catch {
            throw Refusal(
                .unavailable, place: "routers.workers", value: "cannot be watched", remedy: error.description)
        }
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
            let ready = try Poller.wait(
                for: workers, or: clients, or: disconnects.socket, descriptor: stop.descriptor,
                timeoutMilliseconds: core.isBusy(now: Clock.monotonic())
                    ? 1 : Int(RouterCore.wakeMicroseconds / 1_000))
            if stop.isRequested { return }
            let now = Clock.monotonic()
            if ready[0] { try drainWorkers(now) }
            if ready[1] { try drainClients(now) }
            if ready[2], try disconnects.takeDisconnects() { core.connectionLost(now: now, into: &actions) }
            core.timeAdvanced(to: now, into: &actions)
            try carryOutActions(now)
        }
    }

    /// Does what the core has decided; what comes of it may be decided on in turn.
    mutating func carryOutActions(_ now: MonotonicInstant) throws(ZeroMQError) {
        while carriedOut < actions.count {
            let action = actions[carriedOut]
            carriedOut += 1
            switch action {
            case .forward(let slot, let worker, let header): try forward(slot, worker, header, now)
            case .deliver(let slot, let reply):
                outgoingBody.take(&incoming.body)
                try answer(slot, reply)
            case .refuse(let slot, let reply, let refusal):
                pack(encoder.refusal(refusal))
                try answer(slot, reply)
            case .identify(let slot, let header): identify(slot, header, now)
            case .assign(let worker, let assignment):
                pack(encoder.assignment(assignment))
                try tell(worker, .assign, now: now)
            case .lead(let worker, let partition, let epoch, let inOrder):
                outgoingBody.set([])
                try tell(
                    worker, .lead, KeyHash(UInt64(partition.number)), index: epoch,
                    tag: inOrder ? MessageHeader.inOrderTag : 0, now: now)
            case .probe(let worker):
                outgoingBody.set([])
                try tell(worker, .probe, now: now)
            }
        }
        forgetCarriedOut()
    }

    /// The core takes what is in the list for what has not happened yet.
    mutating func forgetCarriedOut() {
        actions.removeFirst(carriedOut)
        carriedOut = 0
    }

    private mutating func identify(_ slot: Slot, _ header: MessageHeader, _ now: MonotonicInstant) {
        let fingerprint = bodies[slot.number].withBytes { header.fingerprint(body: $0) }
        if core.requestIdentified(slot, as: fingerprint, now: now, into: &actions) {
            journal.error("request \(header.requestID) has stopped two workers; its like is refused for now")
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
        let fingerprint = core.wantsFingerprints ? incoming.body.withBytes { header.fingerprint(body: $0) } : nil
        switch core.requestReceived(header, fingerprint: fingerprint, now: now, into: &actions) {
        case .refuse(let reply, let refusal):
            try refuse(reply, refusal)
        case .answerStatus(let reply):
            pack(encoder.clusterStatus(core.status(now: now)))
            try send(reply, incoming.envelope)
        case .retain(let slot):
            identities[slot.number].take(&incoming.identity)
            envelopes[slot.number] = incoming.envelope
            bodies[slot.number].take(&incoming.body)
        }
        try carryOutActions(now)
    }

    /// Refuses the message that has just arrived.
    private mutating func refuse(_ reply: MessageHeader, _ refusal: Refusal) throws(ZeroMQError) {
        pack(encoder.refusal(refusal))
        try send(reply, incoming.envelope)
    }

    private mutating func pack(_ packed: BodyEncoder.Packed) {
        outgoingBody.reserve(packed.count) { packed.write(into: &$0) }
    }

    /// Sends a header and the body in `outgoingBody` to the client of this slot, and lets go of what it asked.
    private mutating func answer(_ slot: Slot, _ header: MessageHeader) throws(ZeroMQError) {
        incoming.identity.take(&identities[slot.number])
        try send(header, envelopes[slot.number])
        outgoing.take(&bodies[slot.number])
    }

    /// Sends a header and the body in `outgoingBody` to the client `incoming.identity`. One that is gone, or
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
        _ = try clients.send(&outgoingBody)
    }

    private mutating func sendEmpty() throws(ZeroMQError) {
        outgoing.set([])
        _ = try clients.send(&outgoing, more: true)
    }
}

extension MessageHeader {
    /// What two requests share when they ask for the same: kind, key and body.
    fileprivate func fingerprint(body: RawSpan) -> UInt64 {
        var hash = FNV1a()
        hash.update(kind.rawValue)
        hash.update(word: keyHash.value)
        hash.update(body)
        return finalMix(hash.value)
    }
}
