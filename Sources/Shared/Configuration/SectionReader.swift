// Reads one mapping of the file, key by key. It remembers which keys were asked for, so that whatever is
// left at the end is an unknown key, and it collects problems instead of stopping at the first.

import Yams

/// The problems found so far in one file.
package struct ProblemList {
    package private(set) var problems: [ConfigurationError.Problem] = []

    package init() {}

    package mutating func add(_ message: String, at place: ConfigurationError.Place?) {
        problems.append(.init(place: place, message: message))
    }

    /// In the order of the file.
    package var sorted: [ConfigurationError.Problem] {
        problems.enumerated()
            .sorted { ($0.element.place ?? .start, $0.offset) < ($1.element.place ?? .start, $1.offset) }
            .map(\.element)
    }
}

package struct SectionReader {
    private struct Entry {
        var key: String
        var keyPlace: ConfigurationError.Place
        var value: Node
    }

    /// `pricing`, or empty for the whole file.
    private let path: String
    package let place: ConfigurationError.Place
    private var entries: [Entry] = []
    private var known: [String] = []

    /// - Parameter node: nil where the section is left out; every key has its default then.
    package init(_ node: Node?, path: String, in document: YAMLDocument, _ problems: inout ProblemList) {
        self.path = path
        place = node?.place ?? .start
        guard let node, !node.isNull else { return }
        guard case .mapping(let mapping) = node else {
            let what = path.isEmpty ? "the file" : path
            problems.add("\(what) is \(node.summary); expected keys with values, such as `key: value`", at: node.place)
            return
        }
        var repeated: [YAMLDocument.Masked] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                problems.add("a key is \(key.summary); expected a word", at: key.place)
                continue
            }
            if let masked = document.maskedKey(scalar.string) {
                repeated.append(masked)
            } else {
                entries.append(Entry(key: scalar.string, keyPlace: key.place, value: value))
            }
        }
        for masked in repeated {
            let again = entries.first { $0.key == masked.name }?.keyPlace ?? masked.place
            let message =
                "\(name(of: masked.name)) is given twice, first on line \(masked.place.line); keep one of the two"
            problems.add(message, at: again)
        }
    }

    /// Reads a key into `value`; leaves the default when the key is left out or wrong.
    /// - Returns: where the value stands, when it was read.
    @discardableResult
    package mutating func read<Value>(
        _ key: String, into value: inout Value, _ rule: Rule<Value>, required: Bool = false,
        _ problems: inout ProblemList
    ) -> ConfigurationError.Place? {
        guard let node = node(key) else {
            if required { problems.add("\(name(of: key)) is missing; give \(rule.expectation)", at: place) }
            return nil
        }
        guard case .scalar(let scalar) = node, let found = rule.read(scalar.string) else {
            problems.add("\(name(of: key)) is \(node.summary); expected \(rule.expectation)", at: node.place)
            return nil
        }
        value = found
        return node.place
    }

    /// Reads a list of different scalars into `values`; leaves the default when the key is left out or wrong.
    /// - Returns: where the list stands, when it was read.
    @discardableResult
    mutating func read<Value: Equatable>(
        _ key: String, into values: inout [Value], each rule: Rule<Value>, count: ClosedRange<Int>,
        _ problems: inout ProblemList
    ) -> ConfigurationError.Place? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let items) = node, count.contains(items.count) else {
            let found = node.sequence.map { "a list of \($0.count)" } ?? node.summary
            problems.add(
                "\(name(of: key)) is \(found); expected a list of \(count.lowerBound) to \(count.upperBound), each "
                    + rule.expectation, at: node.place)
            return nil
        }
        var found: [Value] = []
        for (index, item) in items.enumerated() {
            let name = "\(name(of: key))[\(index)]"
            guard case .scalar(let scalar) = item, let value = rule.read(scalar.string) else {
                problems.add("\(name) is \(item.summary); expected \(rule.expectation)", at: item.place)
                continue
            }
            if found.contains(value) {
                problems.add("\(name) is \(item.summary), which stands above already; name each once", at: item.place)
            }
            found.append(value)
        }
        guard found.count == items.count else { return nil }
        values = found
        return node.place
    }

    /// The value of a key that is a section or a list itself.
    package mutating func node(_ key: String) -> Node? {
        known.append(key)
        return entries.first { $0.key == key }?.value
    }

    /// Reports every key that nobody asked for.
    package func finish(_ problems: inout ProblemList) {
        for entry in entries where !known.contains(entry.key) {
            let guess = nearest(to: entry.key, among: known)
            let remedy =
                guess.map { "did you mean “\($0)”?" } ?? "known here: \(known.sorted().joined(separator: ", "))"
            problems.add("unknown key “\(shortened(entry.key))”; \(remedy)", at: entry.keyPlace)
        }
    }

    private func name(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

extension Node {
    package var place: ConfigurationError.Place { mark.map { .init($0) } ?? .start }

    var isNull: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .any || scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    /// The value as an error message shows it.
    package var summary: String {
        switch self {
        case .scalar(let scalar): isNull ? "empty" : "“\(shortened(scalar.string))”"
        case .mapping: "a section"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

extension ConfigurationError.Place {
    static let start = ConfigurationError.Place(line: 1, column: 1)
}

private func shortened(_ text: String) -> String { text.count > 60 ? text.prefix(57) + "…" : text }
