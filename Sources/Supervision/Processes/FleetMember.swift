import Domain

/// What a process of the cluster does.
public enum ProcessKind: String, Codable, Sendable, CaseIterable {
    case router, worker
    /// Of the log, when it is on this machine.
    case server
}

/// One process that the supervisor looks after, under a name that outlives its restarts.
public struct FleetMember: Equatable, Sendable {
    public enum State: Equatable, Sendable {
        /// Not running; to be started once this instant has come.
        case waiting(until: MonotonicInstant)
        /// The request to start it is on its way to the operating system.
        case starting
        case running(process: Int32, since: MonotonicInstant)
        /// Asked to end; killed once its time is up.
        case stopping(process: Int32, killAt: MonotonicInstant)
        /// Asked to end, and has.
        case stopped
    }

    public let name: String
    public let kind: ProcessKind
    public internal(set) var state: State
    /// Whether it shall run: false once it was asked to end.
    public internal(set) var isWanted = true
    public internal(set) var pause = RestartPause()
    /// How it ended last, in words; empty before the first end.
    public internal(set) var lastEnd = ""
    /// It said that starting it again will not help (`PermanentFailure`).
    public internal(set) var failedForGood = false

    /// The id of its process, if there is one.
    public var process: Int32? {
        switch state {
        case .running(let process, _), .stopping(let process, _): process
        case .waiting, .starting, .stopped: nil
        }
    }

    /// Since when it runs; nil while it does not, or ends.
    public var runningSince: MonotonicInstant? {
        guard case .running(_, let since) = state else { return nil }
        return since
    }
}

extension FleetMember {
    /// What follows from an end: nothing more when it was asked for, else another start after a pause.
    mutating func ended(livedMicroseconds: UInt64, now: MonotonicInstant) -> FleetAction {
        guard isWanted else {
            state = .stopped
            return .inform("\(name) has ended")
        }
        // One that was asked to end and is wanted again meanwhile did not die.
        if case .stopping = state {
            state = .waiting(until: now)
            return .inform("\(name) has ended; starting it again")
        }
        let microseconds = pause.died(afterMicroseconds: livedMicroseconds)
        state = .waiting(until: now.adding(microseconds: microseconds))
        let next = "starting it again in \(microseconds / 1_000) ms"
        guard pause.keepsDying else { return .warn("\(name) \(lastEnd); \(next)") }
        return .warn(
            "\(name) keeps dying: \(pause.deaths) times in a row, each within "
                + "\(RestartPause.healthyMicroseconds / 1_000_000) s of its start. It \(lastEnd); "
                + "mend what it complains about above; \(next)")
    }
}

/// How a process ended.
public enum ProcessEnd: Equatable, Sendable {
    case status(Int32)
    case signal(Int32)
}

extension ProcessEnd: CustomStringConvertible {
    public var description: String {
        switch self {
        case .status(let status): "ended with status \(status)"
        case .signal(let signal): "was ended by signal \(signal)"
        }
    }
}
