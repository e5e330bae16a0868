// From what an operator wants to a procedure, or to the reason why not. Whatever would make requests fail needs
// `isForced`, and the refusal says what would happen.

import Configuration
import Domain

/// Knows which processes there are and how many replicas partitions shall have.
public struct ProcedurePlanner: Sendable {
    public let routers: [String]
    public let workers: [String]
    public let replicas: Int

    public init(routers: [String], workers: [String], replicas: Int) {
        self.routers = routers
        self.workers = workers
        self.replicas = replicas
    }

    public init(_ fleet: Fleet, replicas: Int) {
        self.init(routers: fleet.names(of: .router), workers: fleet.names(of: .worker), replicas: replicas)
    }

    /// Starts further workers under the next free names.
    public func adding(_ count: Int) throws(Refusal) -> Procedure {
        let most = WorkerSettings.acceptableCount.upperBound
        guard count > 0, count <= most - workers.count else {
            throw Refusal(
                .invalidConfiguration, place: "--count", value: "\(count)",
                remedy: "\(workers.count) workers run; a cluster has at most \(most).")
        }
        let names = WorkerNames.free(count, besides: workers)
        return procedure("add \(names.joined(separator: ", "))", addingSteps(names))
    }

    /// Hands over what a worker holds, then stops and forgets it.
    public func draining(_ name: String, isForced: Bool) throws(Refusal) -> Procedure {
        try checkKnown(name, among: workers, "a worker")
        try checkDrain([name], isForced: isForced)
        return procedure("drain \(name)", drainingSteps([name]))
    }

    /// One process after the other; nobody notices.
    /// - Parameter names: empty for all, routers first.
    public func restartingOneByOne(_ names: [String], isForced: Bool) throws(Refusal) -> Procedure {
        let chosen = try choose(names)
        let chosenRouters = routers.filter(chosen.contains)
        try checkRouterRestart(chosenRouters, isForced: isForced)
        let chosenWorkers = workers.filter(chosen.contains)
        try checkWorkerRestart(chosenWorkers, isForced: isForced)
        return procedure(
            "restart \(names.isEmpty ? "everything" : names.joined(separator: ", ")), one by one",
            chosenRouters.flatMap(restarting(router:)) + chosenWorkers.flatMap { restarting(worker: $0, of: workers) })
    }

    /// All together, without handing over.
    public func restartingAtOnce(_ names: [String], isForced: Bool) throws(Refusal) -> Procedure {
        let chosen = try choose(names)
        let chosenRouters = routers.filter(chosen.contains)
        let chosenWorkers = workers.filter(chosen.contains)
        guard isForced || (chosenRouters.count < routers.count && chosenWorkers.count < workers.count) else {
            throw Refusal(
                .unavailable, place: "restart", value: (chosenRouters + chosenWorkers).joined(separator: ", "),
                remedy: "Nobody would be left to answer meanwhile. Restart one by one with --rolling, or add --force.")
        }
        return procedure(
            "restart \(names.isEmpty ? "everything" : names.joined(separator: ", ")), at once",
            atOnce(stoppingRouters: chosenRouters, startingRouters: chosenRouters, workers: chosenWorkers))
    }

    func procedure(_ title: String, _ steps: [ProcedureStep]) -> Procedure {
        Procedure(title: title, steps: steps, replicas: replicas)
    }

    // MARK: - Steps

    func addingSteps(_ names: [String]) -> [ProcedureStep] {
        names.isEmpty ? [] : [.start(names, .worker)] + names.map { .awaitWorker($0) }
    }

    /// The last one of all is only stopped: nobody could take over.
    func drainingSteps(_ names: [String]) -> [ProcedureStep] {
        var left = workers.count
        return names.flatMap { name -> [ProcedureStep] in
            left -= 1
            return (left > 0 ? [.drain(worker: name)] : []) + [.stop([name]), .forget([name])]
        }
    }

    func restarting(worker name: String, of all: [String]) -> [ProcedureStep] {
        (all.count > 1 ? [.drain(worker: name)] : [])
            + [.stop([name]), .start([name], .worker), .awaitWorker(name)]
    }

    func restarting(router name: String) -> [ProcedureStep] {
        [.stop([name]), .start([name], .router), .awaitRouter(name)]
    }

    func atOnce(
        stoppingRouters: [String], startingRouters: [String], workers: [String]
    ) -> [ProcedureStep] {
        let gone = stoppingRouters.filter { !startingRouters.contains($0) }
        var steps: [ProcedureStep] = []
        if !workers.isEmpty { steps.append(.stop(workers)) }
        if !stoppingRouters.isEmpty { steps.append(.stop(stoppingRouters)) }
        if !gone.isEmpty { steps.append(.forget(gone)) }
        if !startingRouters.isEmpty { steps.append(.start(startingRouters, .router)) }
        if !workers.isEmpty { steps.append(.start(workers, .worker)) }
        return steps + startingRouters.map { .awaitRouter($0) } + workers.map { .awaitWorker($0) }
    }

    // MARK: - Checks

    private func choose(_ names: [String]) throws(Refusal) -> [String] {
        for name in names { try checkKnown(name, among: routers + workers, "a process") }
        return names.isEmpty ? routers + workers : names
    }

    private func checkKnown(_ name: String, among known: [String], _ what: String) throws(Refusal) {
        guard known.contains(name) else {
            throw Refusal(
                .invalidIdentifier, place: "NAME", value: name,
                remedy: "Name \(what) of this cluster: \(known.joined(separator: ", ")).")
        }
    }

    func checkDrain(_ names: [String], isForced: Bool) throws(Refusal) {
        let left = workers.count - names.count
        guard !isForced else { return }
        guard left > 0 else {
            throw Refusal(
                .unavailable, place: "drain", value: names.joined(separator: ", "),
                remedy: "It is the last worker, and nobody would be left to price: add one first, or add --force.")
        }
        guard left >= min(replicas, workers.count) else {
            throw Refusal(
                .unavailable, place: "drain", value: names.joined(separator: ", "),
                remedy: "Partitions shall have \(replicas) replicas (cluster.replicas) and \(left) "
                    + "worker\(left == 1 ? "" : "s") would be left, so that the next failure would be noticed: "
                    + "add one first, or add --force.")
        }
    }

    func checkRouterRestart(_ names: [String], isForced: Bool) throws(Refusal) {
        guard isForced || names.isEmpty || routers.count > 1 else {
            throw Refusal(
                .unavailable, place: "restart", value: names.joined(separator: ", "),
                remedy: "It is the only router, and clients would get no answers for a moment: configure a second "
                    + "one, restart the workers only, or add --force.")
        }
    }

    func checkWorkerRestart(_ names: [String], isForced: Bool) throws(Refusal) {
        guard isForced || names.isEmpty || workers.count > 1 else {
            throw Refusal(
                .unavailable, place: "restart", value: names.joined(separator: ", "),
                remedy: "It is the only worker, and requests would wait or be refused for a moment: add one first "
                    + "(`farthing workers add`), or add --force.")
        }
    }
}
