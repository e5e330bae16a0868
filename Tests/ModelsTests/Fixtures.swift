import Domain
import Models

/// SplitMix64 (Steele, Lea and Flood, 2014), for the same draws in every run.
struct Lottery: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return finalMix(state)
    }

    /// A tree whose branches stop at random, so that depths differ.
    mutating func tree(depth: Int, features: Int) throws -> DecisionTree {
        var nodes: [DecisionTree.Node] = [.leaf(0)]
        var open = [(index: 0, depth: 0)]
        while !open.isEmpty {
            let (index, level) = open.removeFirst()
            if level < depth, level == 0 || Int.random(in: 0..<5, using: &self) > 0 {
                nodes[index] = .split(
                    feature: Int.random(in: 0..<features, using: &self),
                    threshold: Float(Int.random(in: -4...4, using: &self)), left: nodes.count)
                open += [(nodes.count, level + 1), (nodes.count + 1, level + 1)]
                nodes += [.leaf(0), .leaf(0)]
            } else {
                nodes[index] = .leaf(Float.random(in: -1...1, using: &self))
            }
        }
        return try DecisionTree(nodes: nodes, featureCount: features, place: "tree")
    }

    mutating func forest(trees: Int, depth: Int, features: Int) throws -> FlatForest {
        var grown: [DecisionTree] = []
        for _ in 0..<trees {
            grown.append(try tree(depth: Int.random(in: 0...depth, using: &self), features: features))
        }
        return FlatForest(trees: grown, featureCount: features)
    }

    /// Values on and between thresholds, with the odd ones a row should never hold.
    mutating func rows(_ count: Int, features: Int) -> [Float] {
        let odd: [Float] = [.nan, .infinity, -.infinity, -0.0, .greatestFiniteMagnitude]
        return (0..<(count * features)).map { _ in
            Int.random(in: 0..<20, using: &self) == 0
                ? odd[Int.random(in: 0..<odd.count, using: &self)]
                : Float(Int.random(in: -10...10, using: &self)) / 2
        }
    }
}

let names = ["first", "second", "third"]

/// What lies under the forests of a bundle.
enum Ground: CaseIterable {
    case none, surface, network
}

func bundle(seed: UInt64 = 11, on ground: Ground = .none) throws -> ModelBundle {
    var generator = Lottery(seed: seed)
    let response = try ResponseModel(
        intercept: try generator.forest(trees: 3, depth: 3, features: 3),
        logSlope: try generator.forest(trees: 2, depth: 2, features: 3),
        interceptBase: -3, logSlopeBase: 0.5, centre: -0.05, slopes: 0.2...8,
        shape: PriceShape(knots: [0.05], gradients: [0.8, 1.5])!,
        saturation: ground == .network
            ? nil : .init(forest: try generator.forest(trees: 2, depth: 2, features: 3), base: 1),
        surface: ground == .surface ? try surface() : nil, network: ground == .network ? try network() : nil)
    let goldens = (0..<2).map { index in
        let row = [Float(index), 1, -1]
        let (intercept, slope, saturation) = response.referenceScore(row)
        return GoldenPrediction(row: row, intercept: intercept, slope: slope, saturation: saturation)
    }
    return ModelBundle(
        version: 7,
        information: ModelInformation(
            data: "drawn at random", trainedWeeks: 2_460...2_485, rows: 1_000, featureNames: names,
            metrics: [.init(name: "log-loss", value: 0.12)]),
        response: response,
        products: ["milk", "eggs", "corn"].enumerated().map {
            ProductStatistics(
                product: ProductKey(product: $1), logitRate: -3, index: UInt32($0), population: [1, 2, 3])
        },
        goldens: goldens)
}

/// Writes the right checksum over whatever the payload holds.
func seal(_ bytes: inout [UInt8]) {
    var state = FNV1a()
    state.update(bytes[14...])
    var writer = ByteWriter()
    writer.write(finalMix(state.value))
    bytes.replaceSubrange(6..<14, with: writer.bytes)
}

func surface() throws -> ResponseSurface {
    try ResponseSurface(
        inputs: [.init(place: 1, centre: 0.5, scale: 2), .init(place: 2, centre: -1, scale: 0.25)], curved: 1,
        intercepts: [0.5, -0.25, 0.125], logSlopes: [0.1, 0.2, -0.3])
}

/// Random weights, three columns of which two are read.
func network(
    seed: UInt64 = 3, law: CappedDemand = CappedDemand(ceiling: 0.9, sharpness: 6)!
) throws -> ResponseNetwork {
    var draws = Draws(seed: seed, "weights")
    let inputs = [
        try NetworkInput(place: 2, isLogarithm: true, usual: -3...3, centre: 0.5, scale: 0.7),
        try NetworkInput(place: 0, isLogarithm: false, usual: -2...2, centre: 0, scale: 1.5),
    ]
    let layout = ResponseNetwork.Layout(inputs: inputs.count)
    func head() -> ResponseNetwork.Head {
        .init(
            base: Float(0.3 * draws.normal()),
            weights: (0..<layout.count).map { place in
                var lane = ResponseNetwork.Lane.zero
                let isLine = layout.lines.contains(place)
                for index in 0..<(isLine ? inputs.count : lane.scalarCount) {
                    lane[index] = Float(0.3 * draws.normal())
                }
                return lane
            })
    }
    return try ResponseNetwork(inputs: inputs, intercept: head(), logSlope: head(), law: law)
}
