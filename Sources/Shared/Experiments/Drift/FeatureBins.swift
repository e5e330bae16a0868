// The bins of a feature, cut once from the rows that a model was learned from and kept with it: tenths of a number's
// values, a category's frequent levels, and a bin of its own for what is missing or was never seen.

import Domain

/// The value of a feature in one row.
public enum ObservedValue: Equatable, Sendable {
    /// NaN where it is missing.
    case number(Float)
    case level(String)
}

/// Where the values of a feature fall.
public struct FeatureBins: Equatable, Sendable, Codable {
    enum Kind: Equatable, Sendable, Codable {
        /// Upper ends of all bins but the last, ascending.
        case numbers(edges: [Float])
        /// Ascending; every other level shares a bin.
        case levels([String])
    }

    public let name: String
    let kind: Kind

    private static let tenths = 10
    /// Levels with a bin of their own, and the share of the rows that gives them one.
    private static let mostLevels = 30
    private static let frequent = 0.005

    /// - Complexity: values × log values.
    public init(name: String, numbers: [Float]) {
        self.name = name
        let sorted = numbers.filter { !$0.isNaN }.sorted()
        var edges: [Float] = []
        for tenth in 1..<Self.tenths where !sorted.isEmpty {
            let edge = sorted[(sorted.count - 1) * tenth / Self.tenths]
            // An edge at the largest value would leave a bin that nothing falls into.
            if edge > edges.last ?? -.infinity, edge < sorted[sorted.count - 1] { edges.append(edge) }
        }
        // A number that never varied has moved when it is any other one.
        if let only = sorted.first, only == sorted.last { edges = [only.nextDown, only] }
        kind = .numbers(edges: edges)
    }

    public init(name: String, levels: [String]) {
        self.name = name
        var counts: [String: Int] = [:]
        for level in levels { counts[level, default: 0] += 1 }
        let least = Self.frequent * Double(levels.count)
        let kept = counts.filter { Double($0.value) >= least && $0.value >= 5 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        kind = .levels(kept.prefix(Self.mostLevels).map(\.key).sorted())
    }

    /// Bins, with the one for the missing or the unknown, which comes last.
    public var count: Int {
        switch kind {
        case .numbers(let edges): edges.count + 2
        case .levels(let levels): levels.count + 1
        }
    }

    /// The bin of a value; one of another kind is unknown.
    /// - Complexity: log bins.
    public func bin(of value: ObservedValue) -> Int {
        switch (kind, value) {
        case (.numbers(let edges), .number(let number)):
            return number.isNaN ? count - 1 : edges.partitioningIndex { $0 >= number }
        case (.levels(let levels), .level(let level)):
            return levels.sortedIndex(of: level) ?? count - 1
        default: return count - 1
        }
    }

    /// What a bin holds, in words.
    public func words(_ bin: Int) -> String {
        switch kind {
        case .numbers(let edges):
            if bin == count - 1 { return "missing" }
            guard let first = edges.first, let last = edges.last else { return "any number" }
            if first.nextUp == last, bin < edges.count { return bin == 0 ? "below \(last)" : "\(last)" }
            if bin == 0 { return "up to \(first)" }
            return bin == edges.count ? "above \(last)" : "\(edges[bin - 1]) to \(edges[bin])"
        case .levels(let levels): return bin < levels.count ? "“\(levels[bin])”" : "rare or new"
        }
    }
}
