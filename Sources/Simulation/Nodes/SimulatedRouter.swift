// A router's shell in miniature: the real core, with paper in place of sockets. It keeps each request until the core has
// it answered, and checks from outside what the core promises: one answer each, by the deadline.

import Domain
import RouterCore

final class SimulatedRouter: SimulatedNode {
    private var core: RouterCore?
    private var actions: [RouterAction] = []
    private var carriedOut = 0
    /// By the core's slot numbers.
    private var retained: [RetainedRequest?] = []
    private var retainedCount = 0
    /// By the core's numbers.
    private var connections: [WorkerConnection?] = []
    private var numbers: [UInt64: Int] = [:]
    /// When each start of a worker was last found gone.
    private var lostAt: [UInt64: UInt64] = [:]
    private var replyBody = Body.none
    /// When a request of each fingerprint was last convicted.
    private var convictedAt: [UInt64: MonotonicInstant] = [:]

    private struct WorkerConnection {
        var incarnation: UInt64
        var link: Int
    }

    private struct RetainedRequest {
        var header: MessageHeader
        var body: Body
        var link: Int
        var connection: UInt64
        var deadline: UInt64
        /// Which starts of workers it was sent to, and when.
        var holders: [(incarnation: UInt64, since: UInt64)] = []
    }

    /// Between two rounds of its loop: as the real one, when time matters and when it does not.
    private static let busyMicroseconds: UInt64 = 5_000
    private static let idleMicroseconds: UInt64 = 20_000
    /// How late an answer may be by the loop alone.
    private static let slackMicroseconds: UInt64 = 8_000

    override func started() {
        core = RouterCore(cluster.scenario.routerConfiguration(id.number, settings), now: now)
        retained = Array(repeating: nil, count: settings.inFlightCapacity)
        wake(at: cluster.now + 1_000)
    }

    override func ended() {
        core = nil
        actions = []
        carriedOut = 0
        retained = []
        retainedCount = 0
        connections = []
        numbers = [:]
        lostAt = [:]
        convictedAt = [:]
    }

    override func woken() {
        core?.timeAdvanced(to: now, into: &actions)
        carryOut()
        guard let isBusy = Self.isBusy(&core, now) else { return }
        if retainedCount > 0 { checkDeadlines() }
        wake(at: cluster.now + (isBusy ? Self.busyMicroseconds : Self.idleMicroseconds))
    }

    /// Asks the core in place: a copy of it would cost more than its answer.
    private static func isBusy(_ core: inout RouterCore?, _ now: MonotonicInstant) -> Bool? { core?.isBusy(now: now) }

    override func disconnected(_ link: Int) {
        guard cluster.network.links[link].id.dialer.kind == .worker else { return }
        lostAt[cluster.network.links[link].incarnation] = cluster.now
        core?.connectionLost(now: now, into: &actions)
        carryOut()
        wake(at: cluster.now + 1_000)
    }

    override func received(_ message: Message, on link: Int) {
        if cluster.network.links[link].id.dialer.kind == .worker {
            workerSaid(message, link)
        } else {
            clientAsked(message, link)
        }
    }

    // MARK: - Clients

    private func clientAsked(_ message: Message, _ link: Int) {
        let header = message.header
        let fingerprint = core?.wantsFingerprints == true ? message.fingerprint : nil
        guard let decision = core?.requestReceived(header, fingerprint: fingerprint, now: now, into: &actions) else {
            return
        }
        let connection = cluster.network.links[link].seenByRouter
        switch decision {
        case .refuse(let reply, let refusal):
            cluster.note(id, header.requestID, "refuses \(header.kind): \(refusal.code.name)")
            send(Message(header: reply, body: .refusal(refusal)), link, connection)
        case .answerStatus(let reply):
            send(Message(header: reply, body: .status(core!.status(now: now))), link, connection)
        case .retain(let slot):
            if retained[slot.number] != nil {
                cluster.witness.report(
                    .oneAnswerByDeadline, request: header.requestID.low,
                    "\(id) gave the place of a request that is not answered to another one")
            }
            retained[slot.number] = RetainedRequest(
                header: header, body: message.body, link: link, connection: connection,
                deadline: cluster.now + UInt64(header.deadlineMicroseconds))
            retainedCount += 1
            wake(at: cluster.now + Self.busyMicroseconds)
        }
        carryOut()
    }

