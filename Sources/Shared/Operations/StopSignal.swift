import Synchronization

/// Asks a loop that waits in `Poller` to end. From any thread, once or often.
public final class StopSignal: Sendable {
    private let wake: WakeUp
    private let requested = Atomic(false)

    /// - Parameter wake: what the loop waits for; it may serve other purposes too.
    public init(wake: WakeUp = WakeUp()) { self.wake = wake }

    public var descriptor: Int32 { wake.descriptor }

    public var isRequested: Bool { requested.load(ordering: .acquiring) }

    public func request() {
        requested.store(true, ordering: .releasing)
        wake.signal()
    }
}
