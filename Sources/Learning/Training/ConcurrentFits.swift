// Several fits at once, each on one thread. Threads inside libxgboost wait for each other by spinning after every step
// of every tree, which costs more than it gains on a machine that does anything else (most of a fit's time, on two
// shared cores); fits beside each other never wait.

import Dispatch
import Synchronization

enum ConcurrentFits {
    /// Runs the jobs on as many threads as there are cores; results in the jobs' order.
    /// - Throws: what the first job that failed, in their order, has thrown.
    static func run<Result: Sendable>(
        _ count: Int, _ job: @Sendable (Int) throws(LearningError) -> Result
    ) throws(LearningError) -> [Result] {
        let outcomes = Mutex([Swift.Result<Result, LearningError>?](repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let outcome = Swift.Result { () throws(LearningError) in try job(index) }
            outcomes.withLock { $0[index] = outcome }
        }
        var results: [Result] = []
        for outcome in outcomes.withLock({ $0 }) {
            if let outcome { results.append(try outcome.get()) }
        }
        return results
    }
}
