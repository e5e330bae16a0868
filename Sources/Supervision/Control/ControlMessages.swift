// What commands and the supervisor of a cluster say to each other, as JSON over a ZeroMQ socket in the log
// directory. One request, one answer at once; what takes time runs as a procedure, which is then asked about.

/// From a command to the supervisor.
public enum ControlRequest: Codable, Equatable, Sendable {
    /// Every process it looks after.
    case list
    case add(count: Int)
    case drain(worker: String, force: Bool)
    /// - Parameter names: empty for every process.
    case restart(names: [String], rolling: Bool, force: Bool)
    /// - Parameter dryRun: only say what would happen.
    case reload(dryRun: Bool, force: Bool)
    /// Give up the procedure that runs.
    case cancel
    /// How far a procedure is.
    /// - Parameter after: lines already seen.
    case progress(procedure: Int, after: Int)
}

/// From the supervisor to a command.
public enum ControlReply: Codable, Equatable, Sendable {
    case processes([ProcessListing])
    /// - Parameters:
    ///   - procedure: ask for its progress under this number; nil when there is nothing to do.
    ///   - plan: what it will do.
    case accepted(procedure: Int?, plan: [String])
    /// - Parameters:
    ///   - lines: what has happened since the lines already seen.
    ///   - outcome: nil while it goes on.
    case progress(lines: [String], outcome: ProcedureOutcome?)
    case refused(why: String)
}

public enum ProcedureOutcome: Codable, Equatable, Sendable {
    case finished
    case failed(why: String)
}

/// One process of the cluster.
public struct ProcessListing: Codable, Equatable, Sendable {
    public var name: String
    public var kind: ProcessKind
    /// nil while it does not run.
    public var process: Int32?
    /// `running`, `starting`, `stopping`, `stopped` or `keeps dying`.
    public var state: String
    /// Milliseconds since 1970; nil while it does not run.
    public var since: Int64?
    /// How it ended last; empty before the first end.
    public var lastEnd: String

    public init(name: String, kind: ProcessKind, process: Int32?, state: String, since: Int64?, lastEnd: String) {
        self.name = name
        self.kind = kind
        self.process = process
        self.state = state
        self.since = since
        self.lastEnd = lastEnd
    }
}
