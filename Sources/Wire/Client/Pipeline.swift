// Many requests at once: for importing and for load. The caller gives each request a tag below the number
// outstanding and gets the tag back with the answer, exactly once. A request's body is kept until then (it is the
// caller's array, not a copy), because a router may fall silent and another must get it.

import ClientCore
import Domain
import Operations
import Wire
import ZeroMQ

public final class Pipeline {
    /// A request under way.
    private struct Call {
        var header: MessageHeader
        var body: [UInt8]
        var plan: CallPlan
        /// When the plan wants to know the time; nil when nobody waits for an answer under this tag.
        var dueAt: MonotonicInstant?
    }

    private let sockets: RouterSockets
    private var routers: RouterPool
    private let rules: CallRules
    private let place: String
    private let encoder = BodyEncoder(capacity: 1 << 16)
    /// By tag.
    private var calls: [Call] = []
    private var underWay = 0
    /// What was refused and not given up, by tag.
    private var refusals: [Int: (header: MessageHeader, body: [UInt8])] = [:]
    /// No call is due before.
    private var nextDue = MonotonicInstant(microseconds: .max)
    /// Calls that ended without a reply of their own to hand over at this moment.
    private var ended: [(header: MessageHeader, body: [UInt8])] = []

    /// Tags are below; the attempt's number stands above them on the wire.
    public static let tags = 1 << 20
    private static let attemptShift: UInt64 = 56

    /// - Parameter endpoints: the routers' addresses for clients, 1 to 16.
    public init(endpoints: [String], rules: CallRules = CallRules()) throws(ClientError) {
        var random = SystemRandomNumberGenerator()
        place = endpoints.joined(separator: ", ")
        sockets = try RouterSockets(endpoints, highWater: 100_000)
        routers = RouterPool(count: endpoints.count, seed: random.next())
        self.rules = rules
    }

    public convenience init(endpoint: String) throws(ClientError) { try self.init(endpoints: [endpoint]) }

    /// Sends a request; `header.tag` comes back with its answer.
    /// - Precondition: the tag is below `tags` and not under way; the request id is no other request's.
    public func send(_ request: MessageHeader, body: [UInt8]) throws(ClientError) {
        guard let tag = Int(exactly: request.tag), tag < Self.tags else {
            preconditionFailure("tag \(request.tag) is not below \(Self.tags)")
        }
        let now = Clock.monotonic()
        let plan = CallPlan(
            deadlineMicroseconds: request.deadlineMicroseconds, at: now, rules: rules, seed: request.requestID.low)
        let call = Call(header: request, body: body, plan: plan)
        while calls.count < tag { calls.append(Call(header: request, body: [], plan: plan)) }
        if tag < calls.count {
            precondition(calls[tag].dueAt == nil, "tag \(tag) is under way")
            calls[tag] = call
        } else {
            calls.append(call)
        }
        underWay += 1
        routers.cover(calls: underWay)
        try follow(calls[tag].plan.started(at: now, with: &routers), tag, now)
    }

    /// Hands over every answer that has arrived, waiting for the first.
    /// - Parameter answered: gets the header and the body, which is only readable inside the call. A request whose
    ///   outcome nobody knows is answered like one that a router reports so: refused as `outcomeUnknown`.
    /// - Returns: how many answers arrived; 0 when none did in time.
    public func receive(
        timeoutMilliseconds: Int, _ answered: (MessageHeader, RawSpan) -> Void
    ) throws(ClientError) -> Int {
        var now = Clock.monotonic()
        let until = now.adding(microseconds: UInt64(max(0, timeoutMilliseconds)) * 1_000)
        while true {
            var count = 0
            for router in 0..<sockets.count { count += try drain(router, now, answered) }
            if now >= nextDue { try advance(to: now) }
            count += handOver(answered)
            if count > 0 || now >= until { return count }
            try sockets.wait(microseconds: min(until, nextDue).microseconds(since: now))
            now = Clock.monotonic()
        }
    }
}

// MARK: - Events

