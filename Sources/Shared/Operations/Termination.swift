// How a process is asked to end: SIGTERM or SIGINT, or, for a child of `farthing up`, the end of its standard
// input, which comes even when the parent was killed.

import Dispatch
import Foundation
import Glibc

/// Calls back once when this process shall end cleanly.
public final class Termination {
    // Kept alive for as long as signals shall be heard; never touched again.
    private let sources: [any DispatchSourceSignal]

    /// - Parameter withParent: also end when standard input is closed.
    public init(withParent: Bool = false, _ end: @escaping @Sendable () -> Void) {
        // A terminal sends Ctrl-C and its own end to children as well; the parent then ends them, in its order.
        if withParent { for number in [SIGINT, SIGHUP] { signal(number, SIG_IGN) } }
        sources = (withParent ? [SIGTERM] : [SIGTERM, SIGINT]).map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: end)
            source.resume()
            return source
        }
        guard withParent else { return }
        Thread.detachNewThread {
            while let data = try? FileHandle.standardInput.read(upToCount: 64), !data.isEmpty {}
            end()
        }
    }
}
