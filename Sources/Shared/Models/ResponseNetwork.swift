// A row's intercept and the logarithm of its slope, said by two small networks that were fitted together with the law of
// demand above them. Each is a line in every column and, beside it, two layers of hidden units, the second of which
// corrects the first. Where a response is smooth in many columns at once a network needs fewer rows than
// trees, which say it in steps.
// Source: residual layers (He et al., 2016); SiLU (Elfwing et al., 2018); the wide part beside the deep one (Cheng et
// al., 2016).

import Domain

/// Two networks over one row, its intercept and the logarithm of its slope, and the law that the two belong to.
public struct ResponseNetwork: Equatable, Sendable {
    /// Eight numbers that are computed together.
    public typealias Lane = SIMD8<Float>

    /// One network's weights; the order is the file's.
    public struct Head: Equatable, Sendable {
        /// What it says of a row of means, and of no other.
        public let base: Float
        /// See `Layout`; (lanes,).
        public let weights: [Lane]

        public init(base: Float, weights: [Lane]) {
            self.base = base
            self.weights = weights
        }
    }

    /// Where a head's weights lie, in lanes.
    public struct Layout: Equatable, Sendable {
        public let inputs: Int

        public init(inputs: Int) { self.inputs = inputs }

        /// Lanes that a row of inputs fills; past the last input it is 0.
        public var inputLanes: Int { (inputs + Lane.scalarCount - 1) / Lane.scalarCount }
        /// From inputs to the first layer; (inputs, units).
        public var first: Range<Int> { 0..<(inputs * ResponseNetwork.unitLanes) }
        /// (units,).
        public var firstBias: Range<Int> { after(first, ResponseNetwork.unitLanes) }
        /// From the first layer to the second; (units, units).
        public var second: Range<Int> { after(firstBias, ResponseNetwork.units * ResponseNetwork.unitLanes) }
        /// (units,).
        public var secondBias: Range<Int> { after(second, ResponseNetwork.unitLanes) }
        /// From the second layer to what the network says; (units,).
        public var last: Range<Int> { after(secondBias, ResponseNetwork.unitLanes) }
        /// From inputs to what the network says; (inputs,), with zeros behind.
        public var lines: Range<Int> { after(last, inputLanes) }
        public var count: Int { lines.upperBound }

        private func after(_ range: Range<Int>, _ count: Int) -> Range<Int> {
            range.upperBound..<(range.upperBound + count)
        }
    }

    public static let unitLanes = 6
    public static let units = unitLanes * Lane.scalarCount
    /// `unitLanes` of them: the compiler wants the number.
    private typealias UnitLanes = InlineArray<6, Lane>
    /// So that no row, however far out, says more than a float holds.
    static let mostWeight: Float = 1e4
    static let mostInputs = 1 << 12
    /// What is said of a row is kept within.
    public static let intercepts: ClosedRange<Float> = -12...12
    public static let logSlopes: ClosedRange<Float> = -2.5...3.5

    public let inputs: [NetworkInput]
    public let intercept: Head
    public let logSlope: Head
    public let law: CappedDemand

    /// - Precondition: both heads have the weights of so many inputs.
    public init(
        inputs: [NetworkInput], intercept: Head, logSlope: Head, law: CappedDemand
    ) throws(ModelError) {
        let count = Layout(inputs: inputs.count).count
        precondition(intercept.weights.count == count && logSlope.weights.count == count, "a weight for each place")
        try ModelError.refuse(
            notFinite: ["intercept": intercept.base, "logSlope": logSlope.base], of: "response.network")
        for (name, head) in [("intercept", intercept), ("logSlope", logSlope)] {
            guard let lane = head.weights.firstIndex(where: { !Self.isSmall($0) }) else { continue }
            throw ModelError(
                head.weights[lane].isFinite ? .malformed : .notFinite,
                place: "response.network.\(name)[\(lane * Lane.scalarCount)]", value: "\(head.weights[lane])",
                remedy: "Weights are finite and small: train again.")
        }
        self.inputs = inputs
        self.intercept = intercept
        self.logSlope = logSlope
        self.law = law
    }

