// Rows that do not look at each other, computed on several threads. Every row is computed by the same steps wherever it
// falls, so the result does not depend on the number of threads.

import Dispatch
import Synchronization

enum RowBlocks {
    /// - Parameters:
    ///   - threads: 1 or more.
    ///   - compute: the values of some rows, one row after another.
    /// - Returns: the values of all rows, in their order.
    static func compute<Element: Sendable>(
        rows: Int, threads: Int, _ compute: @Sendable (Range<Int>) -> [Element]
    ) -> [Element] {
        // More blocks than threads: rows differ in cost.
        let blocks = max(1, min(rows, threads == 1 ? 1 : 8 * threads))
        let results = Mutex([[Element]](repeating: [], count: blocks))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, blocks))) { _ in
            while true {
                let block = next.add(1, ordering: .relaxed).oldValue
                guard block < blocks else { return }
                let values = compute((rows * block / blocks)..<(rows * (block + 1) / blocks))
                results.withLock { $0[block] = values }
            }
        }
        return Array(results.withLock { $0 }.joined())
    }
}
