// A shop's client: the real call plan, paper in place of sockets, and the suspicion of somebody who was told things.

import ClientCore
import Domain

class SimulatedClient: SimulatedNode {
    private(set) var calls: [ClientCall] = []
    var random: SeededRandom
    private var pool: RouterPool
    private var order = WriteOrder()
    /// The routers that it knows, by the pool's numbers.
    var routers: [Int]

    init(_ id: NodeID, _ cluster: SimulatedCluster, clock: SimulatedClock, routers: [Int], random: SeededRandom) {
        self.random = random
        self.routers = routers
        pool = RouterPool(count: routers.count, seed: UInt64(id.number))
        super.init(id, cluster, clock: clock)
    }

    /// It knows only these routers from now on.
    func use(routers: [Int]) {
        self.routers = routers
        pool = RouterPool(count: routers.count, seed: UInt64(id.number))
    }

    override func started() {
        for link in cluster.network.links(of: id) { cluster.network.dial(link, now: cluster.now, cluster) }
        wake(at: cluster.now + 10_000)
    }

    /// A call has ended. `definitely` says that nothing came of it.
    func ended(_ call: ClientCall, _ ending: CallPlan.Ending) {}

    override func woken() {
        for call in calls where !call.isEnded && call.waitsUntil <= cluster.now {
            decide(call, call.plan.timeAdvanced(to: now, with: &pool))
        }
        sweep()
    }

    /// Forgets calls that have ended, and asks to be woken for the others.
    private func sweep() {
        calls.removeAll(where: \.isEnded)
        for call in calls where call.waitsUntil < .max { wake(at: call.waitsUntil) }
    }

    // MARK: - Calling

    func newCall(
        _ kind: MessageKind, _ key: KeyHash, index: UInt64 = 0, _ body: Body, deadlineMicroseconds: UInt32
    ) -> ClientCall {
        ClientCall(
            id: RequestID(using: &random), kind: kind, key: key, index: index, body: body,
            deadlineMicroseconds: deadlineMicroseconds,
            plan: CallPlan(deadlineMicroseconds: deadlineMicroseconds, at: now, seed: random.next()),
            startedAt: cluster.now)
    }

    func make(_ call: ClientCall) {
        calls.append(call)
        cluster.counts.calls += 1
        cluster.note(id, call.id, "calls \(call.kind), \(call.deadlineMicroseconds / 1_000) ms")
        decide(call, call.plan.started(at: now, with: &pool))
        sweep()
    }

    private func decide(_ call: ClientCall, _ first: CallPlan.Decision) {
        var decision = first
        while true {
            switch decision {
            case .send(let number, let attempt, let deadline):
                let link = cluster.network.link(from: id, toRouter: routers[number])
                let connection = cluster.network.links[link].seenByDialer
                let header = call.header(attempt: attempt, deadlineMicroseconds: deadline)
                let isSent = cluster.network.sendToRouter(
                    link, Message(header: header, body: call.body), now: cluster.now, cluster)
                if isSent {
                    sent(call, attempt, number, connection)
                    decision = call.plan.timeAdvanced(to: now, with: &pool)
                } else {
                    decision = call.plan.sendFailed(number, at: now, with: &pool)
                }
            case .wait(let instant):
                call.waitsUntil = clock.time(of: instant)
                return
            case .finish(let ending): return finish(call, ending)
            case .ignore: return
            }
        }
    }

    private func sent(_ call: ClientCall, _ attempt: Int, _ router: Int, _ connection: UInt64) {
        cluster.note(id, call.id, "asks r\(routers[router] + 1), attempt \(attempt + 1)")
        while call.attempts.count > attempt { call.attempts.removeLast() }
        call.attempts.append((router, connection, false))
        if attempt == 0, case .events(let user, _) = call.body, call.repetitions == 0 {
            call.order = order.sent(user, by: router, connection)
        } else {
            // Sent twice: nobody can say when it had its effect.
            call.order = nil
        }
    }

    override func received(_ message: Message, on link: Int) {
        let router = cluster.network.links[link].id.router
        guard let number = routers.firstIndex(of: router) else { return }
        guard let call = calls.first(where: { $0.id == message.header.requestID }) else { return }
        let attempt = Int(truncatingIfNeeded: message.header.tag)
        if call.attempts.indices.contains(attempt), call.attempts[attempt].router == number {
            if call.attempts[attempt].isAnswered, !cluster.scenario.faults.contains(.duplicate) {
                cluster.witness.report(
                    .oneAnswerByDeadline, request: call.id.low, "r\(router + 1) answered one attempt of a call twice")
            }
            call.attempts[attempt].isAnswered = true
        }
        call.heard(message)
        decide(
            call, call.plan.replied(message.header.status, to: attempt, from: number, at: now, with: &pool))
        sweep()
    }

    // MARK: - Endings

