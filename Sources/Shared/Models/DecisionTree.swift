// A regression tree in its plainest form: what a bundle stores, what the flat forest is compiled from, and, with
// the obvious walk, the reference that the fast one is checked against.

/// One regression tree. Node 0 is the root; the two children of a split stand side by side, after it.
public struct DecisionTree: Equatable, Sendable {
    public enum Node: Equatable, Sendable {
        /// `x[feature] >= threshold` goes to node `left + 1`, everything else, NaN included, to node `left`.
        case split(feature: Int, threshold: Float, left: Int)
        case leaf(Float)
    }

    public let nodes: [Node]
    /// Splits on the longest way from the root to a leaf.
    public let depth: Int

    public static let largestDepth = 16
    public static let largestCount = 1 << 16

    /// A checked tree: finite, in range, every node reached exactly once.
    /// - Parameter place: how errors name the tree, for example `slope.trees[3]`.
    public init(nodes: [Node], featureCount: Int, place: String) throws(ModelError) {
        guard !nodes.isEmpty, nodes.count <= Self.largestCount else {
            throw Self.broken(place, "\(nodes.count) nodes", "A tree has 1 to \(Self.largestCount) nodes")
        }
        var depths = [Int](repeating: -1, count: nodes.count)
        depths[0] = 0
        for (index, node) in nodes.enumerated() {
            // Said only of a node that is broken: a bundle has thousands that are not.
            func here() -> String { "\(place).nodes[\(index)]" }
            guard depths[index] >= 0 else { throw Self.broken(here(), "unreachable", "Every node has a parent") }
            switch node {
            case .leaf(let value):
                guard value.isFinite else { throw ModelError.notFinite("\(here()).leaf", value) }
            case .split(let feature, let threshold, let left):
                guard threshold.isFinite else { throw ModelError.notFinite("\(here()).threshold", threshold) }
                guard feature >= 0, feature < featureCount else {
                    throw ModelError(
                        .unknownFeature, place: "\(here()).feature", value: "\(feature)",
                        remedy: "The model has \(featureCount) features; train it again with this version.")
                }
                guard left > index, left < nodes.count - 1, depths[left] < 0, depths[left + 1] < 0 else {
                    throw Self.broken("\(here()).left", "\(left)", "Children stand after their only parent")
                }
                guard depths[index] < Self.largestDepth else {
                    throw Self.broken(here(), "depth \(depths[index] + 1)", "Trees are at most 16 splits deep")
                }
                depths[left] = depths[index] + 1
                depths[left + 1] = depths[index] + 1
            }
        }
        self.nodes = nodes
        depth = depths.max() ?? 0
    }

    /// The value of the leaf that a row falls into.
    public func value(of row: [Float]) -> Float {
        var index = 0
        while true {
            switch nodes[index] {
            case .leaf(let value): return value
            case .split(let feature, let threshold, let left): index = row[feature] >= threshold ? left + 1 : left
            }
        }
    }

    private static func broken(_ place: String, _ value: String, _ rule: String) -> ModelError {
        ModelError(.brokenTree, place: place, value: value, remedy: "\(rule); the file is damaged, copy it again.")
    }
}
