/// Vectors of one length, one a row. Shape: (count, width), row-major.
public struct VectorTable: Equatable, Sendable {
    public let width: Int
    public private(set) var values: [Double]

    public var count: Int { width == 0 ? 0 : values.count / width }

    /// - Precondition: `values` holds whole rows.
    public init(width: Int, values: [Double]) {
        precondition(width > 0 && values.count.isMultiple(of: width), "\(values.count) values in rows of \(width)")
        self.width = width
        self.values = values
    }

    public init(count: Int, width: Int) {
        self.init(width: width, values: [Double](repeating: 0, count: count * width))
    }

    public subscript(row: Int) -> ArraySlice<Double> { values[(row * width)..<((row + 1) * width)] }

    mutating func set(_ row: Int, to vector: some Collection<Double>) {
        values.replaceSubrange((row * width)..<((row + 1) * width), with: vector)
    }

    /// The rows at these places, in this order.
    func rows(_ places: [Int]) -> VectorTable {
        VectorTable(width: width, values: places.flatMap { self[$0] })
    }

    /// Each row times its transpose, summed. Shape: (width, width), the lower triangle; the rest is 0.
    func gram() -> [Double] {
        var sum = [Double](repeating: 0, count: width * width)
        for row in 0..<count {
            let start = row * width
            for first in 0..<width {
                let value = values[start + first]
                for second in 0...first { sum[first * width + second] += value * values[start + second] }
            }
        }
        return sum
    }
}

func dot(_ left: ArraySlice<Double>, _ right: ArraySlice<Double>) -> Double {
    var sum = 0.0
    for offset in 0..<left.count { sum += left[left.startIndex + offset] * right[right.startIndex + offset] }
    return sum
}

func squaredDistance(_ left: ArraySlice<Double>, _ right: ArraySlice<Double>) -> Double {
    var sum = 0.0
    for offset in 0..<left.count {
        let difference = left[left.startIndex + offset] - right[right.startIndex + offset]
        sum += difference * difference
    }
    return sum
}
