/// Summaries of a few numbers, most of which are sound.
package enum Robust {
    /// - Precondition: not empty.
    package static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    /// The middle value; of two, their mean. 0 when empty.
    package static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// The value below which a share of the values lies.
    /// - Precondition: not empty.
    package static func point(_ share: Double, of values: [Double]) -> Double {
        values.sorted()[Int((share * Double(values.count - 1)).rounded())]
    }

    /// The median distance from the median, scaled to the standard deviation of normal values.
    package static func deviation(_ values: [Double]) -> Double {
        let centre = median(values)
        return 1.4826 * median(values.map { abs($0 - centre) })
    }

    /// The series with lone outliers moved to its local median (Hampel's identifier): one mistyped week must not bend a
    /// level for months. Three neighbours on each side; a shift that lasts longer than they do stays.
    package static func withoutOutliers(_ values: [Double?]) -> [Double?] {
        let centres = values.indices.map { place in
            median(values[max(0, place - 3)..<min(values.count, place + 4)].compactMap { $0 })
        }
        let distances = zip(values, centres).compactMap { value, centre in value.map { abs($0 - centre) } }
        let limit = 6 * 1.4826 * median(distances)
        guard limit > 0 else { return values }
        return zip(values, centres).map { value, centre in value.map { abs($0 - centre) > limit ? centre : $0 } }
    }
}
