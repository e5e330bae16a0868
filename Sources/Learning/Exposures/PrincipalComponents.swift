// Many numbers that say nearly the same: a tree must choose one of them at each split, and none of them is the common
// thing itself. Their principal components are, so the first few stand beside the columns. Directions depend on units
// and on what lies far out, so that numbers are standardised first, by the median and the median distance from it.
// Where few columns correlate there are none: trees split along columns, and turned axes would only add noise.

import Domain
import Profiles

package struct PrincipalComponents: Equatable, Sendable {
    package struct Input: Equatable, Sendable {
        package var name: String
        /// The median.
        var centre: Float
        /// 1.4826 median distances from it: a normal one's standard deviation. Positive.
        var scale: Float
    }

    /// Columns of numbers, prepared.
    package var inputs: [Input]
    /// (components, inputs) row-major.
    package var loadings: [Float]

    package var count: Int { inputs.isEmpty ? 0 : loadings.count / inputs.count }

    /// Columns that must each correlate with another one.
    private static let fewest = 8
    /// Columns at most.
    private static let mostInputs = 128
    private static let correlated = 0.6
    private static let most = 5
    private static let mostRows = 20_000
    /// Standardised numbers end here.
    private static let farthest: Float = 8

    init(inputs: [Input], loadings: [Float]) {
        self.inputs = inputs
        self.loadings = loadings
    }

    /// - Parameter prepared: the columns' preparations, in their order.
    /// - Returns: nil where too few columns correlate.
    init?(fitting features: [ExposureTable.NamedColumn], prepared: [Preparation.Column]) {
        let numeric = features.indices.filter { features[$0].values.floats != nil }.prefix(Self.mostInputs)
        guard numeric.count >= Self.fewest, let rows = features[numeric[0]].values.floats?.count else { return nil }
        let step = max(1, rows / Self.mostRows)
        let sampled = numeric.map { column in
            stride(from: 0, to: rows, by: step).map { prepared[column].number(features[column].values, at: $0) }
        }
        let everyInput = zip(numeric, sampled).map { Self.input(features[$0].name, $1) }
        let every = zip(everyInput, sampled).map { input, values in
            values.map { Double(Self.standardised($0, input)) }
        }
        let correlations = Parallel.map(every.count) { one in
            every.map { ExposureChecks.correlation(every[one], $0) }
        }
        let chosen = every.indices.filter { one in
            every.indices.contains { $0 != one && abs(correlations[one][$0]) > Self.correlated }
        }
        guard chosen.count >= Self.fewest else { return nil }
        let axes = PrincipalAxes(symmetric: chosen.flatMap { one in chosen.map { correlations[one][$0] } })
        // Kaiser's rule: a component worth keeping says more than one column.
        let kept = axes.values.indices.filter { axes.values[$0] > 1 }
            .sorted { (axes.values[$1], $0) < (axes.values[$0], $1) }.prefix(Self.most)
        guard !kept.isEmpty else { return nil }
        inputs = chosen.map { everyInput[$0] }
        loadings = kept.flatMap { axis in axes.axis(axis).map { Float($0) } }
    }

    private static func input(_ name: String, _ values: [Float]) -> Input {
        let centre = median(values)
        let distance = median(values.map { abs($0 - centre) })
        // More than half the values are the same: the mean distance then.
        let mean = values.reduce(0.0) { $0 + Double(abs($1 - centre)) } / Double(max(1, values.count))
        let scale = distance > 0 ? 1.482_6 * distance : Float(mean)
        return Input(name: name, centre: centre, scale: scale > 0 && scale.isFinite ? scale : 1)
    }

    private static func median(_ values: [Float]) -> Float {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    private static func standardised(_ value: Float, _ input: Input) -> Float {
        let deviations = (value - input.centre) / input.scale
        return min(max(deviations, -farthest), farthest)
    }

    /// - Parameter values: one for each input, prepared.
    func append(_ values: [Float], to row: inout [Float]) {
        let standardised = zip(values, inputs).map { Self.standardised($0, $1) }
        for component in 0..<count {
            var sum: Float = 0
            for (place, value) in standardised.enumerated() {
                sum += value * loadings[component * inputs.count + place]
            }
            row.append(sum)
        }
    }
}
