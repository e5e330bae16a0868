// How many groups points fall into: the gap statistic (Tibshirani, Walther and Hastie, 2001). Any k-means fits better
// with more groups; the question is whether it does so by more than it would on points without any. For each k the log
// of the objective is compared with that of points drawn evenly from the box around the data, along its principal axes
// (their variant b: along the given axes a slanted cloud would look like two groups). The answer is the smallest k whose
// gap is no smaller than the next one's less one standard error, which may be 1.
//
// One amendment. Five groups that lie evenly may be cut in two as badly as points without any, and the rule would stop at
// 1. So it goes on to a later k at which it would stop, too, if that one's gap is greater by ln 2. (Five groups eight
// standard deviations apart in the plane: 16 of 20 counted right without, 20 with. The greatest gap of all, as Dudoit and
// Fridlyand have it, 2002, finds the groups within two kinds of shoppers.) Rejected: the silhouette, which cannot say 1,
// and the elbow, which is in the eye of the beholder.

import Domain
import Glibc

public struct SegmentCount: Equatable, Sendable {
    public struct Candidate: Equatable, Sendable {
        public var count: Int
        /// Mean ln(objective) of drawn points less that of the points.
        public var gap: Double
        public var standardError: Double
    }

    public let chosen: Int
    public let candidates: [Candidate]

    public static let most = 10
    static let references = 12
    /// ln 2: half the objective, beyond what points without groups gain.
    static let worthGoingOn = log(2.0)
    static let largestSample = 1_000

    /// - Parameter points: at least one; of very many a seeded sample is looked at.
    public init(_ points: VectorTable, seed: UInt64, threads: Int = 2) {
        let sample = Self.sample(points, seed)
        let distinct = Set((0..<sample.count).map { Array(sample[$0]) }).count
        // With as many groups as different points nothing is left to explain, which says something only of copies.
        let largest = sample.count >= 2 * distinct ? distinct : distinct - 1
        let counts = Array(1...max(1, min(Self.most + 1, largest)))
        let box = PrincipalBox(sample)
        let drawn = RowBlocks.compute(rows: Self.references, threads: threads) { block in
            block.map { reference in
                var draws = Draws(seed: seed, "gap statistic", UInt64(reference))
                return Self.logObjectives(box.points(sample.count, &draws), counts, seed)
            }
        }
        let own = Self.logObjectives(sample, counts, seed)
        candidates = counts.indices.map { place in
            let values = drawn.map { $0[place] }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            return Candidate(
                count: counts[place], gap: mean - own[place],
                standardError: (variance * (1 + 1 / Double(values.count))).squareRoot())
        }
        chosen = Self.choice(candidates, distinct: distinct)
    }

    /// The first stop, or a later one that explains far more; without any, as many as were tried.
    private static func choice(_ candidates: [Candidate], distinct: Int) -> Int {
        let stops = candidates.indices.filter { place in
            guard place + 1 < candidates.count else { return candidates[place].count == distinct }
            return candidates[place].gap >= candidates[place + 1].gap - candidates[place + 1].standardError
        }
        let stop = stops.dropFirst().reduce(stops.first) { kept, later in
            kept.map { candidates[later].gap > candidates[$0].gap + worthGoingOn ? later : $0 }
        }
        return min(stop.map { candidates[$0].count } ?? candidates.count, most)
    }

    private static func sample(_ points: VectorTable, _ seed: UInt64) -> VectorTable {
        guard points.count > largestSample else { return points }
        var draws = Draws(seed: seed, "segment sample")
        return points.rows(Array((0..<points.count).shuffled(using: &draws).prefix(largestSample)).sorted())
    }

    private static func logObjectives(_ points: VectorTable, _ counts: [Int], _ seed: UInt64) -> [Double] {
        // Of points that all lie on their centres a logarithm would be endless.
        counts.map { log(max(KMeans.cluster(points, into: $0, seed: seed).objective, 1e-300)) }
    }
}
