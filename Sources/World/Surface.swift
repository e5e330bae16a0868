// A non-linear function of all features, with weights drawn from the seed: what an intercept, a slope or a threshold
// depends on. It has what makes real tables hard for straight lines: effects of segments and categories and of pairs of
// them, interactions between shopper, item and moment, steps, a wave, and effects that level off.

import Domain
import Glibc

/// One row of features, standardised.
struct Features {
    /// - Shape: (9,): shopper (5), item (2), moment (2).
    var values: [Double]
    var segment: Int
    var category: Int

    init(_ shopper: Shopper, _ item: Item, _ moment: Moment) {
        values = []
        values.reserveCapacity(Self.count)
        for (column, value) in zip(Shopper.columns, shopper.values) { values.append(column.standardised(value)) }
        for (column, value) in zip(Item.columns, item.values) { values.append(column.standardised(value)) }
        for (column, value) in zip(Moment.columns, moment.values) { values.append(column.standardised(value)) }
        segment = shopper.segment
        category = item.category
    }

    static let count = Shopper.columns.count + Item.columns.count + Moment.columns.count
    static let ofShopper = 0..<Shopper.columns.count
    static let ofItem = ofShopper.upperBound..<ofShopper.upperBound + Item.columns.count
    static let ofMoment = ofItem.upperBound..<count
}

/// A function of a row of features, with mean 0 and standard deviation 1 over the world's population.
struct Surface: Sendable {
    /// A weight on the product of two features.
    private struct Interaction: Sendable {
        var left: Int
        var right: Int
        var weight: Double
    }
    /// A weight on one feature that went through a curve.
    private struct Bend: Sendable {
        var feature: Int
        var weight: Double
        /// Where the step is, or how often the wave goes up and down.
        var shape: Double
    }

    private var linear: [Double]
    private var segments: [Double]
    private var categories: [Double]
    /// - Shape: (segments, categories) row-major.
    private var pairs: [Double]
    private var interactions: [Interaction]
    private var steps: [Bend]
    private var wave: Bend
    /// Weights inside a hyperbolic tangent.
    private var levelling: [Double]
    private var mean = 0.0
    private var deviation = 1.0

    /// - Parameter population: rows to standardise over, at least two different ones.
    init(seed: UInt64, _ name: String, population: [Features]) {
        var draws = Draws(seed: seed, name)
        func normals(_ count: Int, deviation: Double) -> [Double] {
            (0..<count).map { _ in deviation * draws.normal() }
        }
        linear = normals(Features.count, deviation: 0.35)
        segments = normals(Shopper.segments.count, deviation: 0.45)
        categories = normals(Item.categories.count, deviation: 0.45)
        pairs = normals(Shopper.segments.count * Item.categories.count, deviation: 0.35)
        levelling = normals(Features.count, deviation: 0.8)
        let between = [
            (Features.ofShopper, Features.ofItem), (Features.ofShopper, Features.ofItem),
            (Features.ofShopper, Features.ofMoment), (Features.ofItem, Features.ofMoment),
            (Features.ofShopper, Features.ofShopper),
        ]
        interactions = between.map { left, right in
            Interaction(
                left: left.lowerBound + draws.below(left.count), right: right.lowerBound + draws.below(right.count),
                weight: 0.35 * draws.normal())
        }
        steps = [Features.ofShopper, Features.ofShopper, Features.ofItem].map { range in
            Bend(
                feature: range.lowerBound + draws.below(range.count), weight: 0.8 * draws.normal(),
                shape: 0.6 * draws.normal())
        }
        wave = Bend(
            feature: draws.below(Features.ofItem.upperBound), weight: 0.6 * draws.normal(),
            shape: 1.5 + draws.fraction())

        let values = population.map { raw($0) }
        mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        precondition(variance > 0, "a surface needs a population that differs")
        deviation = variance.squareRoot()
    }

    /// The standardised value, within ±3.
    func value(at row: Features) -> Double { min(max((raw(row) - mean) / deviation, -3), 3) }

    private func raw(_ row: Features) -> Double {
        var sum = segments[row.segment] + categories[row.category]
        sum += pairs[row.segment * categories.count + row.category]
        var inside = 0.0
        for (index, value) in row.values.enumerated() {
            sum += linear[index] * value
            inside += levelling[index] * value
        }
        sum += tanh(inside)
        for term in interactions { sum += term.weight * row.values[term.left] * row.values[term.right] }
        for step in steps where row.values[step.feature] > step.shape { sum += step.weight }
        return sum + wave.weight * sin(wave.shape * row.values[wave.feature])
    }
}
