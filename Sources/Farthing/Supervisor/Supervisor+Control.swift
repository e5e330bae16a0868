// What commands may ask of a supervisor.

import Configuration
import Domain
import Foundation
import Operations
import Supervision

extension Supervisor {
    func answer(_ request: ControlRequest) -> ControlReply {
        do {
            switch request {
            case .list: return .processes(fleet.members.map(listing))
            case .progress(let number, let after):
                guard let procedure = procedures.first(where: { $0.number == number }) else {
                    return .refused(why: "procedure \(number) is not known here; look at `farthing workers`")
                }
                return procedure.progress(after: after)
            case .cancel: return try cancel()
            case .add(let count): return try accept { planner throws(Refusal) in try planner.adding(count) }
            case .drain(let worker, let force):
                return try accept { planner throws(Refusal) in try planner.draining(worker, isForced: force) }
            case .restart(let names, let rolling, let force):
                return try accept { planner throws(Refusal) in
                    rolling
                        ? try planner.restartingOneByOne(names, isForced: force)
                        : try planner.restartingAtOnce(names, isForced: force)
                }
            case .reload(let dryRun, let force): return try reload(dryRun: dryRun, isForced: force)
            }
        } catch let error as ConfigurationError {
            return .refused(why: "\(error)\nNothing was changed.")
        } catch {
            return .refused(why: "\(error)")
        }
    }

    /// SIGHUP.
    func reloadRequested() {
        switch answer(.reload(dryRun: false, force: false)) {
        case .accepted(_, let plan): for line in plan { journal.info("reload: \(line)") }
        case .refused(let why): journal.error("reload: \(why)")
        case .processes, .progress: break
        }
    }

    private var planner: ProcedurePlanner { ProcedurePlanner(fleet, replicas: current.cluster.replicas) }

    private func accept(_ plan: (ProcedurePlanner) throws(Refusal) -> Procedure) throws -> ControlReply {
        try checkIdle()
        return .accepted(procedure: begin(try plan(planner)), plan: [])
    }

    private func reload(dryRun: Bool, isForced: Bool) throws -> ControlReply {
        try checkIdle()
        // Workers that were added or drained by command count as what runs, `--workers` as what is wanted.
        let wanted = try settings.load()
        // What was stopped by a reload that was given up has to be started, whatever it had read.
        let read = read.filter { fleet[$0.key]?.isWanted == true }
        let plan = try ReloadPlan(
            from: read, inForce: inForce.configuration, to: wanted, planner, isForced: isForced)
        var lines = plan.lines
        if let workers = settings.workers { lines.append("--workers \(workers) stands in for workers.count") }
        if plan.procedure == nil { lines.append("nothing to start or stop") }
        guard !dryRun else { return .accepted(procedure: nil, plan: lines) }
        let pinned = try settings.pin(wanted)
        current = wanted
        guard let procedure = plan.procedure else {
            inForce = pinned
            return .accepted(procedure: nil, plan: lines)
        }
        return .accepted(procedure: begin(procedure, applying: pinned), plan: lines)
    }

    private func cancel() throws(Refusal) -> ControlReply {
        guard let index = procedureUnderWay else {
            throw Refusal(
                .unavailable, place: "supervisor", value: "nothing is under way", remedy: "There is nothing to cancel.")
        }
        cancelProcedure(index)
        return .accepted(procedure: nil, plan: ["cancelled: \(procedures[index].procedure.title)"])
    }

    private func checkIdle() throws(Refusal) {
        guard phase == .running else {
            throw Refusal(
                .unavailable, place: "supervisor", value: "the cluster starts or stops", remedy: "Ask again shortly.")
        }
        if let index = procedureUnderWay {
            throw Refusal(
                .unavailable, place: "supervisor", value: "busy: \(procedures[index].procedure.title)",
                remedy: "One thing at a time: ask again when it is done, or end it with `farthing workers cancel`.")
        }
    }

    private func listing(_ member: FleetMember) -> ProcessListing {
        let since = member.runningSince.map { instant in
            Clock.timestamp().milliseconds - Int64(clamping: Clock.monotonic().microseconds(since: instant) / 1_000)
        }
        return ProcessListing(
            name: member.name, kind: member.kind, process: member.process, state: state(of: member), since: since,
            lastEnd: member.lastEnd)
    }

    private func state(of member: FleetMember) -> String {
        switch member.state {
        case .running: member.pause.keepsDying ? "keeps dying" : "running"
        case .waiting, .starting: member.pause.keepsDying ? "keeps dying" : "starting"
        case .stopping: "stopping"
        case .stopped: "stopped"
        }
    }
}
