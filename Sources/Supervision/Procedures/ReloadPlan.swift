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
    ///   - old: what the processes have read.
    ///   - new: what cluster.yaml says now, with `workers.count` as it shall be.
    ///   - planner: what runs now.
    /// - Throws: when a key cannot change, or when requests would fail and nobody has insisted.
    public init(
        from old: ClusterConfiguration, to new: ClusterConfiguration, _ planner: ProcedurePlanner, isForced: Bool
    ) throws(Refusal) {
        let changes = ConfigurationChanges(from: old, to: new)
        guard changes.fixed.isEmpty else {
            throw Refusal(
                .invalidConfiguration, place: "cluster.yaml", value: "",
                remedy: changes.fixed.joined(separator: "; ") + ". Nothing was changed.")
        }
        let gone = changes.removedRouters + changes.movedRouters
        let coming = changes.addedRouters + changes.movedRouters
        let staysReachable = gone.isEmpty || !changes.keptRouters.isEmpty
        guard staysReachable || isForced else {
            throw Refusal(
                .unavailable, place: "routers", value: gone.joined(separator: ", "),
                remedy: "No router would keep its address, so everything starts again at once and clients have to "
                    + "be told: keep one router as it is, or add --force. Nothing was changed.")
        }
        var steps: [ProcedureStep] = []
        if staysReachable {
            steps = try planOneByOne(changes, planner, gone, coming, new.workers.count, isForced)
        } else {
            lines.append("every router changes: all routers and workers start again at once")
            let names = WorkerNames.free(new.workers.count - planner.workers.count, besides: planner.workers)
            steps = planner.atOnce(
                stoppingRouters: gone, startingRouters: coming, workers: planner.workers + names)
        }
        for key in changes.readByCommands { lines.append("\(key) acts at once: no process has read it") }
        lines += changes.warnings
        if !steps.isEmpty { procedure = planner.procedure("reload", steps) }
    }

    private mutating func planOneByOne(
        _ changes: ConfigurationChanges, _ planner: ProcedurePlanner, _ gone: [String], _ coming: [String],
        _ count: Int, _ isForced: Bool
    ) throws(Refusal) -> [ProcedureStep] {
        var steps: [ProcedureStep] = []
        if !gone.isEmpty {
            steps += [.stop(gone), .forget(gone)]
            lines.append("stop \(list(gone)); clients go on with \(list(changes.keptRouters))")
        }
        let added = WorkerNames.free(count - planner.workers.count, besides: planner.workers)
        let surplus = WorkerNames.surplus(planner.workers.count - count, of: planner.workers)
        if !added.isEmpty { lines.append("workers.count is \(count): add \(list(added))") }
        steps += planner.addingSteps(added)
        if !surplus.isEmpty {
            try planner.checkDrain(surplus, isForced: isForced)
            lines.append("workers.count is \(count): drain \(list(surplus))")
        }
        steps += planner.drainingSteps(surplus)

        let routersChange = !coming.isEmpty || !gone.isEmpty
        let reasons = changes.readByWorkers + (routersChange ? ["routers"] : [])
        if !reasons.isEmpty {
            let staying = planner.workers.filter { !surplus.contains($0) }
            try planner.checkWorkerRestart(added.isEmpty ? staying : [], isForced: isForced)
            lines.append("\(list(reasons)) changed: restart \(list(staying)), one by one")
            steps += staying.flatMap { planner.restarting(worker: $0, of: staying + added) }
        }
        if !coming.isEmpty {
            lines.append("start \(list(coming))")
            steps += [.start(coming, .router)] + coming.map { .awaitRouter($0) }
        }
        if !changes.readByRouters.isEmpty {
            if coming.isEmpty { try planner.checkRouterRestart(changes.keptRouters, isForced: isForced) }
            lines.append("\(list(changes.readByRouters)) changed: restart \(list(changes.keptRouters)), one by one")
            steps += changes.keptRouters.flatMap(planner.restarting(router:))
        }
        return steps
    }

    private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
