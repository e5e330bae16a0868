// libxgboost's saved model, read into Farthing's own trees. Only the fields used here are declared; trees are
// renumbered breadth first, so that siblings are neighbours and pruned nodes disappear.

import Foundation
import Models

/// The trees of one booster, and what each column was worth.
struct SavedForest {
    /// Trees with at least one split.
    let trees: [DecisionTree]
    /// The sum of the trees that are one single leaf: a constant, better kept outside the forest.
    let constant: Float
    /// Total gain by column of the full row.
    let gains: [Double]

    /// - Parameters:
    ///   - rounds: trees to keep, from the first.
    ///   - columns: for each column that the booster saw, its place in the full row.
    ///   - featureCount: width of the full row.
    init(json: [UInt8], rounds: Int, columns: [Int], featureCount: Int, place: String) throws(LearningError) {
        let saved: [SavedModel.Tree]
        do {
            saved = try JSONDecoder().decode(SavedModel.self, from: Data(json)).trees
        } catch {
            throw Self.unreadable(place, "\(error)")
        }
        var trees: [DecisionTree] = []
        var constant: Float = 0
        var gains = [Double](repeating: 0, count: featureCount)
        for (index, tree) in saved.prefix(rounds).enumerated() {
            let place = "\(place).trees[\(index)]"
            let nodes = try Self.renumbered(tree, columns: columns, gains: &gains, place: place)
            if case .leaf(let value) = nodes[0] {
                constant += value
                continue
            }
            do {
                trees.append(try DecisionTree(nodes: nodes, featureCount: featureCount, place: place))
            } catch {
                throw LearningError(place: error.place, value: error.value, remedy: error.remedy)
            }
        }
        self.trees = trees
        self.constant = constant
        self.gains = gains
    }

    private static func renumbered(
        _ tree: SavedModel.Tree, columns: [Int], gains: inout [Double], place: String
    ) throws(LearningError) -> [DecisionTree.Node] {
        var nodes: [DecisionTree.Node] = []
        // The node at position i of the queue becomes node i of the tree.
        var queue = [0]
        while nodes.count < queue.count {
            let node = queue[nodes.count]
            guard tree.holds(node), queue.count <= DecisionTree.largestCount else {
                throw unreadable(place, "node \(node)")
            }
            guard tree.left[node] >= 0 else {
                nodes.append(.leaf(tree.conditions[node]))
                continue
            }
            guard columns.indices.contains(tree.features[node]) else {
                throw unreadable(place, "column \(tree.features[node])")
            }
            let column = columns[tree.features[node]]
            gains[column] += tree.gains[node]
            nodes.append(.split(feature: column, threshold: tree.conditions[node], left: queue.count))
            queue += [tree.left[node], tree.right[node]]
        }
        return nodes
    }

    private static func unreadable(_ place: String, _ value: String) -> LearningError {
        LearningError(
            place: "libxgboost's \(place)", value: value, remedy: "Install libxgboost 1.7, whose format is read here.")
    }
}

/// The fields of libxgboost's JSON model that matter here.
private struct SavedModel: Decodable {
    struct Learner: Decodable {
        var booster: GradientBooster

        enum CodingKeys: String, CodingKey { case booster = "gradient_booster" }
    }
    struct GradientBooster: Decodable {
        var model: Forest
    }
    struct Forest: Decodable {
        var trees: [Tree]
    }
    struct Tree: Decodable {
        /// −1 at leaves.
        var left: [Int]
        var right: [Int]
        var features: [Int]
        /// Thresholds at splits, values at leaves.
        var conditions: [Float]
        var gains: [Double]

        enum CodingKeys: String, CodingKey {
            case left = "left_children"
            case right = "right_children"
            case features = "split_indices"
            case conditions = "split_conditions"
            case gains = "loss_changes"
        }

        func holds(_ node: Int) -> Bool {
            [left.count, right.count, features.count, conditions.count, gains.count].allSatisfy { node < $0 }
                && node >= 0
        }
    }

    var learner: Learner
    var trees: [Tree] { learner.booster.model.trees }
}