    /// False for what is no number, too.
    private static func isSmall(_ lane: Lane) -> Bool {
        lane.indices.allSatisfy { lane[$0] >= -mostWeight && lane[$0] <= mostWeight }
    }

    /// What the networks say of one row; allocates nothing. O(inputs · units).
    /// - Parameter start: where the row begins.
    /// - Returns: log-odds below the ceiling at the reference price, and the logarithm of the slope.
    public func score(_ rows: Span<Float>, from start: Int) -> (intercept: Float, logSlope: Float) {
        let (level, logSlope) = sums(rows, from: start)
        let curve = law.curve(intercept: Double(Self.kept(level, Self.intercepts)), slope: 1)
        return (Float(curve.logOdds), Self.kept(logSlope, Self.logSlopes))
    }

    /// The two sums, as they are: the first belongs to c·σ.
    private func sums(_ rows: Span<Float>, from start: Int) -> (intercept: Float, logSlope: Float) {
        (intercept.base + value(of: intercept, rows, start), logSlope.base + value(of: logSlope, rows, start))
    }

    package static func kept(_ value: Float, _ range: ClosedRange<Float>) -> Float {
        min(max(value, range.lowerBound), range.upperBound)
    }

    private func value(of head: Head, _ rows: Span<Float>, _ start: Int) -> Float {
        let layout = Layout(inputs: inputs.count)
        let weights = head.weights.span
        var line: Float = 0
        var hidden = UnitLanes(repeating: .zero)
        for lane in 0..<Self.unitLanes { hidden[lane] = weights[layout.firstBias.lowerBound + lane] }
        for (index, input) in inputs.enumerated() {
            let value = input.standardised(rows[start + input.place])
            line += value * weights[layout.lines.lowerBound + index / Lane.scalarCount][index % Lane.scalarCount]
            for lane in 0..<Self.unitLanes { hidden[lane] += value * weights[index * Self.unitLanes + lane] }
        }
        var corrections = UnitLanes(repeating: .zero)
        for lane in 0..<Self.unitLanes {
            hidden[lane] = hidden[lane].hyperbolicTangent
            corrections[lane] = weights[layout.secondBias.lowerBound + lane]
        }
        for unit in 0..<Self.units {
            let value = hidden[unit / Lane.scalarCount][unit % Lane.scalarCount]
            let place = layout.second.lowerBound + unit * Self.unitLanes
            for lane in 0..<Self.unitLanes { corrections[lane] += value * weights[place + lane] }
        }
        var sum = Lane.zero
        for lane in 0..<Self.unitLanes {
            let corrected = hidden[lane] + corrections[lane] * corrections[lane].logistic
            sum += corrected * weights[layout.last.lowerBound + lane]
        }
        return line + sum.sum()
    }
}

extension SIMD8<Float> {
    var isFinite: Bool { indices.allSatisfy { self[$0].isFinite } }

    /// tanh to about 1 part in 10⁶, by operations that IEEE 754 defines to the last bit: training and every processor
    /// that serves agree. Source: the rational minimax of Eigen's `ptanh`.
    @inlinable
    public var hyperbolicTangent: Self {
        let farthest = Self(repeating: 7.905_311)
        let x = pointwiseMin(pointwiseMax(self, -farthest), farthest)
        let square = x * x
        var above = square * -2.760_768_5e-16 + 2.000_187_9e-13
        above = above * square + -8.604_672e-11
        above = above * square + 5.122_297_1e-8
        above = above * square + 1.485_722_4e-5
        above = above * square + 6.372_619_3e-4
        above = above * square + 4.893_524_6e-3
        var below = square * 1.198_258_4e-6 + 1.185_347_1e-4
        below = below * square + 2.268_434_6e-3
        below = below * square + 4.893_525_2e-3
        return x * above / below
    }

    /// σ.
    @inlinable
    public var logistic: Self { (self * 0.5).hyperbolicTangent * 0.5 + 0.5 }
}
