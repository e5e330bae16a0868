// One partition's log: two streams that the servers lead apart from each other, so that one without a leader does not
// hold up what is written.
//
// - A claim lies in both streams. So from then on nobody writes to either under an older epoch, and whatever was
//   written before lies before it.
// - An entry lies in one of them at least, whichever the leader gets an answer from. Only the log that has claimed
//   writes under its epoch, one entry at a time; so one index never means two things.
// - The log is what both hold, in the order of the indexes.

import Domain
import Log

final class StreamPair {
    let partition: PartitionID
    let servers: any StreamServers
    let patience: Duration
    let restraints: Restraints
    let streams: BothLanes<PartitionStream>

    /// The epoch under which this log may write: it has claimed it, and knows what became of all that it wrote.
    var led: UInt64?
    /// The stream that answered last.
    var active = Lane.first
    var spreadAt: ContinuousClock.Instant?
    var reader: PairReader?
    /// What `lastIndex`, a claim or an append has returned: reads wait for it, and for nothing else.
    private(set) var promised: UInt64 = 0
    private var hasLooked = false

    init(
        _ partition: PartitionID, cluster: ClusterStream, writer: MessageWriter, restraints: Restraints,
        patience: Duration
    ) {
        self.partition = partition
        self.servers = cluster.servers
        self.patience = patience
        self.restraints = restraints
        streams = BothLanes(
            first: PartitionStream(
                .first, of: partition, cluster: cluster, writer: writer, restraints: restraints, patience: patience),
            second: PartitionStream(
                .second, of: partition, cluster: cluster, writer: writer, restraints: restraints, patience: patience))
    }

    // MARK: - The end

    /// How far the log is known to reach; nil before anything was seen.
    var known: LogEnd? {
        guard let first = streams.first.known else { return nil }
        return LogEnd(first, streams.second.known)
    }

    /// Where the log ends, by the word of both streams' leaders; nil when the partition was never begun.
    func look() throws(LogError) -> LogEnd? {
        guard let first = try streams.first.look() else { return nil }
        let end = LogEnd(first, try streams.second.look())
        promise(end.lastIndex)
        return end
    }

    /// The same without asking again for what is known, or was just found missing.
    func lookOnce() throws(LogError) -> LogEnd? {
        guard let first = try streams.first.lookOnce() else { return nil }
        let end = LogEnd(first, try streams.second.lookOnce())
        if !hasLooked {
            hasLooked = true
            promise(end.lastIndex)
        }
        return end
    }

    /// Where the log ends, which should be at `index` or behind it. A server that has just begun to lead, or does not
    /// know yet that it leads no more, answers with its past; so it is asked for a while.
    func look(for index: UInt64, atMost duration: Duration) throws(LogError) -> UInt64 {
        var patience = Patience(min(patience, duration), servers.clock)
        while true {
            let last = try look()?.lastIndex ?? 0
            guard last < index, !patience.isOver else { return last }
            patience.wait()
        }
    }

    func promise(_ index: UInt64) { promised = max(promised, index) }

    /// Ends what a reader has going on with the servers; the next read begins it anew.
    func release() { reader = nil }

    // MARK: - The lead

    /// Who leads. Workers ask this a hundred times a second of every partition they hold, so it may not cost a request
    /// each time. Every claim comes to the first stream. Who follows hears of it on its subscription. Who leads and
    /// writes knows by its own writes, which would be refused. Who leads and does not write looks four times a second,
    /// and never waits long: what it says may be late, and nothing rests on it but the haste with which a replaced
    /// leader steps down.
    func leadership() throws(LogError) -> Leadership {
        spreadLeaders()
        let stream = streams.first
        try hear()
        if stream.leader == nil {
            _ = try stream.lookOnce()
        } else if reader?.places.first.subscription == nil, !isFresh {
            try stream.glance()
        }
        guard let known = stream.known, known.epoch > 0 else { return Leadership(epoch: 0, owner: "") }
        if let leader = stream.leader, leader.epoch == known.epoch { return leader }
        let claim = try stream.message(at: known.claimSequence)
        stream.learn(claim)
        guard let leader = stream.leader, leader.epoch == claim.epoch else {
            throw stream.corrupt("message \(known.claimSequence) is not the claim of epoch \(known.epoch)")
        }
        return leader
    }

    private static let freshness: Duration = .milliseconds(250)

    private var isFresh: Bool {
        guard let heardAt = streams.first.heardAt else { return false }
        return servers.now - heardAt < Self.freshness
    }
}
