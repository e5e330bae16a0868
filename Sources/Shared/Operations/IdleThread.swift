import Foundation
import Glibc
import Synchronization

/// A thread whose work takes no time from anybody. Linux runs a thread of the idle class only where a processor would
/// stand still, and takes it away the moment any other thread wants it; one of a lower priority still gets its turns.
/// Source: sched(7). It lives as long as the process: a thread for each piece of work would cost those who share the
/// memory a stack and its pages each time.
public final class IdleThread: Sendable {
    private final class Outcome<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }

    /// `SCHED_IDLE` of `<sched.h>`, which the Glibc module leaves out.
    private static let idleClass: Int32 = 5

    private let work: Mailbox<@Sendable () -> Void>

    public init() {
        let arrived = DispatchSemaphore(value: 0)
        let work = Mailbox<@Sendable () -> Void> { arrived.signal() }
        self.work = work
        Thread.detachNewThread {
            var parameter = sched_param()
            // Where it is forbidden the work is done all the same.
            unsafe _ = sched_setscheduler(0, Self.idleClass, &parameter)
            while true {
                arrived.wait()
                for piece in work.takeAll() { piece() }
            }
        }
    }

    /// Does work whenever there is time, in the order that it came.
    public func begin(_ piece: @escaping @Sendable () -> Void) { work.post(piece) }

    /// Does work and waits for it.
    /// - Parameters:
    ///   - patience: when it is not done after so long, because the machine never stands still, the caller does it.
    ///   - piece: may be done twice, and at the same time.
    public func run<Value: Sendable>(
        patience: DispatchTimeInterval, _ piece: @escaping @Sendable () -> Value
    ) -> Value {
        let outcome = Outcome<Value>()
        begin {
            let value = piece()
            outcome.value.withLock { $0 = value }
            outcome.isThere.signal()
        }
        guard outcome.isThere.wait(timeout: .now() + patience) == .success else { return piece() }
        return outcome.value.withLock(\.self) ?? piece()
    }
}
