// The scoring kernel: the one place in this module with unsafe memory. What makes it safe: `DecisionTree` has
// checked every child and feature, leaves cannot be left, and the spans' sizes are checked on entry.

extension FlatForest {
    /// Scores a batch of rows; allocates nothing.
    /// - Shape: `rows` (N, featureCount) row-major → `sums` (N,). Unit: that of the leaves.
    /// - Precondition: `rows` holds at least `sums.count` rows.
    /// Checked against `referenceScore`, with which it agrees to the last bit.
    public func score(_ rows: Span<Float>, into sums: inout MutableSpan<Float>) {
        let count = sums.count
        precondition(rows.count >= count * featureCount, "fewer rows than sums")
        unsafe rows.withUnsafeBufferPointer { rows in
            unsafe nodes.withUnsafeBufferPointer { nodes in
                unsafe values.withUnsafeBufferPointer { values in
                    guard let row = rows.baseAddress, let nodes = nodes.baseAddress,
                        let values = values.baseAddress
                    else {
                        for index in 0..<count { sums[index] = 0 }
                        return
                    }
                    for index in 0..<count {
                        sums[index] = unsafe sum(of: row + index * featureCount, nodes, values)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func sum(
        of row: UnsafePointer<Float>, _ nodes: UnsafePointer<Node>, _ values: UnsafePointer<Float>
    ) -> Float {
        var sum: Float = 0
        for group in steps.indices {
            let first = group * Self.groupSize
            var a = Int(roots[first])
            var b = Int(roots[first + 1])
            var c = Int(roots[first + 2])
            var d = Int(roots[first + 3])
            var e = Int(roots[first + 4])
            var f = Int(roots[first + 5])
            var g = Int(roots[first + 6])
            var h = Int(roots[first + 7])
            for _ in 0..<steps[group] {
                unsafe Self.step(&a, row, nodes)
                unsafe Self.step(&b, row, nodes)
                unsafe Self.step(&c, row, nodes)
                unsafe Self.step(&d, row, nodes)
                unsafe Self.step(&e, row, nodes)
                unsafe Self.step(&f, row, nodes)
                unsafe Self.step(&g, row, nodes)
                unsafe Self.step(&h, row, nodes)
            }
            // One after another, as the reference adds them: the order of floats is part of the result.
            unsafe sum += values[a]
            unsafe sum += values[b]
            unsafe sum += values[c]
            unsafe sum += values[d]
            unsafe sum += values[e]
            unsafe sum += values[f]
            unsafe sum += values[g]
            unsafe sum += values[h]
        }
        return sum
    }

    @inline(__always)
    private static func step(_ node: inout Int, _ row: UnsafePointer<Float>, _ nodes: UnsafePointer<Node>) {
        let here = unsafe nodes[node]
        let right = unsafe row[Int(here.feature)] >= here.threshold ? 1 : 0
        node &+= Int(here.left) &+ right
    }
}
