import Domain

/// One thing that a procedure does, and waits for, before the next.
public enum ProcedureStep: Equatable, Sendable {
    /// Ask a worker to hand over, and wait until nobody would miss it.
    case drain(worker: String)
    /// Stop processes together, and wait until they have ended.
    case stop([String])
    /// Drop processes that have ended from what the supervisor looks after.
    case forget([String])
    /// Start processes together, and wait until they run.
    case start([String], ProcessKind)
    /// Wait until a worker that was started serves what it is given, and nothing moves any more.
    case awaitWorker(String)
    /// Wait until a router listens and sees every worker.
    case awaitRouter(String)
}

/// What a procedure wants done. The shell does it and calls `Procedure.advance` again.
public enum ProcedureAction: Equatable, Sendable {
    /// Ask a worker, through a router, to hand over, or to take that back; report `drainAnswered`.
    case drain(worker: String, Bool)
    case stop([String])
    case forget([String])
    case start([String], ProcessKind)
    /// A line for whoever watches.
    case say(String)
    case finished
    /// It ends here; what was done stays done.
    case failed(String)
}

/// One look at a router's status.
public struct Sighting: Sendable {
    public var router: String
    public var status: ClusterStatus
    public var at: MonotonicInstant

    public init(router: String, status: ClusterStatus, at instant: MonotonicInstant) {
        self.router = router
        self.status = status
        at = instant
    }

    /// Whether a worker was heard by this router after an instant.
    func heard(_ worker: String, since instant: MonotonicInstant) -> Bool {
        guard let worker = status.workers.first(where: { $0.report.name == worker }) else { return false }
        return at > instant.adding(microseconds: UInt64(worker.silentMilliseconds) * 1_000)
    }
}