    private func finish(_ call: ClientCall, _ ending: CallPlan.Ending) {
        if call.isEnded {
            return cluster.witness.report(.oneAnswerByDeadline, request: call.id.low, "a call ended twice")
        }
        call.isEnded = true
        cluster.note(id, call.id, "is told: \(ending)")
        let latest = call.startedAt + UInt64(call.deadlineMicroseconds) + CallRules.travelMicroseconds
        if cluster.now > max(latest, awakeSince) + 1_000 {
            cluster.witness.report(.oneAnswerByDeadline, request: call.id.low, "a call ended after its deadline")
        }
        judge(call, ending)
        ended(call, ending)
    }

    /// Compares what the client was told with what is true.
    private func judge(_ call: ClientCall, _ ending: CallPlan.Ending) {
        guard let reply = ending == .refused ? call.lastRefusal : call.lastReply, ending != .unknown else {
            return cluster.counts.unknown += 1
        }
        switch (ending, reply.header.status) {
        case (.answered, .answered): judgeAnswer(call, reply)
        case (_, .refused(let code)): judgeRefusal(call, code)
        case (.refused, .answered):
            cluster.witness.report(.unknownIsNotFailed, request: call.id.low, "an answered call was told to be refused")
        case (.unknown, _): break
        }
    }

    private func judgeAnswer(_ call: ClientCall, _ reply: Message) {
        cluster.counts.answered += 1
        switch (call.body, reply.body) {
        case (.price(let request), .quote(let quote, _)):
            cluster.counts.prices += 1
            cluster.witness.received(
                quote, for: request, index: reply.header.index,
                request: call.header(attempt: 0, deadlineMicroseconds: 0))
        case (.events, .eventAcknowledgement(let acknowledgement)):
            cluster.counts.acknowledgedEvents += call.eventIDs.count
            cluster.witness.acknowledged(call.eventIDs, acknowledgement, request: call.id.low)
            judgeOrder(call)
        case (.catalogue, .catalogueAcknowledgement(let acknowledgement)):
            cluster.witness.acknowledgedBroadcast(index: acknowledgement.index, request: call.id.low)
        case (.activate, .activationAcknowledgement(let acknowledgement)):
            cluster.witness.acknowledgedBroadcast(index: acknowledgement.index, request: call.id.low)
        case (.stock, .catalogueAcknowledgement(let acknowledgement)):
            cluster.witness.acknowledgedBroadcast(index: acknowledgement.index, request: call.id.low)
        case (.freeze, .freezeAcknowledgement(let acknowledgement)):
            cluster.witness.acknowledgedBroadcast(index: acknowledgement.index, request: call.id.low)
        case (.verify(let token), .verified(let verified)):
            if verified != token { invalid(call, "another promise than was made") }
        case (.verify(let token), .refusal(let refusal)):
            judgeVerification(call, token, refusal)
        case (.none, .checkpointAcknowledgement): break
        default:
            cluster.witness.report(
                .oneAnswerByDeadline, request: call.id.low, "a call of \(call.kind) got an answer to something else")
        }
    }

    private func judgeOrder(_ call: ClientCall) {
        guard let place = call.order, let first = call.eventIDs.first, cluster.scenario.faults.keepsOrder,
            call.attempts.count == 1, let index = cluster.witness.logIndex(of: first),
            let text = order.acknowledged(place, at: index)
        else { return }
        cluster.witness.report(
            .userOrder, request: call.id.low, partition: call.key.partition(of: cluster.scenario.partitions), text)
    }

    private func judgeVerification(_ call: ClientCall, _ token: PaperToken, _ refusal: Refusal) {
        // A clock that was set may believe that a quote has expired; nobody else may, but for a little drift.
        let isExpired = token.expiresAt.adding(milliseconds: -10_000) <= clock.wall(at: cluster.now)
        if refusal.code == .invalidQuote {
            invalid(call, "a genuine quote was called invalid")
        } else if refusal.code == .quoteExpired, !isExpired, !cluster.scenario.faults.contains(.clockJump) {
            invalid(call, "a quote was called expired that is not")
        }
    }

    private func invalid(_ call: ClientCall, _ text: String) {
        cluster.witness.report(.quoteVerifiesEverywhere, request: call.id.low, text)
    }

    private func judgeRefusal(_ call: ClientCall, _ code: RefusalCode) {
        cluster.counts.refused += 1
        cluster.counts.refusals[code, default: 0] += 1
        // These say themselves that something may have come of it.
        guard code != .outcomeUnknown, code != .quarantined else { return }
        // A doubled message lives on after its twin was refused.
        guard call.kind == .events, call.repetitions == 0, !cluster.scenario.faults.contains(.duplicate) else {
            return
        }
        cluster.witness.refused(
            call.eventIDs, in: call.key.partition(of: cluster.scenario.partitions), code: code, request: call.id.low)
    }
}
