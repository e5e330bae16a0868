import Supervision

/// A procedure that runs, or has run: what it has said is kept for whoever asks.
struct RunningProcedure {
    let number: Int
    var procedure: Procedure
    /// What is in force everywhere once it has finished; nil when it does not change that.
    let configuration: PinnedConfiguration?
    private(set) var lines: [String] = []
    private(set) var outcome: ProcedureOutcome?

    init(number: Int, _ procedure: Procedure, applying configuration: PinnedConfiguration?) {
        self.number = number
        self.procedure = procedure
        self.configuration = configuration
    }

    mutating func say(_ line: String) { lines.append(line) }

    mutating func end(_ outcome: ProcedureOutcome) { self.outcome = outcome }

    func progress(after seen: Int) -> ControlReply {
        .progress(lines: Array(lines.dropFirst(max(0, seen))), outcome: outcome)
    }
}
