// What a header looks like on each side of the router.

import Domain
import RouterCore
import Testing

@Suite struct RouterHeaderTests {
    private let start = MonotonicInstant(microseconds: 5_000_000)

    private func router() -> RouterCore {
        var core = RouterCore(
            RouterConfiguration(
                cluster: "farthing", name: "r1", workers: ["w1"], partitions: 16, inFlightCapacity: 4,
                suspectAfterMicroseconds: 500_000),
            now: start)
        let report = WorkerReport(
            name: "w1", isReady: true, modelVersion: 0, catalogueProducts: 0, broadcastIndex: 0, answered: 0,
            partitions: 16, problem: "")
        core.workerReported(0, report, now: start)
        return core
    }

    private func request(_ kind: MessageKind = .price) -> MessageHeader {
        MessageHeader(
            kind: kind, priority: .browse, deadlineMicroseconds: 50_000,
            keyHash: KeyHash(tenant: "demo", user: "anna"), requestID: RequestID(high: 3, low: 4), index: 17, tag: 99)
    }

    @Test func aWorkerSeesTheRequestAsTheClientSentItUnderTheRoutersTag() throws {
        var core = router()
        guard case .forward(let slot, 0, let forwarded) = core.requestReceived(request(), now: start) else {
            Issue.record("not forwarded")
            return
        }
        var expected = request()
        expected.tag = slot.tag
        #expect(forwarded == expected)
    }

    @Test func aClientSeesItsOwnTagAndTheTimeThatIsLeft() throws {
        var core = router()
        guard case .forward(_, _, let forwarded) = core.requestReceived(request(), now: start) else {
            Issue.record("not forwarded")
            return
        }
        let reply = forwarded.reply(.answered(.segment), index: 20)
        let decision = core.workerReplied(0, reply, now: start.adding(microseconds: 12_000))
        guard case .deliver(_, let delivered) = decision else {
            Issue.record("not delivered")
            return
        }
        var expected = request().reply(.answered(.segment), index: 20)
        expected.deadlineMicroseconds = 38_000
        #expect(delivered == expected)
    }

    /// A tag alone proves little: one that an earlier life of this router gave may be in use again.
    @Test func aReplyToAnotherRequestUnderTheSameTagIsDropped() {
        var core = router()
        guard case .forward(_, _, let forwarded) = core.requestReceived(request(), now: start) else {
            Issue.record("not forwarded")
            return
        }
        var other = forwarded.reply(.answered(.personal))
        other.requestID = RequestID(high: 3, low: 5)
        #expect(core.workerReplied(0, other, now: start) == .drop)
        other = forwarded.reply(.answered(.personal))
        other.kind = .events
        #expect(core.workerReplied(0, other, now: start) == .drop)
        #expect(core.hasRequestsInFlight)
    }

    @Test func aWorkerDecidesTheOutcomeAndNothingElseOfTheHeader() {
        var core = router()
        guard case .forward(_, _, let forwarded) = core.requestReceived(request(), now: start) else {
            Issue.record("not forwarded")
            return
        }
        var confused = forwarded.reply(.answered(.list))
        confused.keyHash = KeyHash(1)
        confused.priority = .shadow
        guard case .deliver(_, let delivered) = core.workerReplied(0, confused, now: start) else {
            Issue.record("not delivered")
            return
        }
        #expect(delivered == request().reply(.answered(.list)))
    }

    @Test func aRequestFromAWorkerIsNoReply() {
        var core = router()
        guard case .forward(_, _, let forwarded) = core.requestReceived(request(), now: start) else {
            Issue.record("not forwarded")
            return
        }
        #expect(core.workerReplied(0, forwarded, now: start) == .drop)
        #expect(core.hasRequestsInFlight)
    }

    @Test func aReplyFromAClientIsRefused() {
        var core = router()
        let decision = core.requestReceived(request().reply(.answered(.personal)), now: start)
        guard case .refuse(_, let refusal) = decision else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .unknownKind)
    }

    @Test func theReportOfAWorkerIsShownWithItsSilence() {
        var core = router()
        _ = core.requestReceived(request(), now: start)
        let status = core.status(now: start.adding(microseconds: 2_500_000))
        #expect(status.uptimeMilliseconds == 2_500)
        #expect(status.workers.map(\.silentMilliseconds) == [2_500])
        #expect(status.workers.map(\.report.isReady) == [false], "silent for too long to be given requests")
        #expect(core.status(now: start).workers.map(\.report.isReady) == [true])
        #expect(status.workers.map(\.inFlight) == [1])
        #expect(status.inFlight == 1)
        _ = core.workerVanished(0)
        let gone = core.status(now: start)
        #expect(gone.workers.map(\.report.problem) == ["has not reported"])
        #expect(gone.workers.map(\.report.name) == ["w1"])
        #expect(gone.inFlight == 0)
    }
}
