// The downhill simplex of Nelder and Mead (1965), for the handful of smoothing constants of one series. It needs no
// gradient, takes the same steps on every machine, and a bad minimum costs accuracy and nothing else. Gradients of the
// smoothing recursions were rejected: more code than what they serve.

package enum NelderMead {
    /// Minimises a function of few variables. O(steps · dimensions).
    /// - Parameters:
    ///   - start: the first corner; the others lie `spread` away along each axis.
    ///   - loss: never NaN; infinity is allowed.
    /// - Returns: the best corner.
    package static func minimum(
        from start: [Double], spread: Double = 0.8, steps: Int = 120, _ loss: ([Double]) -> Double
    ) -> [Double] {
        guard !start.isEmpty else { return start }
        var corners = [(point: start, loss: loss(start))]
        for axis in start.indices {
            var point = start
            point[axis] += spread
            corners.append((point, loss(point)))
        }
        let last = corners.count - 1
        for _ in 0..<steps {
            // Few corners: sorting them all is the simplest way that is stable.
            corners.sort { $0.loss < $1.loss }
            guard corners[last].loss - corners[0].loss > 1e-7 * abs(corners[0].loss) + 1e-12 else { break }
            var centre = [Double](repeating: 0, count: start.count)
            for corner in corners[..<last] { for axis in start.indices { centre[axis] += corner.point[axis] } }
            for axis in start.indices { centre[axis] /= Double(last) }
            /// The point on the line from the worst corner through the centre.
            func along(_ step: Double) -> (point: [Double], loss: Double) {
                let point = zip(centre, corners[last].point).map { $0 + step * ($0 - $1) }
                return (point, loss(point))
            }
            let reflected = along(1)
            if reflected.loss < corners[0].loss {
                let expanded = along(2)
                corners[last] = expanded.loss < reflected.loss ? expanded : reflected
            } else if reflected.loss < corners[last - 1].loss {
                corners[last] = reflected
            } else {
                let contracted = reflected.loss < corners[last].loss ? along(0.5) : along(-0.5)
                if contracted.loss < min(reflected.loss, corners[last].loss) {
                    corners[last] = contracted
                } else {
                    for index in 1...last {
                        let point = zip(corners[0].point, corners[index].point).map { ($0 + $1) / 2 }
                        corners[index] = (point, loss(point))
                    }
                }
            }
        }
        return corners.min { $0.loss < $1.loss }?.point ?? start
    }
}
