// One procedure at a time: the value decides, this looks at the cluster for it and does what it says.

import Configuration
import Domain
import Operations
import Supervision

extension Supervisor {
    /// The place of the procedure that runs.
    var procedureUnderWay: Int? { procedures.indices.last.flatMap { procedures[$0].outcome == nil ? $0 : nil } }

    /// Begins a procedure.
    /// - Returns: its number.
    func begin(_ procedure: Procedure, applying configuration: ClusterConfiguration? = nil) -> Int {
        proceduresBegun += 1
        journal.info("\(procedure.title): begun")
        if let configuration { current = configuration }
        procedures.append(RunningProcedure(number: proceduresBegun, procedure, applying: configuration))
        // Whoever asked for one reads its end within moments.
        if procedures.count > 16 { procedures.removeFirst() }
        sightings = [:]
        return proceduresBegun
    }

    func advance() {
        guard let index = procedureUnderWay else { return watch.watch([]) }
        var actions: [ProcedureAction] = []
        procedures[index].procedure.advance(
            fleet, sightings.values.sorted { $0.router < $1.router }, now: Clock.monotonic(), into: &actions)
        for action in actions { carryOut(action, of: index) }
        watch.watch(runningRouters)
    }

    private var runningRouters: [RouterSettings] {
        fleet.members.filter { $0.kind == .router && $0.runningSince != nil }.compactMap { addresses[$0.name] }
    }

    func cancelProcedure(_ index: Int) {
        var actions: [ProcedureAction] = []
        procedures[index].procedure.cancelled(into: &actions)
        for action in actions { carryOut(action, of: index) }
    }

    private func carryOut(_ action: ProcedureAction, of index: Int) {
        let now = Clock.monotonic()
        switch action {
        case .drain(let worker, let drain): watch.ask(worker, toDrain: drain, through: runningRouters)
        case .stop(let names): for name in names { fleet.stop(name, now: now) }
        case .forget(let names): for name in names { fleet.forget(name) }
        case .start(let names, let kind): for name in names { fleet.add(name, kind, now: now) }
        case .say(let line):
            procedures[index].say(line)
            journal.info(line)
        case .finished:
            procedures[index].end(.finished)
            if let configuration = procedures[index].configuration { applied = configuration }
            journal.info("\(procedures[index].procedure.title): done")
        case .failed(let why):
            procedures[index].end(.failed(why: why))
            journal.error(why)
        }
    }
}
