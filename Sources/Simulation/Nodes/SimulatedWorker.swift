// A worker's shell in miniature: the real core on its serving thread, the real log keeper on its disk thread, a simulated
// disk behind it.

import Domain
import Log
import WorkerCore
import WorkerLog

final class SimulatedWorker: SimulatedNode {
    private(set) var core: WorkerCore?
    var disk: SimulatedDiskThread?
    /// Outlives its process: it is the way there that is broken.
    var logReach = LogReach.whole
    var actions: [WorkerAction] = []
    /// Requests that wait for the log, by ticket.
    private var waiting: [Ticket: (header: MessageHeader, link: Int)] = [:]
    private var tickets: UInt64 = 0
    private var deferral = Deferral<DeferredRequest>()
    private var links: [Int] = []
    private var contacts = RouterContacts(routers: 0, now: MonotonicInstant(microseconds: 0))
    private var reportedRoleChanges: UInt64 = 0
    private var nextReport: UInt64 = 0
    private var loading: ModelActivation?
    private var preparation: ModelPreparation?

    private struct DeferredRequest {
        var header: MessageHeader
        var body: Body
        var link: Int
        var deadline: MonotonicInstant
    }

    /// Between two rounds of its loop when nothing comes.
    private static let idleMicroseconds: UInt64 = 50_000

    override func started() {
        let configuration = cluster.scenario.workerConfiguration(id.number, settings)
        core = WorkerCore(configuration, incarnation: incarnation)
        disk = SimulatedDiskThread(worker: self, owner: configuration.name, cluster)
        links = cluster.network.links(of: id)
        contacts = RouterContacts(routers: cluster.routers.count, now: now)
        reportedRoleChanges = 0
        nextReport = cluster.now + settings.heartbeatMicroseconds / 4
        cluster.witness.forget(worker: id.number)
        core?.started(into: &actions)
        carryOut()
        disk?.pollLater()
        wake(at: cluster.now + 1_000)
        for link in links { cluster.network.dial(link, now: cluster.now, cluster) }
    }

    override func ended() {
        disk?.powerLost()
        core = nil
        disk = nil
        actions = []
        waiting = [:]
        deferral = Deferral()
        loading = nil
    }

    var isReady: Bool {
        guard core?.role(of: .broadcast) ?? .loading != .loading else { return false }
        let wanted = core?.activation?.checksum
        return wanted == nil || wanted == core?.servingChecksum
    }

    var wallClock: Timestamp { clock.wall(at: cluster.now) }

    // MARK: - The loop

    override func woken() {
        core?.timeAdvanced(to: now, wallClock, into: &actions)
        retry(deferral.expired(at: now)) { _ in .gaveUp }
        carryOut()
        guard isRunning else { return }
        if cluster.now >= nextReport {
            nextReport = cluster.now + settings.heartbeatMicroseconds
            report()
        }
        wake(at: min(nextReport, cluster.now + Self.idleMicroseconds))
    }

    private func report() {
        guard let report = core?.report(isReady: isReady, problem: "", now: wallClock),
            let roleChanges = core?.roleChanges
        else {
            return
        }
        reportedRoleChanges = roleChanges
        let header = MessageHeader(
            kind: .report, priority: .commit, deadlineMicroseconds: 0, keyHash: KeyHash(0), requestID: .none)
        var unready = report
        unready.isReady = false
        let message = Message(header: header, body: .report(report, incarnation: incarnation))
        let unheard = Message(header: header, body: .report(unready, incarnation: incarnation))
        for link in links {
            let isHeard = contacts.hears(router(of: link), at: now)
            _ = cluster.network.sendToRouter(link, isHeard ? message : unheard, now: cluster.now, cluster)
        }
    }

    private func router(of link: Int) -> Int { cluster.network.links[link].id.router }

    override func received(_ message: Message, on link: Int) {
        let header = message.header
        contacts.heard(router(of: link), at: now)
        switch (header.kind, message.body) {
        case (.assign, .assignment(let assignment)): core?.assigned(assignment, now: now, into: &actions)
        case (.lead, _):
            let partition = PartitionID(UInt16(truncatingIfNeeded: header.keyHash.value))
            core?.leadRequested(
                partition, after: header.index, by: router(of: link), inOrder: header.tag == MessageHeader.inOrderTag,
                now: now, into: &actions)
        case (.probe, _): break
        default: handle(header, message.body, link, .justCome)
        }
        carryOut()
    }

    /// Drains, or serves again.
    func drain(_ isDraining: Bool) { core?.drainRequested(isDraining) }

    // MARK: - Requests

