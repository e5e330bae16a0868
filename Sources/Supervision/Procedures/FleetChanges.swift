// What another cluster.yaml means for each process of a cluster. Every process is compared by what it was started
// with itself: after a reload that was given up half way, some have read one file and some another.

import Configuration

struct FleetChanges {
    /// What cannot change while the cluster runs: the key, and why.
    private(set) var fixed: [String] = []
    /// Keys that only commands read.
    private(set) var readByCommands: [String] = []
    /// Consequences that an operator should know of.
    private(set) var warnings: [String] = []
    /// Sections that each worker has read otherwise, `routers` among them; no entry for one that does not run.
    private(set) var readByWorker: [String: [String]] = [:]
    /// The same of routers that stay.
    private(set) var readByRouter: [String: [String]] = [:]
    /// Workers that were stopped and not started again.
    private(set) var stoppedWorkers: [String] = []
    /// Routers that run on under their addresses.
    private(set) var keptRouters: [String] = []
    /// Routers that are to be stopped: they are not wanted any more, or elsewhere.
    private(set) var goneRouters: [String] = []
    /// Routers that are to be started: they are new, elsewhere, or were stopped.
    private(set) var comingRouters: [String] = []

    init(
        from read: [String: ClusterConfiguration], inForce old: ClusterConfiguration, to new: ClusterConfiguration,
        _ planner: ProcedurePlanner
    ) {
        note(ConfigurationChanges(from: old, to: new))
        readByCommands = ConfigurationChanges(from: old, to: new).readByCommands
        compareRouters(read, new, planner)
        for name in planner.workers {
            guard let configuration = read[name] else {
                stoppedWorkers.append(name)
                continue
            }
            let changes = ConfigurationChanges(from: configuration, to: new)
            note(changes)
            readByWorker[name] = changes.readByWorkers + (changes.changesRouters ? ["routers"] : [])
        }
    }

    private mutating func compareRouters(
        _ read: [String: ClusterConfiguration], _ new: ClusterConfiguration, _ planner: ProcedurePlanner
    ) {
        goneRouters = planner.routers.filter { name in !new.routers.contains { $0.name == name } }
        for router in new.routers {
            let name = router.name
            guard planner.routers.contains(name), let configuration = read[name] else {
                comingRouters.append(name)
                continue
            }
            guard configuration.routers.contains(router) else {
                goneRouters.append(name)
                comingRouters.append(name)
                continue
            }
            let changes = ConfigurationChanges(from: configuration, to: new)
            note(changes)
            keptRouters.append(name)
            readByRouter[name] = changes.readByRouters
        }
    }

    private mutating func note(_ changes: ConfigurationChanges) {
        fixed = (fixed + changes.fixed).withoutRepetitions
        warnings = (warnings + changes.warnings).withoutRepetitions
    }
}

extension [String] {
    /// Every element once, where it came first.
    var withoutRepetitions: [String] {
        reduce(into: []) { kept, element in if !kept.contains(element) { kept.append(element) } }
    }
}
