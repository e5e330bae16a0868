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

    @Test func eachSpanStandsForItself() {
        var share = BusyShare(now: start)
        share.waited(from: start, to: later(50_000))
        share.measured(at: later(50_000))
        #expect(share.perMille == 0)
        share.measured(at: later(100_000))
        #expect(share.perMille == 1_000)
    }

    @Test func spansThatAreTooShortAreAddedToTheNext() {
        var share = BusyShare(now: start)
        share.waited(from: start, to: later(20_000))
        share.measured(at: later(20_000))
        #expect(share.perMille == 0)
        share.measured(at: later(40_000))
        #expect(share.perMille == 500)
    }
}