    private func handle(_ header: MessageHeader, _ body: Body, _ link: Int, _ progress: ReadProgress) {
        guard isRunning else { return }
        cluster.note(id, header.requestID, "handles \(header.kind)")
        switch body {
        case .price(let cart): price(cart, header, link, progress)
        case .events(let user, let events):
            core?.eventsReceived(
                events, of: user, header: header, now: wallClock, ticket: ticket(header, link), into: &actions)
        case .catalogue(let tenant, let rows):
            core?.catalogueReceived(rows, tenant: tenant, ticket: ticket(header, link), into: &actions)
        case .activate(let change):
            core?.modelChangeRequested(change, ticket: ticket(header, link), into: &actions)
        case .freeze(let freeze): self.freeze(freeze, header, link, progress)
        case .stock(let tenant, let values): value(values, tenant, header, link, progress)
        case .verify(let token): reply(header, .answered(.personal), verify(token), link)
        default:
            guard header.kind == .checkpoint else { return }
            let partition = PartitionID(UInt16(truncatingIfNeeded: header.keyHash.value))
            core?.checkpointRequested(partition, ticket: ticket(header, link), into: &actions)
        }
    }

    private func ticket(_ header: MessageHeader, _ link: Int) -> Ticket {
        tickets += 1
        let ticket = Ticket(tickets, router: router(of: link))
        waiting[ticket] = (header, link)
        return ticket
    }

    private func price(
        _ cart: PriceRequest, _ header: MessageHeader, _ link: Int, _ progress: ReadProgress
    ) {
        if cart.lines.contains(where: { $0.product == PaperShop.poison }) {
            return cluster.workerStopped(id.number, because: "a request of death", request: header.requestID)
        }
        do throws(Refusal) {
            let broadcastIndex = core?.index(of: .broadcast) ?? 0
            guard let quote = try core?.priceRequested(cart, header: header, now: wallClock) else { return }
            let index = core?.index(seenBy: header.keyHash) ?? 0
            cluster.note(
                id, header.requestID,
                "prices " + quote.lines.map { "\($0.product) \($0.personalPrice.minorUnits)" }.joined(separator: ", "))
            cluster.witness.quoted(quote, by: id.number, seen: index, broadcast: broadcastIndex, request: header)
            reply(header, .answered(quote.level), .quote(quote, PaperToken(sealing: quote)), link, index: index)
        } catch {
            refuseOrWait(.price(cart), header, link, refused: error, progress)
        }
    }

    private func freeze(_ asked: PriceFreeze, _ header: MessageHeader, _ link: Int, _ progress: ReadProgress) {
        var freeze = asked
        freeze.at = wallClock
        do throws(Refusal) {
            try core?.check(freeze)
            core?.freezeRequested(freeze, ticket: ticket(header, link), into: &actions)
        } catch {
            refuseOrWait(.freeze(asked), header, link, refused: error, progress)
        }
    }

    private func value(
        _ values: [StockValue], _ tenant: String, _ header: MessageHeader, _ link: Int, _ progress: ReadProgress
    ) {
        do throws(Refusal) {
            try core?.check(values, tenant: tenant, at: wallClock)
            core?.stockValued(
                values, tenant: tenant, at: wallClock, ticket: ticket(header, link), into: &actions)
        } catch {
            refuseOrWait(.stock(tenant: tenant, values), header, link, refused: error, progress)
        }
    }

    private func refuseOrWait(
        _ body: Body, _ header: MessageHeader, _ link: Int, refused refusal: Refusal, _ progress: ReadProgress
    ) {
        let waits: Bool
        switch progress {
        case .justCome: waits = putAside(body, header, link, refused: refusal, deadline: nil)
        case .waiting(let deadline): waits = putAside(body, header, link, refused: refusal, deadline: deadline)
        case .settled: return refuse(header, refusal, link)
        case .gaveUp: waits = false
        }
        if !waits { refuse(header, WorkerCore.unproven(refusal), link) }
    }

    private func putAside(
        _ body: Body, _ header: MessageHeader, _ link: Int, refused refusal: Refusal,
        deadline: MonotonicInstant?
    ) -> Bool {
        guard let condition = core?.condition(for: header, refused: refusal) else { return false }
        let span = UInt64(header.deadlineMicroseconds)
        let deadline = deadline ?? now.adding(microseconds: span)
        // An eighth is left for the answer's way back.
        return deferral.add(
            DeferredRequest(header: header, body: body, link: link, deadline: deadline), until: condition,
            deadline: max(now, MonotonicInstant(microseconds: deadline.microseconds - span / 8)), into: &actions)
    }

    private func verify(_ token: PaperToken) -> Body {
        guard token.isGenuine else {
            return .refusal(
                Refusal(.invalidQuote, place: "token", remedy: "Present a token as this cluster issued it."))
        }
        guard wallClock < token.expiresAt else {
            return .refusal(Refusal(.quoteExpired, place: "token", remedy: "Ask for a new price."))
        }
        return .verified(token)
    }

    // MARK: - Answers

    private func reply(
        _ request: MessageHeader, _ status: AnswerStatus, _ body: Body, _ link: Int, index: UInt64 = 0
    ) {
        cluster.note(id, request.requestID, "says \(status) to \(request.kind), index \(index)")
        let message = Message(header: request.reply(status, index: index), body: body)
        _ = cluster.network.sendToRouter(link, message, now: cluster.now, cluster)
    }