    private func send(_ message: Message, _ link: Int, _ connection: UInt64) {
        // A client that has connected anew is another one to the router.
        guard cluster.network.links[link].seenByRouter == connection else { return }
        _ = cluster.network.sendToDialer(
            link, incarnation: cluster.network.links[link].incarnation, message, now: cluster.now, cluster)
    }

    private func answer(_ slot: Slot, _ header: MessageHeader, _ body: Body) {
        guard let request = retained[slot.number] else {
            return cluster.witness.report(
                .oneAnswerByDeadline, request: header.requestID.low, "\(id) answered a request twice")
        }
        retained[slot.number] = nil
        retainedCount -= 1
        cluster.note(id, header.requestID, "answers \(header.kind): \(header.status)")
        if request.header.requestID != header.requestID {
            cluster.witness.report(
                .oneAnswerByDeadline, request: request.header.requestID.low, "\(id) answered another request instead")
        }
        if isLate(request) {
            cluster.witness.report(
                .oneAnswerByDeadline, request: header.requestID.low,
                "\(id) answered \((cluster.now - request.deadline) / 1_000) ms after the deadline")
        }
        if header.status == .refused(.quarantined), convictedAt[fingerprint(request)] == nil {
            cluster.witness.report(
                .twoDeathsConvict, request: header.requestID.low, "\(id) refused the like of nothing that it convicted")
        }
        send(Message(header: header, body: body), request.link, request.connection)
    }

    private func isLate(_ request: RetainedRequest) -> Bool {
        cluster.now > max(request.deadline, awakeSince) + Self.slackMicroseconds
    }

    private func checkDeadlines() {
        for case .some(let request) in retained where isLate(request) {
            cluster.witness.report(
                .oneAnswerByDeadline, request: request.header.requestID.low,
                "\(id) has not answered \((cluster.now - request.deadline) / 1_000) ms after the deadline")
        }
    }

    // MARK: - Requests of death

    private func fingerprint(_ request: RetainedRequest) -> UInt64 {
        Message(header: request.header, body: request.body).fingerprint
    }

    private func identify(_ slot: Slot) {
        guard let request = retained[slot.number] else { return }
        let fingerprint = fingerprint(request)
        guard core?.requestIdentified(slot, as: fingerprint, now: now, into: &actions) == true else { return }
        cluster.note(id, request.header.requestID, "convicts \(request.header.kind)")
        let deaths = request.holders.count { holder in lostAt[holder.incarnation].map { $0 >= holder.since } ?? false }
        let needed = convictedAt.updateValue(now, forKey: fingerprint) == nil ? 2 : 1
        guard deaths < needed else { return }
        cluster.witness.report(
            .twoDeathsConvict, request: request.header.requestID.low,
            "\(id) quarantined a request, and \(deaths) workers had gone while they held it")
    }

    /// The like of what was convicted is given to nobody for a while.
    private func checkAcquitted(_ request: RetainedRequest) {
        guard !convictedAt.isEmpty, let convicted = convictedAt[fingerprint(request)],
            now.microseconds(since: convicted) < RouterCore.quarantineMicroseconds
        else { return }
        cluster.witness.report(
            .twoDeathsConvict, request: request.header.requestID.low,
            "\(id) gives a worker the like of what it has convicted \(now.microseconds(since: convicted)) µs before")
    }

    // MARK: - Workers

    private func workerSaid(_ message: Message, _ link: Int) {
        switch message.body {
        case .report(let report, let incarnation): workerReported(report, incarnation, link)
        default:
            guard let worker = numbers[cluster.network.links[link].incarnation] else { return }
            replyBody = message.body
            core?.workerReplied(worker, message.header, now: now, into: &actions)
        }
        carryOut()
        replyBody = .none
    }

    private func workerReported(_ report: WorkerReport, _ incarnation: UInt64, _ link: Int) {
        guard let worker = core?.workerReported(report, connection: incarnation, now: now, into: &actions) else {
            return
        }
        while connections.count <= worker { connections.append(nil) }
        if let earlier = connections[worker], earlier.incarnation != incarnation {
            numbers[earlier.incarnation] = nil
            lostAt[earlier.incarnation] = cluster.now
        }
        connections[worker] = WorkerConnection(incarnation: incarnation, link: link)
        numbers[incarnation] = worker
    }

