// The product that networks spend their time in: forward, backward and for the weights' gradients it is the same one,
// with the left side read along other strides. One processor, no library: two rows by three lanes stay in registers
// while the depth is walked. The one place of training with unsafe memory; what makes it safe is checked on entry.

import Models

package enum LaneProduct {
    package typealias Lane = ResponseNetwork.Lane

    /// Lanes that stay in registers beside each other.
    private static let tile = 3

    /// Adds left · right to sums.
    /// - Shape: left(row, depth) is the float at row · rowStride + depth · depthStride; right (depth, units) and sums
    ///   (rows, units) row-major, from lanes `first` and `start` on.
    package static func add(
        _ left: [Lane], rowStride: Int, depthStride: Int, rows: Int, depth: Int, _ right: [Lane], from first: Int = 0,
        to sums: inout [Lane], at start: Int = 0
    ) {
        guard rows > 0, depth > 0 else { return }
        let lanes = ResponseNetwork.unitLanes
        precondition(rowStride > 0 && depthStride > 0 && first >= 0 && start >= 0, "strides ascend")
        precondition(
            (rows - 1) * rowStride + (depth - 1) * depthStride < left.count * Lane.scalarCount, "left is too short")
        precondition(right.count >= first + depth * lanes && sums.count >= start + rows * lanes, "shapes differ")
        precondition(lanes % tile == 0, "tiles fill the units")
        unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBufferPointer { right in
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    guard let left = unsafe left.baseAddress?.assumingMemoryBound(to: Float.self),
                        let right = right.baseAddress, let sums = sums.baseAddress
                    else { return }
                    for row in stride(from: 0, to: rows - 1, by: 2) {
                        for lane in stride(from: 0, to: lanes, by: tile) {
                            unsafe addPair(
                                left + row * rowStride, rowStride, depthStride, depth, right + first + lane,
                                sums + start + row * lanes + lane)
                        }
                    }
                    guard !rows.isMultiple(of: 2) else { return }
                    for lane in stride(from: 0, to: lanes, by: tile) {
                        unsafe addOne(
                            left + (rows - 1) * rowStride, depthStride, depth, right + first + lane,
                            sums + start + (rows - 1) * lanes + lane)
                    }
                }
            }
        }
    }

    /// One tile of two rows.
    @inline(__always)
    private static func addPair(
        _ left: UnsafePointer<Float>, _ rowStride: Int, _ depthStride: Int, _ depth: Int,
        _ right: UnsafePointer<Lane>, _ sums: UnsafeMutablePointer<Lane>
    ) {
        let lanes = ResponseNetwork.unitLanes
        var (a, b, c) = unsafe (sums[0], sums[1], sums[2])
        var (d, e, f) = unsafe (sums[lanes], sums[lanes + 1], sums[lanes + 2])
        for step in 0..<depth {
            let (one, other) = unsafe (left[step * depthStride], left[rowStride + step * depthStride])
            let (x, y, z) = unsafe (right[step * lanes], right[step * lanes + 1], right[step * lanes + 2])
            a += one * x
            b += one * y
            c += one * z
            d += other * x
            e += other * y
            f += other * z
        }
        unsafe (sums[0], sums[1], sums[2]) = (a, b, c)
        unsafe (sums[lanes], sums[lanes + 1], sums[lanes + 2]) = (d, e, f)
    }

    /// One tile of one row.
    @inline(__always)
    private static func addOne(
        _ left: UnsafePointer<Float>, _ depthStride: Int, _ depth: Int, _ right: UnsafePointer<Lane>,
        _ sums: UnsafeMutablePointer<Lane>
    ) {
        let lanes = ResponseNetwork.unitLanes
        var (a, b, c) = unsafe (sums[0], sums[1], sums[2])
        for step in 0..<depth {
            let one = unsafe left[step * depthStride]
            unsafe a += one * right[step * lanes]
            unsafe b += one * right[step * lanes + 1]
            unsafe c += one * right[step * lanes + 2]
        }
        unsafe (sums[0], sums[1], sums[2]) = (a, b, c)
    }
}
