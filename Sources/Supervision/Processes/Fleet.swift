// The processes of a cluster as a value: who shall run, who does, and what follows from the difference. Events
// in, actions out; the shell (`Supervisor`) owns the processes and the clock. Rejected: acting inside the events
// themselves; one function that compares wanted and running cannot forget a case.

import Domain

public enum FleetAction: Equatable, Sendable {
    /// Start the process of this name; report `started` or `startFailed`.
    case spawn(String)
    /// Ask it to end.
    case terminate(String, process: Int32)
    /// It had its time.
    case kill(String, process: Int32)
    case inform(String)
    case warn(String)
}

public struct Fleet: Sendable {
    /// In the order in which they were added.
    public private(set) var members: [FleetMember] = []

    /// How long a process may take to end when asked to.
    public static let patienceMicroseconds: UInt64 = 15_000_000
    /// What a process ends with when starting it again will not help.
    private let permanentFailureStatus: Int32

    /// - Parameter permanentFailureStatus: `PermanentFailure.status`.
    public init(permanentFailureStatus: Int32) { self.permanentFailureStatus = permanentFailureStatus }

    public subscript(name: String) -> FleetMember? { members.first { $0.name == name } }

    public func names(of kind: ProcessKind) -> [String] { members.filter { $0.kind == kind }.map(\.name) }

    /// True when nothing of this kind runs any more.
    public func hasEnded(_ kind: ProcessKind) -> Bool {
        members.allSatisfy { $0.kind != kind || ($0.process == nil && $0.state != .starting) }
    }

    // MARK: - Wishes

    /// From now on a process of this name shall run. A name that is there already is only started again.
    public mutating func add(_ name: String, _ kind: ProcessKind, now: MonotonicInstant) {
        guard self[name] == nil else { return start(name, now: now) }
        members.append(FleetMember(name: name, kind: kind, state: .waiting(until: now)))
    }

    /// It shall end, and stay ended until `start`.
    public mutating func stop(_ name: String, now: MonotonicInstant) {
        update(name) { member in
            member.isWanted = false
            if case .waiting = member.state { member.state = .stopped }
        }
    }

    /// It shall run again, after `stop`.
    public mutating func start(_ name: String, now: MonotonicInstant) {
        update(name) { member in
            member.isWanted = true
            member.pause = RestartPause()
            member.failedForGood = false
            if member.state == .stopped { member.state = .waiting(until: now) }
        }
    }

    /// Drops a member that has ended.
    public mutating func forget(_ name: String) { members.removeAll { $0.name == name && $0.state == .stopped } }

    // MARK: - Events

    public mutating func started(_ name: String, process: Int32, now: MonotonicInstant) {
        update(name) { $0.state = .running(process: process, since: now) }
    }

    public mutating func startFailed(
        _ name: String, because why: String, now: MonotonicInstant, into actions: inout [FleetAction]
    ) {
        update(name) { member in
            member.lastEnd = "could not be started: \(why)"
            actions.append(member.ended(livedMicroseconds: 0, now: now))
        }
    }

    /// A process ended. Ignored for one that is not the member's current one.
    public mutating func ended(
        _ name: String, process: Int32, _ end: ProcessEnd, now: MonotonicInstant, into actions: inout [FleetAction]
    ) {
        guard let member = self[name], member.process == process else { return }
        let lived = member.runningSince.map { now.microseconds(since: $0) } ?? 0
        let isPermanent = end == .status(permanentFailureStatus)
        update(name) { member in
            member.lastEnd = "(process \(process)) \(end)"
            member.failedForGood = isPermanent
            actions.append(member.ended(livedMicroseconds: lived, now: now))
        }
    }

    // MARK: - Reconciling

    /// Compares what shall run with what does. Call it after events and wishes, and at `nextDeadline`.
    public mutating func reconcile(now: MonotonicInstant, into actions: inout [FleetAction]) {
        for index in members.indices {
            switch (members[index].state, members[index].isWanted) {
            case (.waiting(let instant), true) where instant <= now:
                members[index].state = .starting
                actions.append(.spawn(members[index].name))
            case (.running(let process, _), false):
                members[index].state = .stopping(
                    process: process, killAt: now.adding(microseconds: Self.patienceMicroseconds))
                actions.append(.terminate(members[index].name, process: process))
            case (.stopping(let process, let killAt), _) where killAt <= now:
                // The log is the truth: a kill costs a longer replay and nothing else.
                members[index].state = .stopping(process: process, killAt: Self.never)
                actions.append(.warn("\(members[index].name) (process \(process)) does not end; killing it"))
                actions.append(.kill(members[index].name, process: process))
            case (.waiting, _), (.starting, _), (.running, _), (.stopping, _), (.stopped, _): break
            }
        }
    }

    /// When `reconcile` has something to do even if nothing happens; nil for never.
    public var nextDeadline: MonotonicInstant? {
        members.compactMap { member in
            switch member.state {
            case .waiting(let instant): member.isWanted ? instant : nil
            case .stopping(_, let killAt): killAt == Self.never ? nil : killAt
            case .starting, .running, .stopped: nil
            }
        }.min()
    }

    private static let never = MonotonicInstant(microseconds: .max)

    private mutating func update(_ name: String, _ change: (inout FleetMember) -> Void) {
        guard let index = members.firstIndex(where: { $0.name == name }) else { return }
        change(&members[index])
    }
}
