// Which workers hold which partition, and which of them should lead it. Weighted rendezvous hashing (Thaler and
// Ravishankar, 1998; weights after Schindelhauer and Schomaker, 2005): each worker draws a score for the partition
// and the best ones win, so a worker that goes moves little else than its own partitions. A load bound evens out the
// small numbers, at the price that a partition pushed past the bound may move as well.
//
// Every router computes this for itself. Two that see the same workers agree; two that do not are kept safe by the
// log, not by this.

import Glibc

public struct Placement: Equatable, Sendable {
    /// A worker that may hold partitions.
    public struct Member: Equatable, Sendable {
        public var name: String
        /// Its share, relative to the others'; at least 1 counts.
        public var weight: UInt32

        public init(name: String, weight: UInt32 = WorkerReport.defaultWeight) {
            self.name = name
            self.weight = weight
        }
    }

    /// For each partition the members that hold it, as indexes into the list given, the one that should lead first.
    /// No more than there are members.
    public let replicas: [[Int]]
    /// Every member holds the broadcast partition; the one that should lead it first.
    public let broadcast: [Int]

    /// - Parameters:
    ///   - members: with distinct names; none makes a placement that holds nothing.
    ///   - replicas: how many members hold each partition.
    /// - Complexity: O(partitions · members · log members).
    public init(members: [Member], partitions: Int, replicas: Int) {
        let total = members.reduce(0) { $0 + Self.weight($1) }
        let leaderBound = members.map { Self.share($0, of: partitions, total) }
        let holderBound = members.map { Self.share($0, of: partitions * min(replicas, members.count), total) }
        var led = [Int](repeating: 0, count: members.count)
        var held = led
        self.replicas = (0..<partitions).map { partition in
            let ranked = Self.ranked(members, for: UInt64(partition))
            guard
                let leader = ranked.first(where: { led[$0] < leaderBound[$0] && held[$0] < holderBound[$0] })
                    ?? ranked.first(where: { led[$0] < leaderBound[$0] })
            else { return [] }
            led[leader] += 1
            held[leader] += 1
            var holders = [leader]
            while holders.count < min(replicas, members.count) {
                let others = ranked.filter { !holders.contains($0) }
                // A full member takes one more rather than leave a partition a replica short.
                let next = others.first { held[$0] < holderBound[$0] } ?? others[0]
                held[next] += 1
                holders.append(next)
            }
            return holders
        }
        broadcast = Self.ranked(members, for: UInt64(PartitionID.broadcast.number))
    }

    /// The members that hold a partition, the one that should lead it first; none when there are no members, or no
    /// such partition.
    public func holders(of partition: PartitionID) -> [Int] {
        if partition == .broadcast { return broadcast }
        return replicas.indices.contains(Int(partition.number)) ? replicas[Int(partition.number)] : []
    }

    private static func weight(_ member: Member) -> Double { Double(max(1, member.weight)) }

    /// A member's part of `count` things, rounded up.
    private static func share(_ member: Member, of count: Int, _ total: Double) -> Int {
        Int((Double(count) * weight(member) / total).rounded(.up))
    }

    /// The members in the order of their scores: the first of `n` members of weights `w` is each with probability
    /// proportional to its weight.
    private static func ranked(_ members: [Member], for partition: UInt64) -> [Int] {
        let scores = members.map { member in
            var hash = FNV1a()
            hash.update(utf8: member.name)
            hash.update(word: partition)
            // Uniform in (0, 1): the top 53 bits and a half.
            let uniform = (Double(finalMix(hash.value) >> 11) + 0.5) / 9_007_199_254_740_992
            return -log(uniform) / weight(member)
        }
        return members.indices.sorted { (scores[$0], members[$0].name) < (scores[$1], members[$1].name) }
    }
}