    /// - Returns: false when the worker is gone.
    private func send(_ message: Message, toWorker worker: Int) -> Bool {
        guard worker < connections.count, let connection = connections[worker] else { return false }
        let isSent = cluster.network.sendToDialer(
            connection.link, incarnation: connection.incarnation, message, now: cluster.now, cluster)
        if !isSent { lostAt[connection.incarnation] = cluster.now }
        return isSent
    }

    private func tell(
        _ worker: Int, _ kind: MessageKind, _ body: Body = .none, _ key: KeyHash = KeyHash(0), index: UInt64 = 0,
        tag: UInt64 = 0
    ) {
        let header = MessageHeader(
            kind: kind, priority: .commit, deadlineMicroseconds: 0, keyHash: key, requestID: .none, index: index,
            tag: tag)
        if !send(Message(header: header, body: body), toWorker: worker) {
            forgetCarriedOut()
            core?.workerVanished(worker, now: now, into: &actions)
        }
    }

    private func forward(_ slot: Slot, _ worker: Int, _ header: MessageHeader) {
        guard let request = retained[slot.number] else {
            return cluster.witness.report(
                .oneAnswerByDeadline, request: header.requestID.low, "\(id) sent on a request that it has answered")
        }
        checkAcquitted(request)
        cluster.note(id, header.requestID, "gives \(header.kind) to \(core?.name(ofWorker: worker) ?? "nobody")")
        if send(Message(header: header, body: request.body), toWorker: worker) {
            if let incarnation = connections[worker]?.incarnation {
                retained[slot.number]?.holders.append((incarnation, cluster.now))
            }
        } else {
            forgetCarriedOut()
            core?.forwardFailed(slot, worker: worker, isGone: true, now: now, into: &actions)
        }
    }

    /// Whom it trusts, for the trace.
    func noteView() {
        guard cluster.trace.isRecording, let status = core?.status(now: now) else { return }
        let workers = status.workers.map { worker in
            let led = worker.report.replicas.filter { $0.role == .leading }.map(\.partition.description)
            let trust = worker.report.isReady ? "trusted" : "not trusted (\(worker.report.problem))"
            return "\(worker.report.name) \(trust), silent \(worker.silentMilliseconds) ms, "
                + "leads [\(led.joined(separator: " "))]"
        }
        cluster.note(id, "sees " + workers.joined(separator: "; "))
    }

    /// Which of these workers it takes for silent.
    func silentWorkers(among workers: [Int]) -> [NodeID] {
        guard let status = core?.status(now: now) else { return [] }
        return workers.map(NodeID.worker).filter { id in
            status.workers.contains { $0.report.name == "\(id)" && $0.report.problem == "silent" }
        }
    }

    // MARK: - Decisions

    /// Does what the core has decided; what comes of it may be decided on in turn.
    private func carryOut() {
        while carriedOut < actions.count {
            let action = actions[carriedOut]
            carriedOut += 1
            switch action {
            case .forward(let slot, let worker, let header): forward(slot, worker, header)
            case .deliver(let slot, let reply): answer(slot, reply, replyBody)
            case .refuse(let slot, let reply, let refusal): answer(slot, reply, .refusal(refusal))
            case .identify(let slot, _): identify(slot)
            case .assign(let worker, let assignment): tell(worker, .assign, .assignment(assignment))
            case .lead(let worker, let partition, let epoch, let inOrder):
                cluster.note(id, partition, "asks \(core?.name(ofWorker: worker) ?? "nobody") to lead after \(epoch)")
                tell(
                    worker, .lead, .none, KeyHash(UInt64(partition.number)), index: epoch,
                    tag: inOrder ? MessageHeader.inOrderTag : 0)
            case .probe(let worker): tell(worker, .probe)
            }
        }
        forgetCarriedOut()
    }

    /// The core takes what is in the list for what has not happened yet.
    private func forgetCarriedOut() {
        actions.removeFirst(carriedOut)
        carriedOut = 0
    }
}

extension Message {
    /// What two requests share when they ask for the same.
    fileprivate var fingerprint: UInt64 {
        finalMix(body.fingerprint ^ header.keyHash.value ^ UInt64(header.kind.rawValue))
    }
}
