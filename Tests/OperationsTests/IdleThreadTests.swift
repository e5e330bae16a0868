import Dispatch
import Glibc
import Operations
import Synchronization
import Testing

@Suite struct IdleThreadTests {
    /// `SCHED_IDLE` of `<sched.h>`.
    private static let idle: Int32 = 5

    @Test func itRunsWhereNobodyElseWouldAndTheCallerDoesNot() {
        let thread = IdleThread()
        #expect(thread.run(patience: .seconds(60)) { sched_getscheduler(0) } == Self.idle)
        #expect(sched_getscheduler(0) != Self.idle)
        let seen = Mutex<Int32?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        thread.begin {
            seen.withLock { $0 = sched_getscheduler(0) }
            isDone.signal()
        }
        isDone.wait()
        #expect(seen.withLock(\.self) == Self.idle)
    }

    /// On a machine that never stands still the caller does the work, with the time that it has.
    @Test func whoWaitsTooLongDoesItAlone() {
        let isOver = DispatchSemaphore(value: 0)
        let policy = IdleThread().run(patience: .milliseconds(1)) {
            let policy = sched_getscheduler(0)
            if policy == Self.idle { isOver.wait() }
            return policy
        }
        #expect(policy != Self.idle)
        isOver.signal()
    }
}
