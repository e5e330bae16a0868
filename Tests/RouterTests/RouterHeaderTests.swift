// What a header looks like on each side of the router.

import Domain
import RouterCore
import Testing

@Suite struct RouterHeaderTests {
    private let start = MonotonicInstant(microseconds: 5_000_000)

    /// A router whose only worker leads everything, and a request that it has sent there.
    private struct Exchange {
        var core: RouterCore
        var actions: [RouterAction] = []
        var slot: Slot?
        var forwarded: MessageHeader?

        init(_ request: MessageHeader, at start: MonotonicInstant) {
            core = RouterCore(
                RouterConfiguration(
                    cluster: "farthing", name: "r1", partitions: 16, replicas: 2, inFlightCapacity: 4,
                    heartbeatMicroseconds: 50_000, suspectAfterMicroseconds: 500_000),
                now: start)
            let replicas = (0..<16).map {
                ReplicaReport(partition: PartitionID($0), role: .leading, epoch: 1, index: 17)
            }
            let report = WorkerReport(
                name: "w1", isReady: true, modelVersion: 0, catalogueProducts: 0, broadcastIndex: 0, answered: 0,
                problem: "", replicas: replicas)
            _ = core.workerReported(report, connection: 7, now: start, into: &actions)
            actions = []
            if case .retain(let slot) = core.requestReceived(request, now: start, into: &actions) { self.slot = slot }
            if case .forward(_, 0, let header) = actions.first { forwarded = header }
            actions = []
        }

        /// What the client gets of this reply.
        mutating func delivered(_ reply: MessageHeader, now: MonotonicInstant) -> MessageHeader? {
            core.workerReplied(0, reply, now: now, into: &actions)
            guard case .deliver(slot, let header) = actions.first else { return nil }
            return header
        }
    }

    private func request(_ kind: MessageKind = .price) -> MessageHeader {
        MessageHeader(
            kind: kind, priority: .browse, deadlineMicroseconds: 50_000,
            keyHash: KeyHash(tenant: "demo", user: "anna"), requestID: RequestID(high: 3, low: 4), index: 17, tag: 99)
    }

    @Test func aWorkerSeesTheRequestAsTheClientSentItUnderTheRoutersTag() throws {
        let exchange = Exchange(request(), at: start)
        var expected = request()
        expected.tag = try #require(exchange.slot).tag
        #expect(exchange.forwarded == expected)
    }

    @Test func aClientSeesItsOwnTagAndTheTimeThatIsLeft() throws {
        var exchange = Exchange(request(), at: start)
        let reply = try #require(exchange.forwarded).reply(.answered(.segment), index: 20)
        var expected = request().reply(.answered(.segment), index: 20)
        expected.deadlineMicroseconds = 38_000
        #expect(exchange.delivered(reply, now: start.adding(microseconds: 12_000)) == expected)
    }

    @Test func theNextWorkerSeesTheTimeThatIsLeft() throws {
        var exchange = Exchange(request(), at: start)
        let later = start.adding(microseconds: 12_000)
        let report = WorkerReport(
            name: "w2", isReady: true, modelVersion: 0, catalogueProducts: 0, broadcastIndex: 0, answered: 0,
            problem: "",
            replicas: (0..<16).map {
                ReplicaReport(partition: PartitionID($0), role: .following, epoch: 1, index: 17)
            })
        _ = exchange.core.workerReported(report, connection: 8, now: later, into: &exchange.actions)
        exchange.actions = []
        exchange.core.workerVanished(0, now: later, into: &exchange.actions)
        var expected = request()
        expected.tag = try #require(exchange.slot).tag
        expected.deadlineMicroseconds = 38_000
        let slot = try #require(exchange.slot)
        #expect(exchange.actions.contains(.forward(slot, worker: 1, expected)))
    }

    /// A tag alone proves little: one that an earlier life of this router gave may be in use again.
    @Test func aReplyToAnotherRequestUnderTheSameTagIsDropped() throws {
        var exchange = Exchange(request(), at: start)
        var other = try #require(exchange.forwarded).reply(.answered(.personal))
        other.requestID = RequestID(high: 3, low: 5)
        #expect(exchange.delivered(other, now: start) == nil)
        other = try #require(exchange.forwarded).reply(.answered(.personal))
        other.kind = .events
        #expect(exchange.delivered(other, now: start) == nil)
        #expect(exchange.core.hasRequestsInFlight)
    }

    @Test func aWorkerDecidesTheOutcomeAndNothingElseOfTheHeader() throws {
        var exchange = Exchange(request(), at: start)
        var confused = try #require(exchange.forwarded).reply(.answered(.list))
        confused.keyHash = KeyHash(1)
        confused.priority = .shadow
        #expect(exchange.delivered(confused, now: start) == request().reply(.answered(.list)))
    }

    @Test func aRequestFromAWorkerIsNoReply() throws {
        var exchange = Exchange(request(), at: start)
        let forwarded = try #require(exchange.forwarded)
        #expect(exchange.delivered(forwarded, now: start) == nil)
        #expect(exchange.core.hasRequestsInFlight)
    }

    @Test func aReplyFromAClientIsRefused() {
        var exchange = Exchange(request(), at: start)
        let decision = exchange.core.requestReceived(
            request().reply(.answered(.personal)), now: start, into: &exchange.actions)
        guard case .refuse(_, let refusal) = decision else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .unknownKind)
    }

    @Test func theReportOfAWorkerIsShownWithItsSilence() {
        var exchange = Exchange(request(), at: start)
        let status = exchange.core.status(now: start.adding(microseconds: 2_500_000))
        #expect(status.uptimeMilliseconds == 2_500)
        #expect(status.workers.map(\.silentMilliseconds) == [2_500])
        #expect(status.workers.map(\.report.isReady) == [true])
        #expect(status.workers.map(\.inFlight) == [1])
        #expect(status.inFlight == 1)
        exchange.core.timeAdvanced(to: start.adding(microseconds: 5_000), into: &exchange.actions)
        exchange.core.timeAdvanced(to: start.adding(microseconds: 15_000), into: &exchange.actions)
        exchange.core.workerVanished(0, now: start.adding(microseconds: 20_000), into: &exchange.actions)
        let gone = exchange.core.status(now: start.adding(microseconds: 20_000))
        #expect(gone.workers.map(\.report.isReady) == [false])
        #expect(gone.workers.map(\.report.name) == ["w1"])
        #expect(gone.workers.map(\.inFlight) == [0])
        #expect(gone.inFlight == 1, "it waits for somebody else")
    }
}
