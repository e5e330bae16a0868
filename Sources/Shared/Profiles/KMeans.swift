// Groups of points that lie together: Lloyd's algorithm from seeds drawn far apart (Arthur and Vassilvitskii, k-means++,
// 2007), several times over, the best kept. Rejected: k-medoids and mixtures, whose groups take longer to find and no
// fewer words to explain.

import Domain

/// Points in groups, the largest group first.
public struct Clustering: Equatable, Sendable {
    /// Shape: (groups, width).
    public let centres: VectorTable
    /// The group of every point.
    public let groups: [Int]
    /// The sum of squared distances from the points to their centres.
    public let objective: Double

    init(centres: VectorTable, groups: [Int], objective: Double) {
        self.centres = centres
        self.groups = groups
        self.objective = objective
    }

    /// Every point in the group of the closest centre.
    init(_ points: VectorTable, around centres: VectorTable) {
        let groups = (0..<points.count).map { KMeans.nearest(centres, to: points[$0]) }
        let distances = groups.indices.map { squaredDistance(points[$0], centres[groups[$0]]) }
        self.init(centres: centres, groups: groups, objective: distances.reduce(0, +))
    }

    public var sizes: [Int] {
        var sizes = [Int](repeating: 0, count: centres.count)
        for group in groups { sizes[group] += 1 }
        return sizes
    }
}

public enum KMeans {
    static let restarts = 8
    static let mostRounds = 100

    /// - Parameters:
    ///   - count: how many groups; there are fewer when there are not so many different points.
    ///   - observe: given the restart's number and the objective after each round.
    /// - Precondition: there are points, and `count` is positive.
    public static func cluster(
        _ points: VectorTable, into count: Int, seed: UInt64, observe: ((Int, Double) -> Void)? = nil
    ) -> Clustering {
        precondition(points.count > 0 && count > 0, "\(points.count) points in \(count) groups")
        var best: Clustering?
        for restart in 0..<(count == 1 ? 1 : restarts) {
            var draws = Draws(seed: seed, "k-means", UInt64(restart))
            let found = refine(points, from: seeds(points, count, &draws)) { observe?(restart, $0) }
            if let kept = best, kept.objective <= found.objective { continue }
            best = found
        }
        guard let best else { preconditionFailure("there is at least one restart") }
        return sorted(best)
    }

    /// The centre closest to a point; of equally close ones the first.
    public static func nearest(_ centres: VectorTable, to point: ArraySlice<Double>) -> Int {
        nearestWithDistance(centres, to: point).centre
    }

    private static func nearestWithDistance(
        _ centres: VectorTable, to point: ArraySlice<Double>
    ) -> (centre: Int, distance: Double) {
        var best = (centre: 0, distance: Double.infinity)
        for centre in 0..<centres.count {
            let distance = squaredDistance(point, centres[centre])
            if distance < best.distance { best = (centre, distance) }
        }
        return best
    }

    /// Draws points with a chance that grows with the square of their distance from those drawn already.
    private static func seeds(_ points: VectorTable, _ count: Int, _ draws: inout Draws) -> VectorTable {
        var chosen = [draws.below(points.count)]
        var distances = (0..<points.count).map { squaredDistance(points[$0], points[chosen[0]]) }
        while chosen.count < count {
            let total = distances.reduce(0, +)
            // No point differs from all those drawn.
            guard total > 0 else { break }
            var rest = draws.fraction() * total
            var next: Int?
            for point in distances.indices where distances[point] > 0 {
                next = point
                rest -= distances[point]
                if rest < 0 { break }
            }
            guard let next else { break }
            chosen.append(next)
            for point in distances.indices {
                distances[point] = min(distances[point], squaredDistance(points[point], points[next]))
            }
        }
        return points.rows(chosen)
    }

    /// Lloyd's algorithm from given centres, until no point changes its group.
    /// - Precondition: there are at least as many different points as centres.
    public static func refine(
        _ points: VectorTable, from start: VectorTable, observe: (Double) -> Void = { _ in }
    ) -> Clustering {
        var centres = start
        var groups: [Int] = []
        var objective = Double.infinity
        for _ in 0..<mostRounds {
            var next: [Int] = []
            var distances: [Double] = []
            next.reserveCapacity(points.count)
            for point in 0..<points.count {
                let (centre, distance) = nearestWithDistance(centres, to: points[point])
                next.append(centre)
                distances.append(distance)
            }
            fillEmptyGroups(centres.count, &next, &distances)
            objective = distances.reduce(0, +)
            observe(objective)
            if next == groups { break }
            groups = next
            centres = means(points, groups, centres.count)
        }
        return Clustering(centres: centres, groups: groups, objective: objective)
    }

    /// A group that nobody is in gets the point farthest from its own centre, so that the objective falls.
    private static func fillEmptyGroups(_ count: Int, _ groups: inout [Int], _ distances: inout [Double]) {
        var sizes = [Int](repeating: 0, count: count)
        for group in groups { sizes[group] += 1 }
        for empty in 0..<count where sizes[empty] == 0 {
            var farthest: Int?
            for point in groups.indices where sizes[groups[point]] > 1 {
                if farthest.map({ distances[point] > distances[$0] }) ?? true { farthest = point }
            }
            guard let farthest else { return }
            sizes[groups[farthest]] -= 1
            sizes[empty] = 1
            groups[farthest] = empty
            distances[farthest] = 0
        }
    }

    private static func means(_ points: VectorTable, _ groups: [Int], _ count: Int) -> VectorTable {
        var sums = [Double](repeating: 0, count: count * points.width)
        var sizes = [Double](repeating: 0, count: count)
        for point in 0..<points.count {
            let start = groups[point] * points.width
            for (offset, value) in points[point].enumerated() { sums[start + offset] += value }
            sizes[groups[point]] += 1
        }
        for index in sums.indices { sums[index] /= sizes[index / points.width] }
        return VectorTable(width: points.width, values: sums)
    }

    /// The largest group first, equal ones by their centres: the numbers do not depend on the draws.
    private static func sorted(_ found: Clustering) -> Clustering {
        let sizes = found.sizes
        let order = sizes.indices.sorted {
            sizes[$0] != sizes[$1]
                ? sizes[$0] > sizes[$1] : found.centres[$0].lexicographicallyPrecedes(found.centres[$1])
        }
        var places = [Int](repeating: 0, count: order.count)
        for (place, group) in order.enumerated() { places[group] = place }
        return Clustering(
            centres: found.centres.rows(order), groups: found.groups.map { places[$0] }, objective: found.objective)
    }
}
