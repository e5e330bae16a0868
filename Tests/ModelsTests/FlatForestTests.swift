import Models
import Testing

@Suite struct FlatForestTests {
    @Test func theFastWalkEqualsThePlainOneToTheLastBit() throws {
        var generator = Lottery(seed: 1)
        for trees in [0, 1, 7, 8, 9, 16, 50] {
            let forest = try generator.forest(trees: trees, depth: 7, features: 6)
            for count in [0, 1, 5, 33] {
                let rows = generator.rows(count, features: 6)
                var sums = [Float](repeating: .nan, count: count)
                var span = sums.mutableSpan
                forest.score(rows.span, into: &span)
                for index in 0..<count {
                    #expect(sums[index] == forest.referenceScore(Array(rows[(index * 6)..<(index * 6 + 6)])))
                }
            }
        }
    }

    @Test func aValueOnTheThresholdGoesRight() throws {
        let tree = try DecisionTree(
            nodes: [.split(feature: 0, threshold: 2, left: 1), .leaf(-1), .leaf(1)], featureCount: 1, place: "tree")
        let forest = FlatForest(trees: [tree], featureCount: 1)
        let rows: [Float] = [1.999_999_9, 2, 2.000_000_2]
        var sums: [Float] = [0, 0, 0]
        var span = sums.mutableSpan
        forest.score(rows.span, into: &span)
        #expect(sums == [-1, 1, 1])
    }

    @Test func brokenTreesAreRefusedWithTheirPlace() {
        let cases: [(nodes: [DecisionTree.Node], problem: ModelError.Problem)] = [
            ([], .brokenTree),
            ([.leaf(.nan)], .notFinite),
            ([.leaf(-.infinity)], .notFinite),
            ([.split(feature: 0, threshold: .infinity, left: 1), .leaf(0), .leaf(0)], .notFinite),
            ([.split(feature: 2, threshold: 0, left: 1), .leaf(0), .leaf(0)], .unknownFeature),
            ([.split(feature: -1, threshold: 0, left: 1), .leaf(0), .leaf(0)], .unknownFeature),
            ([.split(feature: 0, threshold: 0, left: 0), .leaf(0), .leaf(0)], .brokenTree),
            ([.split(feature: 0, threshold: 0, left: -4), .leaf(0), .leaf(0)], .brokenTree),
            ([.split(feature: 0, threshold: 0, left: 2), .leaf(0), .leaf(0)], .brokenTree),
            ([.split(feature: 0, threshold: 0, left: .max), .leaf(0), .leaf(0)], .brokenTree),
            ([.split(feature: 0, threshold: 0, left: 1), .leaf(0), .leaf(0), .leaf(0)], .brokenTree),
            (
                [
                    .split(feature: 0, threshold: 0, left: 1), .split(feature: 0, threshold: 0, left: 3),
                    .split(feature: 0, threshold: 0, left: 3), .leaf(0), .leaf(0),
                ], .brokenTree
            ),
        ]
        for (nodes, problem) in cases {
            let error = #expect(throws: ModelError.self) {
                try DecisionTree(nodes: nodes, featureCount: 2, place: "slope.trees[3]")
            }
            #expect(error?.problem == problem)
            #expect(error?.place.hasPrefix("slope.trees[3]") == true)
            #expect(error?.remedy.isEmpty == false)
        }
    }

    @Test func aTreeTooDeepToWalkInTimeIsRefused() {
        let depth = DecisionTree.largestDepth + 1
        let chain: [DecisionTree.Node] =
            (0..<depth).flatMap { level -> [DecisionTree.Node] in
                let split = DecisionTree.Node.split(feature: 0, threshold: 0, left: 2 * level + 1)
                return level == 0 ? [split] : [split, .leaf(0)]
            } + [.leaf(0), .leaf(0)]
        let error = #expect(throws: ModelError.self) {
            try DecisionTree(nodes: chain, featureCount: 1, place: "tree")
        }
        #expect(error?.value == "depth \(depth)")
    }
}
