// What another cluster.yaml means for a cluster that runs: which processes have read what has changed, and which
// changes no running cluster can make. Compared section by section; a key that this file does not know makes
// every process start again, so that forgetting one here is slow and never wrong.

import Configuration

public struct ConfigurationChanges: Equatable, Sendable {
    /// What cannot change while the cluster runs: the key, and why.
    public private(set) var fixed: [String] = []
    /// Sections that routers have read.
    public private(set) var readByRouters: [String] = []
    /// Sections that workers have read.
    public private(set) var readByWorkers: [String] = []
    /// Keys that only commands read.
    public private(set) var readByCommands: [String] = []
    /// Consequences that an operator should know of.
    public private(set) var warnings: [String] = []
    /// Routers that are new, by name.
    public private(set) var addedRouters: [String] = []
    public private(set) var removedRouters: [String] = []
    /// Routers that keep their name and get another address.
    public private(set) var movedRouters: [String] = []
    /// Routers that stay as they are.
    public private(set) var keptRouters: [String] = []

    /// Whether anything but the order of the routers changes.
    var changesRouters: Bool { !(addedRouters + removedRouters + movedRouters).isEmpty }

    /// - Parameters:
    ///   - old: what a process has read.
    ///   - new: what it would read now.
    public init(from old: ClusterConfiguration, to new: ClusterConfiguration) {
        compareRouters(old.routers, new.routers)
        compareFixed(old, new)
        let byWorkers: [(String, Bool)] = [
            ("quotes", old.quotes != new.quotes), ("pricing", old.pricing != new.pricing),
            ("experiments", old.experiments != new.experiments), ("snapshots", old.snapshots != new.snapshots),
            ("exposures", old.exposures != new.exposures),
        ]
        readByWorkers = byWorkers.filter(\.1).map(\.0)
        if old.limits != new.limits { readByRouters.append("limits") }
        if old.heartbeats != new.heartbeats { readByEverybody("heartbeats") }
        if old.shop.tenant != new.shop.tenant { readByCommands.append("shop.tenant") }
        if old.shop.currency != new.shop.currency { readByCommands.append("shop.currency") }
        if old.model != new.model {
            readByCommands.append("model.bundle")
            warnings.append("model.bundle: the model in force stays; `farthing activate` serves another one")
        }
        if old.quotes.keyFile != new.quotes.keyFile {
            warnings.append("quotes.key_file: quotes signed with the other key are refused, from worker to worker")
        }
        if old.experiments != new.experiments {
            warnings.append("experiments: shoppers move between arms; a running comparison ends")
        }
        if Self.restDiffers(old, new) { readByEverybody("other keys") }
    }

    private mutating func readByEverybody(_ section: String) {
        readByRouters.append(section)
        readByWorkers.append(section)
    }

    private mutating func compareRouters(_ old: [RouterSettings], _ new: [RouterSettings]) {
        for router in new {
            switch old.first(where: { $0.name == router.name }) {
            case nil: addedRouters.append(router.name)
            case router: keptRouters.append(router.name)
            default: movedRouters.append(router.name)
            }
        }
        removedRouters = old.map(\.name).filter { name in !new.contains { $0.name == name } }
    }

    private mutating func compareFixed(_ old: ClusterConfiguration, _ new: ClusterConfiguration) {
        let log = "it belongs to the log: stop the cluster, name a new log.directory and import again"
        func check(_ key: String, _ before: some Equatable, _ now: some Equatable, _ isSame: Bool, _ why: String) {
            if !isSame {
                fixed.append("\(key) is “\(before)” and cannot become “\(now)” while the cluster runs: \(why)")
            }
        }
        check("cluster.name", old.cluster.name, new.cluster.name, old.cluster.name == new.cluster.name, log)
        check(
            "cluster.partitions", old.cluster.partitions, new.cluster.partitions,
            old.cluster.partitions == new.cluster.partitions, log)
        check("log.kind", old.log.kind.rawValue, new.log.kind.rawValue, old.log.kind == new.log.kind, "stop it first")
        check(
            "log.directory", old.log.directory, new.log.directory, old.log.directory == new.log.directory,
            "stop it first")
        // Half of the workers on other servers could be half of them on another log.
        check(
            "log.servers", old.log.servers.joined(separator: ", "), new.log.servers.joined(separator: ", "),
            old.log.servers == new.log.servers, "stop it first")
        check("shop.time_zone", old.shop.timeZone, new.shop.timeZone, old.shop.timeZone == new.shop.timeZone, log)
    }

    /// Whether anything differs that is not compared above.
    private static func restDiffers(_ old: ClusterConfiguration, _ new: ClusterConfiguration) -> Bool {
        var rest = new
        rest.cluster.name = old.cluster.name
        rest.cluster.partitions = old.cluster.partitions
        rest.routers = old.routers
        rest.workers.count = old.workers.count
        rest.log.kind = old.log.kind
        rest.log.directory = old.log.directory
        rest.log.servers = old.log.servers
        rest.shop = old.shop
        rest.quotes = old.quotes
        rest.pricing = old.pricing
        rest.experiments = old.experiments
        rest.model = old.model
        rest.limits = old.limits
        rest.heartbeats = old.heartbeats
        rest.snapshots = old.snapshots
        rest.exposures = old.exposures
        return rest != old
    }
}