extension Pipeline {
    /// Takes everything that has arrived from a router.
    private func drain(
        _ router: Int, _ now: MonotonicInstant, _ answered: (MessageHeader, RawSpan) -> Void
    ) throws(ClientError) -> Int {
        var count = 0
        while true {
            switch try sockets.receive(from: router) {
            case .nothing: return count
            case .noise: continue
            case .reply(let reply):
                guard let tag = tag(of: reply) else {
                    routers.heard(from: router, at: now)
                    continue
                }
                let attempt = Int(reply.tag >> Self.attemptShift)
                let decision = calls[tag].plan.replied(
                    reply.status, to: attempt, from: router, at: now, with: &routers)
                if decision == .finish(.answered) {
                    var header = reply
                    header.tag = UInt64(tag)
                    free(tag)
                    sockets.body.withBytes { answered(header, $0) }
                    count += 1
                } else {
                    keep(reply, tag)
                    try follow(decision, tag, now)
                }
            }
        }
    }

    /// Remembers a refusal that may turn out to be the last word.
    private func keep(_ reply: MessageHeader, _ tag: Int) {
        guard case .refused(let code) = reply.status else { return }
        if case .refused(let earlier) = refusals[tag]?.header.status, earlier.outlasts(code) { return }
        refusals[tag] = (reply, sockets.body.copy())
    }

    /// The tag of the call that a reply belongs to; nil for a late one.
    private func tag(of reply: MessageHeader) -> Int? {
        let tag = Int(reply.tag & (1 << Self.attemptShift - 1))
        guard calls.indices.contains(tag), calls[tag].dueAt != nil,
            calls[tag].header.requestID == reply.requestID
        else { return nil }
        return tag
    }

    /// Tells the time to every call that wants to know it.
    private func advance(to now: MonotonicInstant) throws(ClientError) {
        nextDue = MonotonicInstant(microseconds: .max)
        for tag in calls.indices {
            guard let due = calls[tag].dueAt else { continue }
            if due <= now {
                try follow(calls[tag].plan.timeAdvanced(to: now, with: &routers), tag, now)
            } else {
                nextDue = min(nextDue, due)
            }
        }
    }

    /// Carries out what a plan decides until it waits or ends.
    private func follow(_ first: CallPlan.Decision, _ tag: Int, _ now: MonotonicInstant) throws(ClientError) {
        var decision = first
        while true {
            switch decision {
            case .send(let router, let attempt, let microseconds):
                var header = calls[tag].header
                header.deadlineMicroseconds = microseconds
                header.tag |= UInt64(attempt) << Self.attemptShift
                let left = try sockets.send(header, calls[tag].body, to: router)
                decision =
                    left
                    ? calls[tag].plan.timeAdvanced(to: now, with: &routers)
                    : calls[tag].plan.sendFailed(router, at: now, with: &routers)
            case .wait(let until):
                calls[tag].dueAt = until
                nextDue = min(nextDue, until)
                return
            case .finish:
                end(tag)
                return
            case .ignore: return
            }
        }
    }
}

// MARK: - Endings

extension Pipeline {
    /// Ends a call without a reply of its own to hand over: with the last word of the routers, or for want of one.
    private func end(_ tag: Int) {
        let (header, plan) = (calls[tag].header, calls[tag].plan)
        let refusal = refusals[tag]
        free(tag)
        if !plan.isAwaitingAnswer, var refusal {
            refusal.header.tag = UInt64(tag)
            ended.append(refusal)
            return
        }
        let unknown = Refusal(
            .outcomeUnknown, place: place,
            value: plan.wasSent ? "no answer within the deadline" : "no router could be reached",
            remedy: "Send it again with the same ids.")
        ended.append((header.reply(.refused(.outcomeUnknown)), encoder.refusal(unknown).bytes))
    }

    private func handOver(_ answered: (MessageHeader, RawSpan) -> Void) -> Int {
        guard !ended.isEmpty else { return 0 }
        let batch = ended
        ended.removeAll()
        for (header, body) in batch { answered(header, unsafe body.span.bytes) }
        return batch.count
    }

    private func free(_ tag: Int) {
        calls[tag].dueAt = nil
        calls[tag].body = []
        if !refusals.isEmpty { refusals[tag] = nil }
        underWay -= 1
    }
}
