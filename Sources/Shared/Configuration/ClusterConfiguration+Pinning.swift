// A supervisor starts processes at any time, and they shall all read what the first ones read, whatever somebody has
// written into cluster.yaml since. So it keeps a copy that means the same wherever it lies: the text it was given, with
// paths made absolute and with what its command line said instead.

import Yams

extension ClusterConfiguration {
    /// The text of a file that, read from any folder, means this configuration.
    /// - Parameter yaml: the text that this configuration was read from; it may differ from this in the number of
    ///   workers, in the kind of log, and in nothing else.
    /// - Throws: when the text means something else after all: then it has changed since it was read.
    public func pinned(yaml: String, source: String) throws(ConfigurationError) -> String {
        var root = YAMLDocument(yaml).root ?? Node.mapping(.init([]))
        if root.mapping == nil { root = .mapping(.init([])) }
        Self.set("workers", "count", "\(workers.count)", in: &root)
        Self.set("log", "kind", log.kind.rawValue, in: &root)
        Self.set("log", "directory", log.directory, in: &root)
        Self.set("quotes", "key_file", quotes.keyFile, in: &root)
        Self.set("model", "bundle", model.bundleFile, in: &root)
        guard let text = try? Yams.serialize(node: root),
            try Self.parse(yaml: text, source: source, directory: "/") == self
        else {
            throw ConfigurationError(source: source, problem: "has changed while it was read; save it and try again")
        }
        return text
    }

    private static func set(_ section: String, _ key: String, _ value: String, in root: inout Node) {
        var mapping = root.mapping?[Node(section)]?.mapping ?? .init([])
        mapping[Node(key)] = Node(value, Tag(.str), .doubleQuoted)
        root.mapping?[Node(section)] = .mapping(mapping)
    }
}
