// Does what the plan says to a running cluster, and undoes it in time. Owned by the thread that runs the plan.

import Domain
import Foundation
import Glibc
import Operations

final class FaultInjector {
    /// A fault that is on, and how it is undone.
    private struct Active {
        var record: Int
        var healsAt: MonotonicInstant
        /// Whom nothing else may hit meanwhile.
        var victims: [String]
        /// - Returns: nil when it is undone; else when to try again.
        var heal: () throws -> MonotonicInstant?
    }

    let cluster: ChaosCluster
    let view: RouterClients
    let proxy: LinkProxy?
    let volume: LogVolume?
    let report: (String) -> Void
    private(set) var records: [FaultRecord] = []
    private var active: [Active] = []

    init(
        cluster: ChaosCluster, view: RouterClients, proxy: LinkProxy?, volume: LogVolume?,
        report: @escaping (String) -> Void
    ) {
        self.cluster = cluster
        self.view = view
        self.proxy = proxy
        self.volume = volume
        self.report = report
    }

    /// When the next fault is to be undone.
    var nextHeal: MonotonicInstant? { active.map(\.healsAt).min() }

    var isIdle: Bool { active.isEmpty }

    // MARK: - Doing and undoing

    func inject(_ step: FaultStep, draw: UInt64) throws {
        let leaders = Leaders(view.status())
        let choice = TargetChoice(cluster: cluster, leaders: leaders, busy: Set(active.flatMap(\.victims)), draw: draw)
        let outcome = try FaultExecution(injector: self, choice: choice, leaders: leaders).run(step.action, step.target)
        let now = Clock.monotonic()
        switch outcome {
        case .skipped(let why):
            records.append(
                FaultRecord(
                    name: step.name, kind: step.action.kind, target: "nobody", startedAt: now, healedAt: now,
                    skipped: why))
            report("\(step.name): skipped, \(why)")
        case .done(let done):
            let record = FaultRecord(
                name: step.name, kind: step.action.kind, target: done.target, startedAt: done.at, healedAt: done.at,
                partitions: done.victims.flatMap { leaders.led(by: $0) })
            records.append(record)
            report("\(step.name): \(done.target)")
            if let heal = done.heal {
                let healsAt = done.at.adding(microseconds: step.action.duration.microseconds)
                active.append(
                    Active(record: records.count - 1, healsAt: healsAt, victims: done.victims, heal: heal))
            }
        }
    }

    /// Undoes what is due.
    func heal(now: MonotonicInstant) throws {
        for index in active.indices.reversed() where active[index].healsAt <= now {
            if let again = try active[index].heal() {
                active[index].healsAt = again
            } else {
                records[active[index].record].healedAt = Clock.monotonic()
                active.remove(at: index)
            }
        }
    }

    /// Undoes everything at once.
    func healAll() throws {
        for index in active.indices { active[index].healsAt = MonotonicInstant(microseconds: 0) }
        try heal(now: Clock.monotonic())
    }
}

/// What became of an attempt.
enum FaultOutcome {
    struct Done {
        var target: String
        var at: MonotonicInstant
        var victims: [String] = []
        var heal: (() throws -> MonotonicInstant?)?
    }

    case done(Done)
    /// There was nobody to do it to.
    case skipped(String)
}
