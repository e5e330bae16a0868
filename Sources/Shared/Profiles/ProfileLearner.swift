// From purchases to a bundle: judge the rules on what each shopper bought last, keep the best one, fit everything once
// more to all purchases, and find the segments among the shoppers' vectors.
//
// Segments are found among the vectors as they are. All factors have one unit; standardising each would blow the weak
// ones, which the penalty has shrunk, up to the size of the strong ones.

import Domain

public struct ProfileSettings: Equatable, Sendable {
    public var fit: ImplicitSettings
    /// nil: as many as the gap statistic finds.
    public var segments: Int?
    /// How long before a shopper's last purchase the held-out part begins, in seconds.
    public var heldOutWindow: Int64

    public init(fit: ImplicitSettings = ImplicitSettings(), segments: Int? = nil, heldOutWindow: Int64 = 0) {
        self.fit = fit
        self.segments = segments
        self.heldOutWindow = heldOutWindow
    }
}

public struct ProfileLearner: Sendable {
    public struct Report: Equatable, Sendable {
        /// The rules on held-out purchases, things bought before included; empty when nobody could be judged.
        public var all: [RankingQuality] = []
        /// On things that the shopper had not bought before.
        public var new: [RankingQuality] = []
        /// The share of held-out purchases of things that the shopper had bought before.
        public var repeated: Double?
        public var segmentCount: SegmentCount?
        public var segments: [SegmentSummary] = []
    }

    /// From this share of repeated purchases on, things that the shopper has bought are recommended again.
    static let repeatShare = 0.1

    private let settings: ProfileSettings

    public init(_ settings: ProfileSettings) { self.settings = settings }

    /// - Precondition: at least one shopper.
    public func learn(
        _ log: PurchaseLog, version: UInt64, progress: (Double) -> Void = { _ in }
    ) -> (bundle: ProfileBundle, report: Report) {
        let (kept, held) = log.heldOut(window: settings.heldOutWindow, seed: settings.fit.seed)
        var report = judge(log.quantities(kept).mapValues(ImplicitFactors.weight), held, progress)
        let sellsAgain = (report.repeated ?? 1) >= Self.repeatShare
        let method = (sellsAgain ? report.all : report.new).max { $0.ndcg < $1.ndcg }?.method ?? .factors
        let quantities = log.quantities(log.rows)
        let weights = quantities.mapValues(ImplicitFactors.weight)
        let (factors, vectors) = ImplicitFactors.fit(weights, settings.fit)
        progress(0.8)
        let similar = Neighbourhoods(of: weights.transposed()).all(threads: settings.fit.threads)
        let clustering = segments(vectors, &report)
        report.segments = SegmentSummary.all(clustering, quantities)
        progress(1)
        let bundle = ProfileBundle(
            version: version, items: log.items, shoppers: log.shoppers, purchases: quantities, factors: factors,
            segments: clustering.centres, similarItems: similar, method: method, sellsAgain: sellsAgain)
        return (bundle, report)
    }

    private func judge(_ weights: SparseRows, _ held: [Set<Int>], _ progress: (Double) -> Void) -> Report {
        var report = Report()
        let fit = settings.fit
        var (repeated, total) = (0, 0)
        for (shopper, items) in held.enumerated() where !items.isEmpty {
            total += items.count
            repeated += weights[shopper].count { items.contains($0.column) }
        }
        guard total > 0 else { return report }
        report.repeated = Double(repeated) / Double(total)
        let ranking = Ranking(
            weights: weights, factors: ImplicitFactors.fit(weights, fit).model,
            similarItems: Neighbourhoods(of: weights.transposed()).all(threads: fit.threads))
        progress(0.3)
        for method in RankingMethod.allCases {
            let quality = { again in
                RankingQuality(
                    method, ranking, weights: weights, held: held, again: again, seed: fit.seed, threads: fit.threads)
            }
            report.all.append(quality(true))
            report.new.append(quality(false))
        }
        progress(0.5)
        return report
    }

    private func segments(_ vectors: VectorTable, _ report: inout Report) -> Clustering {
        let seed = settings.fit.seed
        if let count = settings.segments { return segments(vectors, into: count, seed) }
        let choice = SegmentCount(vectors, seed: seed, threads: settings.fit.threads)
        report.segmentCount = choice
        return segments(vectors, into: choice.chosen, seed)
    }

    /// Centres of a seeded sample, everybody in the group of the closest one.
    private func segments(_ vectors: VectorTable, into count: Int, _ seed: UInt64) -> Clustering {
        var draws = Draws(seed: seed, "clustered shoppers")
        let places = Array((0..<vectors.count).shuffled(using: &draws).prefix(Self.clustered)).sorted()
        let found = KMeans.cluster(vectors.rows(places), into: count, seed: seed)
        return Clustering(vectors, around: found.centres)
    }

    static let clustered = 20_000
}
