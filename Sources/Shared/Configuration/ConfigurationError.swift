import Domain

/// Everything that is wrong with a configuration, found in one reading.
public struct ConfigurationError: Error, Equatable, Sendable {
    /// One mistake, where it stands, and what to write instead.
    public struct Problem: Equatable, Sendable {
        /// Line and column count from 1; nil when the problem has no place in the file.
        public var place: Place?
        /// Names the key, the value and the remedy.
        public var message: String

        public init(place: Place?, message: String) {
            self.place = place
            self.message = message
        }
    }

    public struct Place: Hashable, Comparable, Sendable {
        public var line: Int
        /// Counted in Unicode scalars.
        public var column: Int

        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        public static func < (left: Place, right: Place) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    /// The file, as it was named by whoever asked for it.
    public var source: String
    /// Not empty; in the order of the file.
    public var problems: [Problem]

    public init(source: String, problems: [Problem]) {
        precondition(!problems.isEmpty, "a configuration error needs a problem")
        self.source = source
        self.problems = problems
    }

    package init(source: String, problem: String) {
        self.init(source: source, problems: [Problem(place: nil, message: problem)])
    }

    /// The stable code, `INVALID_CONFIGURATION`.
    public static let code = RefusalCode.invalidConfiguration
}

extension ConfigurationError: CustomStringConvertible {
    /// The code, then one line per problem: `cluster.yaml:12:3: unknown key “partitons”; …`.
    public var description: String {
        let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
        return (["\(Self.code.name) (\(Self.code.rawValue)): \(count)"] + lines).joined(separator: "\n")
    }

    /// One line per problem, without the code.
    public var lines: [String] {
        problems.map { problem in
            let place = problem.place.map { ":\($0.line):\($0.column)" } ?? ""
            return "\(source)\(place): \(problem.message)"
        }
    }
}