    private func refuse(_ request: MessageHeader, _ refusal: Refusal, _ link: Int, index: UInt64 = 0) {
        reply(request, .refused(refusal.code), .refusal(refusal), link, index: index)
    }

    private func answer(_ ticket: Ticket, _ answer: WorkerAnswer) {
        guard let (request, link) = waiting.removeValue(forKey: ticket) else {
            return cluster.witness.report(.oneAnswerByDeadline, "\(id) answered a request twice")
        }
        switch answer {
        case .events(let acknowledgement):
            reply(
                request, .answered(.personal), .eventAcknowledgement(acknowledgement), link,
                index: acknowledgement.index)
        case .catalogue(let acknowledgement), .stock(_, let acknowledgement):
            reply(
                request, .answered(.personal), .catalogueAcknowledgement(acknowledgement), link,
                index: acknowledgement.index)
        case .activation(let acknowledgement):
            reply(
                request, .answered(.personal), .activationAcknowledgement(acknowledgement), link,
                index: acknowledgement.index)
        case .checkpoint(_, let index):
            reply(request, .answered(.personal), .checkpointAcknowledgement(index: index), link, index: index)
        case .freeze(_, let acknowledgement):
            reply(
                request, .answered(.personal), .freezeAcknowledgement(acknowledgement), link,
                index: acknowledgement.index)
        case .notLeader(let partition, let epoch):
            if let refusal = core?.notLeader(partition) { refuse(request, refusal, link, index: epoch) }
        case .refused(let refusal): refuse(request, refusal, link)
        }
    }

    func carryOut() {
        carryOutActions()
        // Routers hear at once of a role that has changed.
        if let roleChanges = core?.roleChanges, roleChanges != reportedRoleChanges { report() }
    }

    private func carryOutActions() {
        while !actions.isEmpty, isRunning {
            let decided = actions
            actions.removeAll(keepingCapacity: true)
            for action in decided {
                if case .release(let partition) = action { released(partition) }
                if let command = LogCommand(action) {
                    cluster.note(id, command)
                    disk?.post(.log(command))
                    continue
                }
                switch action {
                case .answer(let ticket, let answer): self.answer(ticket, answer)
                case .hashState(let state): disk?.post(.hash(state))
                case .snapshotDue(let state): disk?.post(.keepSnapshot(state))
                default: break
                }
            }
        }
    }

    private func released(_ partition: PartitionID) {
        cluster.witness.forget(worker: id.number, partition: partition)
        retry(deferral.released(partition)) { _ in .gaveUp }
    }

    // MARK: - The disk

    /// The disk thread has done something.
    func diskAnswered(_ answer: SimulatedDiskThread.Answer) {
        switch answer {
        case .log(let events):
            for event in events { logSpoke(event) }
            loadMissingModel()
        case .hashed(let partition, let checkpoint): core?.stateHashed(partition, checkpoint)
        case .modelLoaded(let activation):
            loading = nil
            // The log may have changed its mind while it was loaded.
            let isWanted = core?.missingModels.contains { $0.checksum == activation.checksum } == true
            if isWanted, let bundle = cluster.models[activation.checksum] {
                if let prepared = preparation?.prepared(bundle, checksum: activation.checksum) {
                    core?.modelLoaded(prepared, into: &actions)
                }
            }
            loadMissingModel()
        case .nothing: break
        }
        carryOut()
    }

    private func logSpoke(_ event: LogEvent) {
        cluster.note(id, event)
        core?.logSpoke(event, now: now, into: &actions)
        carryOut()
        guard isRunning else { return }
        switch event {
        case .caughtUp(let partition):
            retry(deferral.caughtUp(partition, into: &actions)) { _ in .settled }
        case .followed(let partition, _, _, _), .appended(let partition), .loaded(let partition, _, _):
            if !deferral.isEmpty, let index = core?.index(of: partition) {
                retry(deferral.applied(partition, upTo: index)) { .waiting(until: $0.deadline) }
            }
        case .claimed, .claimRefused, .appendRefused: break
        }
    }

    private func retry(_ requests: [DeferredRequest], having progress: (DeferredRequest) -> ReadProgress) {
        for request in requests {
            let progress = progress(request)
            guard progress.hasReason || now < request.deadline else {
                refuse(
                    request.header,
                    Refusal(.deadlineExpired, place: "header[8..<12]", remedy: "Allow more microseconds."), request.link
                )
                continue
            }
            handle(request.header, request.body, request.link, progress)
        }
        carryOut()
    }

    /// Loads the next of the models that the log names and that are not here.
    private func loadMissingModel() {
        guard loading == nil, let activation = core?.missingModels.first else { return }
        loading = activation
        preparation = core?.preparation(now: wallClock)
        disk?.post(.loadModel(activation))
    }
}
