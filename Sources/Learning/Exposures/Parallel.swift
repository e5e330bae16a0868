// The same work on each of many places, on a few threads, with results in the order of the places: what comes out does
// not depend on how many threads there were.

import Dispatch
import Synchronization

enum Parallel {
    /// - Parameter threads: 1: none but the caller's.
    static func map<Result: Sendable>(_ count: Int, threads: Int = 2, _ body: @Sendable (Int) -> Result) -> [Result] {
        guard threads > 1, count > 1 else { return (0..<count).map(body) }
        let results = Mutex([Result?](repeating: nil, count: count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
            while true {
                let place = next.add(1, ordering: .relaxed).oldValue
                guard place < count else { return }
                let result = body(place)
                results.withLock { $0[place] = result }
            }
        }
        return results.withLock { $0 }.compactMap { $0 }
    }
}
