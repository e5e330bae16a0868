// A thread that grows forests beside the fit's own, so that the last of several fits uses more than one core. Threads of
// a pool would not do: libxgboost keeps what a forest says of its rows for each thread, adds every new tree to what the
// calling thread has, and does not ask whether that thread has seen the trees before (`GBTree::DoBoost` of 1.7). So each
// forest is grown by one thread from its first tree to its last.

import Dispatch
import Foundation
import Synchronization

/// A thread for one fit; ends with it.
package final class CompanionThread: Sendable {
    /// What both threads see.
    private final class Desk: Sendable {
        /// nil when asked: there will be no more.
        let work = Mutex<(@Sendable () -> Void)?>(nil)
        let asked = DispatchSemaphore(value: 0)
    }

    /// The outcome of work that may not have ended.
    package final class Promise<Value: Sendable>: Sendable {
        private let outcome = Mutex<Result<Value, LearningError>?>(nil)
        private let ended = DispatchSemaphore(value: 0)

        fileprivate func keep(_ work: () throws(LearningError) -> Value) {
            let result = Result { () throws(LearningError) in try work() }
            outcome.withLock { $0 = result }
            ended.signal()
        }

        /// Waits for the end. To be called once.
        package func value() throws(LearningError) -> Value {
            ended.wait()
            guard let outcome = outcome.withLock({ $0 }) else { preconditionFailure("ended without an outcome") }
            return try outcome.get()
        }
    }

    private let desk = Desk()

    package init() {
        Thread { [desk] in
            while true {
                desk.asked.wait()
                guard let work = desk.work.withLock({ $0.take() }) else { return }
                work()
            }
        }.start()
    }

    deinit {
        desk.work.withLock { $0 = nil }
        desk.asked.signal()
    }

    /// - Precondition: what was begun before has ended.
    package func begin<Value: Sendable>(
        _ work: @escaping @Sendable () throws(LearningError) -> Value
    ) -> Promise<Value> {
        let promise = Promise<Value>()
        desk.work.withLock { $0 = { promise.keep(work) } }
        desk.asked.signal()
        return promise
    }
}
