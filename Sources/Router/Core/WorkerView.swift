import Domain

/// What the router knows of one configured worker. Only a hint: the log decides who may write.
struct WorkerView: Sendable {
    let name: String
    /// nil until the worker has reported.
    var report: WorkerReport?
    var lastHeard = MonotonicInstant(microseconds: 0)
    var inFlight = 0

    init(name: String) { self.name = name }

    func isServing(now: MonotonicInstant, suspectAfterMicroseconds: UInt64) -> Bool {
        guard let report, report.isReady else { return false }
        return now.microseconds(since: lastHeard) <= suspectAfterMicroseconds
    }
}
