// One procedure at a time: the value decides, this looks at the cluster for it and does what it says.

import Configuration
import Domain
import Operations
import Supervision

extension Supervisor {
    /// The place of the procedure that runs.
    var procedureUnderWay: Int? { procedures.indices.last.flatMap { procedures[$0].outcome == nil ? $0 : nil } }

    /// Begins a procedure.
    /// - Parameter configuration: what is in force everywhere once it has finished.
    /// - Returns: its number.
    func begin(_ procedure: Procedure, applying configuration: PinnedConfiguration? = nil) -> Int {
        proceduresBegun += 1
        journal.info("\(procedure.title): begun")
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
        fleet.members.filter { $0.kind == .router && $0.runningSince != nil }.compactMap { startedRouter($0.name) }
    }

    /// A router as it was started.
    private func startedRouter(_ name: String) -> RouterSettings? {
        read[name]?.routers.first { $0.name == name }
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
        case .forget(let names):
            for name in names {
                fleet.forget(name)
                read[name] = nil
            }
        case .start(let names, let kind): for name in names { fleet.add(name, kind, now: now) }
        case .say(let line):
            procedures[index].say(line)
            journal.info(line)
        case .finished:
            procedures[index].end(.finished)
            if let configuration = procedures[index].configuration { inForce = configuration }
            journal.info("\(procedures[index].procedure.title): done")
        case .failed(let why):
            procedures[index].end(.failed(why: why))
            journal.error(why)
            if procedures[index].configuration != nil { putBackWhatWasInForce() }
        }
    }

    /// A reload was given up. What dies from now on does not come back with the file that was abandoned, unless
    /// routers have changed by it: then that file is the only one that names those that run.
    private func putBackWhatWasInForce() {
        let running = fleet.names(of: .router).map(startedRouter)
        let wanted = inForce.configuration.routers
        guard running.count == wanted.count, wanted.allSatisfy(running.contains) else {
            return journal.warning(
                "routers have changed already: what is started from now on reads the cluster.yaml of that reload; "
                    + "mend the file and `farthing reload`")
        }
        do {
            try settings.pin(again: inForce)
            current = inForce.configuration
            journal.info(
                "what is started from now on reads what was in force before; `farthing reload` brings every process "
                    + "to what cluster.yaml says")
        } catch {
            journal.warning("what is started from now on reads the cluster.yaml of that reload: \(error)")
        }
    }
}
