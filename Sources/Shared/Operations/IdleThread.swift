import Foundation
import Glibc
import Synchronization

/// A thread for work that nobody waits for. Linux gives a thread of the idle class a processor that would stand still,
/// and next to nothing beside others: it stands below every lower priority, and yields as soon as another thread wakes.
/// Source: sched(7). What it does must hold no lock that others wait for.
///
/// It lives as long as the process: a thread for each piece of work was measured to make prices later, by the stack and
/// pages that come and go with it.
public final class IdleThread: Sendable {
    private final class Outcome<Value: Sendable>: Sendable {
        enum Progress {
            case waiting, begun, abandoned
            case done(Value)
        }
        let progress = Mutex(Progress.waiting)
        let isThere = DispatchSemaphore(value: 0)

        /// - Returns: false when nobody wants it any more.
        func begin() -> Bool {
            progress.withLock { progress in
                guard case .waiting = progress else { return false }
                progress = .begun
                return true
            }
        }

        /// - Returns: nil when it is not done, and then it is not begun any more.
        func take() -> Value? {
            progress.withLock { progress in
                if case .done(let value) = progress { return value }
                if case .waiting = progress { progress = .abandoned }
                return nil
            }
        }
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
    ///   - piece: may be done twice, at the same time, and after this has returned: it computes and changes nothing.
    public func run<Value: Sendable>(
        patience: DispatchTimeInterval, _ piece: @escaping @Sendable () -> Value
    ) -> Value {
        let outcome = Outcome<Value>()
        begin {
            guard outcome.begin() else { return }
            let value = piece()
            outcome.progress.withLock { $0 = .done(value) }
            outcome.isThere.signal()
        }
        _ = outcome.isThere.wait(timeout: .now() + patience)
        return outcome.take() ?? piece()
    }
}
