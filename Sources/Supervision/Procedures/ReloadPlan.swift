// What `farthing reload` is going to do, said before it does it. The order keeps somebody serving at every moment:
// routers that go, go first, while the others still have every worker; workers are added before others are let
// go; workers that know a new router's address come before that router, so that it sees all of them at once.

import Configuration
import Domain

public struct ReloadPlan: Sendable {
    /// One sentence for each thing that will happen, in order.
    public private(set) var lines: [String] = []
    /// nil when there is nothing to do.
    public private(set) var procedure: Procedure?

    /// - Parameters:
    ///   - read: what each process was started with, by its name. They differ where an earlier reload was given up
    ///     half way. Processes that are not here do not run.
    ///   - old: what was last in force everywhere.
    ///   - new: what cluster.yaml says now, with `workers.count` as it shall be.
    ///   - planner: which processes there are.
    /// - Throws: when a key cannot change, or when requests would fail and nobody has insisted.
    public init(
        from read: [String: ClusterConfiguration], inForce old: ClusterConfiguration, to new: ClusterConfiguration,
        _ planner: ProcedurePlanner, isForced: Bool
    ) throws(Refusal) {
        let changes = FleetChanges(from: read, inForce: old, to: new, planner)
        guard changes.fixed.isEmpty else {
            throw Refusal(
                .invalidConfiguration, place: "cluster.yaml", value: "",
                remedy: changes.fixed.joined(separator: "; ") + ". Nothing was changed.")
        }
        let staysReachable = !changes.keptRouters.isEmpty
        // Where no router runs, nobody is reached now either.
        guard staysReachable || isForced || changes.goneRouters.isEmpty else {
            throw Refusal(
                .unavailable, place: "routers", value: list(changes.goneRouters),
                remedy: "No router would keep its address, so everything starts again at once and clients have to "
                    + "be told: keep one router as it is, or add --force. Nothing was changed.")
        }
        var steps: [ProcedureStep] = []
        if staysReachable {
            steps = try planOneByOne(changes, planner, new.workers.count, isForced)
        } else {
            lines.append("every router changes: all routers and workers start again at once")
            let names = WorkerNames.free(new.workers.count - planner.workers.count, besides: planner.workers)
            steps = planner.atOnce(
                stoppingRouters: changes.goneRouters, startingRouters: changes.comingRouters,
                workers: planner.workers + names)
        }
        for key in changes.readByCommands { lines.append("\(key) acts at once: no process has read it") }
        lines += changes.warnings
        if !steps.isEmpty { procedure = planner.procedure("reload", steps) }
    }

    private mutating func planOneByOne(
        _ changes: FleetChanges, _ planner: ProcedurePlanner, _ count: Int, _ isForced: Bool
    ) throws(Refusal) -> [ProcedureStep] {
        var steps: [ProcedureStep] = []
        if !changes.goneRouters.isEmpty {
            steps += [.stop(changes.goneRouters), .forget(changes.goneRouters)]
            lines.append("stop \(list(changes.goneRouters)); clients go on with \(list(changes.keptRouters))")
        }
        let added = WorkerNames.free(count - planner.workers.count, besides: planner.workers)
        let surplus = WorkerNames.surplus(planner.workers.count - count, of: planner.workers)
        // What was stopped comes back before anything else is taken away.
        let stopped = changes.stoppedWorkers.filter { !surplus.contains($0) }
        if !stopped.isEmpty { lines.append("start \(list(stopped)), stopped earlier") }
        steps += planner.addingSteps(stopped)
        if !added.isEmpty { lines.append("workers.count is \(count): add \(list(added))") }
        steps += planner.addingSteps(added)
        if !surplus.isEmpty {
            try planner.checkDrain(surplus, isForced: isForced)
            lines.append("workers.count is \(count): drain \(list(surplus))")
        }
        steps += planner.drainingSteps(surplus)

        let staying = planner.workers.filter { !surplus.contains($0) }
        let restarted = staying.filter { changes.readByWorker[$0]?.isEmpty == false }
        if !restarted.isEmpty {
            try planner.checkWorkerRestart(added.isEmpty ? restarted : [], isForced: isForced)
            lines.append("\(reasons(restarted, changes.readByWorker)): restart \(list(restarted)), one by one")
            steps += restarted.flatMap { planner.restarting(worker: $0, of: staying + added) }
        }
        let coming = changes.comingRouters
        if !coming.isEmpty {
            lines.append("start \(list(coming))")
            steps += [.start(coming, .router)] + coming.map { .awaitRouter($0) }
        }
        let routers = changes.keptRouters.filter { changes.readByRouter[$0]?.isEmpty == false }
        if !routers.isEmpty {
            if coming.isEmpty { try planner.checkRouterRestart(routers, isForced: isForced) }
            lines.append("\(reasons(routers, changes.readByRouter)): restart \(list(routers)), one by one")
            steps += routers.flatMap(planner.restarting(router:))
        }
        return steps
    }

    /// What some of these processes have read differently.
    private func reasons(_ names: [String], _ sections: [String: [String]]) -> String {
        list(names.flatMap { sections[$0] ?? [] }.withoutRepetitions) + " changed"
    }

}

private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
