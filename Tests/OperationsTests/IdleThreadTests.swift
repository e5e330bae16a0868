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

    /// What nobody waits for any more is not begun: work that comes later would wait for it.
    @Test func whatWasGivenUpIsNotBegun() {
        let thread = IdleThread()
        let (isHeld, isOver) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        thread.begin {
            isHeld.signal()
            isOver.wait()
        }
        isHeld.wait()
        let times = Mutex(0)
        thread.run(patience: .milliseconds(1)) { times.withLock { $0 += 1 } }
        isOver.signal()
        // It comes after whatever was left behind.
        thread.run(patience: .seconds(60)) {}
        #expect(times.withLock(\.self) == 1)
    }
}
