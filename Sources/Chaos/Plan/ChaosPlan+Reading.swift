// From text to `ChaosPlan`, as strict as `cluster.yaml`: every mistake of the file, each with line and column.

import Configuration
import Domain
import Yams

extension ChaosPlan {
    /// - Throws: every problem of the file at once.
    public static func load(path: String) throws(ConfigurationError) -> ChaosPlan {
        try parse(yaml: try TextFile.read(path, name: "plan, such as deploy/chaos/kill-worker.yaml"), source: path)
    }

    /// - Parameter source: how messages call the file.
    public static func parse(yaml: String, source: String) throws(ConfigurationError) -> ChaosPlan {
        let document = YAMLDocument(yaml)
        if let problem = document.syntaxProblem { throw ConfigurationError(source: source, problems: [problem]) }
        var problems = ProblemList()
        let plan = read(document, &problems)
        guard problems.problems.isEmpty else {
            throw ConfigurationError(source: source, problems: problems.sorted)
        }
        return plan
    }

    private static func read(_ document: YAMLDocument, _ problems: inout ProblemList) -> ChaosPlan {
        var plan = ChaosPlan()
        var file = SectionReader(document.root, path: "", in: document, &problems)
        var seed = 1
        file.read("seed", into: &seed, .whole(0...Int(Int32.max)), &problems)
        plan.seed = UInt64(seed)
        var network: ConfigurationError.Place?
        var cluster = SectionReader(file.node("cluster"), path: "cluster", in: document, &problems)
        plan.cluster.read(&cluster, network: &network, &problems)
        var load = SectionReader(file.node("load"), path: "load", in: document, &problems)
        plan.load.read(&load, in: document, &problems)
        if let node = file.node("faults") {
            plan.faults = faults(node, in: document, &problems)
        } else {
            problems.add("faults is missing; give a list of what shall happen", at: file.place)
        }
        file.finish(&problems)
        plan.settleNetwork(at: network, file.place, &problems)
        return plan
    }

    private static func faults(
        _ node: Node, in document: YAMLDocument, _ problems: inout ProblemList
    ) -> [FaultStep] {
        guard case .sequence(let items) = node else {
            problems.add("faults is \(node.summary); expected a list of what shall happen", at: node.place)
            return []
        }
        return items.enumerated().compactMap { index, item in
            var section = SectionReader(item, path: "faults[\(index)]", in: document, &problems)
            let step = FaultStepReader(path: "faults[\(index)]", section: section).read(&section, &problems)
            section.finish(&problems)
            return step
        }
    }

    /// A plan that breaks links goes through the proxy without saying so.
    private mutating func settleNetwork(
        at place: ConfigurationError.Place?, _ file: ConfigurationError.Place, _ problems: inout ProblemList
    ) {
        let linkSteps = faults.filter(\.action.kind.isOfLinks)
        if place == nil, !linkSteps.isEmpty { cluster.network = .proxy }
        if cluster.network == .loopback, let step = linkSteps.first {
            problems.add(
                "cluster.network is loopback, where nothing can \(step.action.kind.rawValue); leave it out", at: place)
        }
        if cluster.network == .namespaces {
            for step in linkSteps where !step.canHappenInNamespaces {
                problems.add(
                    "cluster.network is namespaces, where only whole cables of workers can be cut, not "
                        + "“\(step.name)”; use proxy", at: place)
            }
        }
        if cluster.log != .jetstream, let step = faults.first(where: \.target.isServer) {
            problems.add("cluster.log is \(cluster.log.rawValue), which has no servers for “\(step.name)”", at: file)
        }
        if cluster.logMebibytes == nil, faults.contains(where: { $0.action.kind == .fillDisk }) {
            problems.add("cluster.log_size is missing; fill-disk needs one, such as 64MiB", at: file)
        }
    }
}

extension FaultStep {
    fileprivate var canHappenInNamespaces: Bool {
        guard action.kind == .cut, case .links(_, let router) = target else { return false }
        return router == .all
    }
}

extension ClusterShape {
    fileprivate mutating func read(
        _ section: inout SectionReader, network place: inout ConfigurationError.Place?, _ problems: inout ProblemList
    ) {
        section.read("workers", into: &workers, .whole(1...16), &problems)
        section.read("routers", into: &routers, .whole(1...8), &problems)
        section.read("partitions", into: &partitions, .whole(1...256), &problems)
        place = section.read("network", into: &network, .choice, &problems)
        section.read("restart_after", into: &restartAfter, .duration("0ms", "60s"), &problems)
        section.read("log", into: &log, .choice, &problems)
        section.read("log_servers", into: &logServers, .whole(1...5), &problems)
        var size: Int?
        section.read("log_size", into: &size, .mebibytes, &problems)
        logMebibytes = size
        section.finish(&problems)
    }
}

extension LoadShape {
    fileprivate mutating func read(
        _ section: inout SectionReader, in document: YAMLDocument, _ problems: inout ProblemList
    ) {
        section.read("rate", into: &rate, .loadRate, &problems)
        section.read("users", into: &users, .whole(1...1_000_000), &problems)
        section.read("deadline", into: &deadline, .duration("10ms", "60s"), &problems)
        section.read("clients", into: &clients, .whole(1...64), &problems)
        section.read("lines", into: &lines, .whole(1...Limits.cartLines), &problems)
        section.read("own_writes", into: &ownWrites, .percent(0...100), &problems)
        var mix = SectionReader(section.node("mix"), path: "load.mix", in: document, &problems)
        mix.read("price", into: &self.mix.price, .percent(0...100), &problems)
        mix.read("events", into: &self.mix.events, .percent(0...100), &problems)
        mix.read("verify", into: &self.mix.verify, .percent(0...100), &problems)
        mix.finish(&problems)
        let sum = self.mix.price + self.mix.events + self.mix.verify
        if abs(sum - 1) > 1e-9 {
            problems.add("load.mix adds up to \((sum * 1_000).rounded() / 10)%; make it 100%", at: mix.place)
        }
        section.finish(&problems)
    }
}
