// Laws of k-means and of the choice of k.

import Domain
import Profiles
import Testing

/// Points around centres, drawn from a seed.
func cloud(_ centres: [[Double]], each count: Int, spread: Double, seed: UInt64) -> VectorTable {
    var draws = Draws(seed: seed, "cloud")
    let values = centres.flatMap { centre in
        (0..<count).flatMap { _ in centre.map { $0 + spread * draws.normal() } }
    }
    return VectorTable(width: centres[0].count, values: values)
}

@Suite struct KMeansTests {
    private let corners = [[0.0, 0, 0], [8, 0, 0], [0, 8, 0], [8, 8, 8]]

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func theObjectiveNeverRises(_ seed: UInt64) {
        let points = cloud([[0, 0, 0, 0]], each: 300, spread: 1, seed: seed)
        var last: [Int: Double] = [:]
        var rounds = 0
        let found = KMeans.cluster(points, into: 7, seed: seed) { restart, objective in
            if let before = last[restart] {
                #expect(objective <= before * (1 + 1e-12))
                rounds += 1
            }
            last[restart] = objective
        }
        #expect(rounds > 20)
        #expect(last.values.allSatisfy { found.objective <= $0 })
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func knownGroupsAreFoundAndCounted(_ seed: UInt64) {
        let points = cloud(corners, each: 60, spread: 0.7, seed: seed)
        #expect(SegmentCount(points, seed: seed).chosen == 4)
        let found = KMeans.cluster(points, into: 4, seed: seed)
        #expect(found.sizes == [60, 60, 60, 60])
        for group in 0..<4 { #expect(Set(found.groups[(60 * group)..<(60 * group + 60)]).count == 1) }
    }

    /// Groups that lie so evenly that cutting them in two explains nothing.
    @Test(arguments: UInt64(0)..<3)
    func fiveGroupsAreFoundThoughTwoExplainNothing(_ seed: UInt64) {
        let five = [[0.0, 0], [10, 0], [5, 9.5], [-8.1, 5.9], [-3.1, -9.5]]
        #expect(SegmentCount(cloud(five, each: 50, spread: 1, seed: seed), seed: seed).chosen == 5)
        let corners = [[10.0, 0], [3.1, 9.5], [-8.1, 5.9], [-8.1, -5.9], [3.1, -9.5]]
        #expect(SegmentCount(cloud(corners, each: 50, spread: 0.7, seed: seed), seed: seed).chosen == 5)
    }

    /// Slanted too: a box along the given axes would find several groups in it.
    @Test(arguments: [UInt64(1), 2, 3])
    func oneCloudIsOneGroup(_ seed: UInt64) {
        let round = cloud([[1, 2, 3]], each: 300, spread: 1, seed: seed)
        #expect(SegmentCount(round, seed: seed).chosen == 1)
        var draws = Draws(seed: seed, "slanted")
        let slanted = VectorTable(
            width: 2,
            values: (0..<400).flatMap { _ in
                let along = 3 * draws.normal()
                return [along + 0.1 * draws.normal(), along + 0.1 * draws.normal()]
            })
        #expect(SegmentCount(slanted, seed: seed).chosen == 1)
    }

    @Test func constantColumnsChangeNothing() {
        let points = cloud(corners, each: 40, spread: 0.7, seed: 5)
        let wider = VectorTable(
            width: 4, values: (0..<points.count).flatMap { Array(points[$0]) + [7] })
        #expect(SegmentCount(wider, seed: 5).chosen == SegmentCount(points, seed: 5).chosen)
        #expect(KMeans.cluster(wider, into: 4, seed: 5).groups == KMeans.cluster(points, into: 4, seed: 5).groups)
    }

    @Test func copiesOfFourPointsAreFourGroups() {
        let square = [[0.0, 0], [9, 0], [0, 9], [9, 9]]
        let points = VectorTable(width: 2, values: (0..<120).flatMap { square[$0 % 4] })
        #expect(SegmentCount(points, seed: 2).chosen == 4)
        // Points of which each is there once are no groups of one.
        #expect(SegmentCount(cloud([[0, 0]], each: 6, spread: 1, seed: 2), seed: 2).chosen < 6)
    }

    @Test func thereAreNoMoreGroupsThanDifferentPoints() {
        let two = VectorTable(width: 1, values: [3, 3, 3, 9, 9])
        let found = KMeans.cluster(two, into: 5, seed: 1)
        #expect(found.sizes == [3, 2])
        #expect(found.objective == 0)
        #expect(SegmentCount(two, seed: 1).chosen == 2)
        let same = VectorTable(width: 2, values: [1, 1, 1, 1, 1, 1])
        #expect(KMeans.cluster(same, into: 3, seed: 1).sizes == [3])
        #expect(SegmentCount(same, seed: 1).chosen == 1)
        #expect(SegmentCount(VectorTable(width: 2, values: [1, 1]), seed: 1).chosen == 1)
    }

    /// A centre far from everything is nobody's closest: it gets the point that is farthest from its own.
    @Test func aGroupThatNobodyIsInGetsTheFarthestPoint() {
        let points = VectorTable(width: 1, values: [0, 1, 2, 30, 31])
        let far = VectorTable(width: 1, values: [1, 1_000, 2_000])
        var objectives: [Double] = []
        let found = KMeans.refine(points, from: far) { objectives.append($0) }
        #expect(found.sizes.allSatisfy { $0 > 0 } && found.centres.values.allSatisfy(\.isFinite))
        #expect(Set(found.groups.prefix(3)).isDisjoint(with: found.groups.suffix(2)))
        for (before, after) in zip(objectives, objectives.dropFirst()) { #expect(after <= before) }
    }

    @Test func theLargestGroupComesFirst() {
        for seed in UInt64(0)..<20 {
            let points = cloud([[0, 0]], each: 40, spread: 5, seed: seed)
            let sizes = KMeans.cluster(points, into: 6, seed: seed).sizes
            #expect(sizes == sizes.sorted(by: >) && sizes.allSatisfy { $0 > 0 })
        }
    }

    @Test func theSameSeedGivesTheSameGroupsOnAnyNumberOfThreads() {
        let points = cloud([[0, 0], [2, 2]], each: 200, spread: 1, seed: 9)
        #expect(SegmentCount(points, seed: 3, threads: 1) == SegmentCount(points, seed: 3, threads: 3))
        #expect(KMeans.cluster(points, into: 3, seed: 3) == KMeans.cluster(points, into: 3, seed: 3))
    }
}
