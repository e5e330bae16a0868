import Domain
import Testing
import WorkerCore

@Suite struct BusyShareTests {
    private let start = MonotonicInstant(microseconds: 7_000_000)

    private func later(_ microseconds: UInt64) -> MonotonicInstant { start.adding(microseconds: microseconds) }

    @Test func whatIsNotWaitedForIsWork() {
        var share = BusyShare(now: start)
        #expect(share.perMille == 0)
        share.waited(from: later(10_000), to: later(20_000))
        share.waited(from: later(30_000), to: later(35_000))
        share.measured(at: later(50_000))
        #expect(share.perMille == 700)
    }

    /// A span of 20 ms is too short to tell anything: it is added to the next.
    @Test(arguments: [(milliseconds: 50, share: 1_000), (20, 500)])
    func longSpansStandForThemselves(milliseconds: UInt64, share expected: UInt32) {
        let span = milliseconds * 1_000
        var share = BusyShare(now: start)
        share.waited(from: start, to: later(span))
        share.measured(at: later(span))
        #expect(share.perMille == 0)
        share.measured(at: later(2 * span))
        #expect(share.perMille == expected)
    }
}
