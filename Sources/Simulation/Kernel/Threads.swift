import Foundation

enum Threads {
    /// Runs a body on so many threads at a time and waits for all of them. Runs recurse over deep values, so the
    /// threads get stacks of a size that is known.
    static func run(_ count: Int, _ body: @escaping @Sendable () -> Void) {
        let group = DispatchGroup()
        for _ in 0..<count {
            group.enter()
            let thread = Thread {
                body()
                group.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        group.wait()
    }
}
