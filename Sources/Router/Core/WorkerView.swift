import Domain

/// What the router knows of one configured worker. Only a hint: the log decides who may write.
struct WorkerView: Sendable {
    let name: String
    /// nil until the worker has reported.
    var report: WorkerReport?
    var lastHeard = MonotonicInstant(microseconds: 0)
    var inFlight = 0

    init(name: String) { self.name = name }

    /// What it last said of itself.
    var lastReport: WorkerReport {
        report
            ?? WorkerReport(
                name: name, isReady: false, modelVersion: 0, catalogueProducts: 0, broadcastIndex: 0, answered: 0,
                problem: "has not reported")
    }

    func isServing(now: MonotonicInstant, suspectAfterMicroseconds: UInt64) -> Bool {
        guard let report, report.isReady else { return false }
        return now.microseconds(since: lastHeard) <= suspectAfterMicroseconds
    }
}
