import Yams

extension Reading {
    /// The list of routers. What two of them share, a name or an address, is named at the later one.
    mutating func routers(_ node: Node) -> [RouterSettings] {
        let range = RouterSettings.acceptableCount
        guard case .sequence(let items) = node, range.contains(items.count) else {
            let found = node.sequence.map { "a list of \($0.count)" } ?? node.summary
            problems.add(
                "routers is \(found); expected a list of \(range.lowerBound) to \(range.upperBound) routers",
                at: node.place)
            return [RouterSettings()]
        }
        var names: [String: String] = [:]
        var addresses: [Endpoint: String] = [:]
        return items.enumerated().map { index, item in
            var router = RouterSettings()
            let path = "routers[\(index)]"
            var section = SectionReader(item, path: path, in: document, &problems)
            let name = section.read("name", into: &router.name, .text(upTo: 64), required: true, &problems)
            if let name, let other = names.updateValue("\(path).name", forKey: router.name) {
                problems.add("\(path).name is the name of \(other) too; give each router its own", at: name)
            }
            let clients = section.read("clients", into: &router.clients, .endpoint, required: true, &problems)
            if let clients { claim(router.clients, "\(path).clients", at: clients, &addresses) }
            let workers = section.read("workers", into: &router.workers, .endpoint, required: true, &problems)
            if let workers { claim(router.workers, "\(path).workers", at: workers, &addresses) }
            section.finish(&problems)
            return router
        }
    }

    private mutating func claim(
        _ address: Endpoint, _ path: String, at place: ConfigurationError.Place, _ addresses: inout [Endpoint: String]
    ) {
        if let other = addresses.updateValue(path, forKey: address) {
            problems.add("\(path) is the address of \(other) too; give it a port of its own", at: place)
        }
    }
}
