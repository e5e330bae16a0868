// Claims and commits. A claim is a message in each of the two streams, the first before the second; an entry is a
// message in one of them.

import Domain
import Log

extension StreamPair {
    /// - Parameter least: the new epoch is at least this one.
    func claim(owner: String, after seen: UInt64, raisingTo least: UInt64 = 0) throws(LogError) -> Claim {
        var patience = Patience(patience, servers.clock)
        while true {
            // Both have to be there before either is closed to whoever leads now.
            let ends = BothLanes(first: try streams.first.begin(), second: try streams.second.begin())
            let end = LogEnd(ends.first, ends.second)
            guard end.epoch == seen else { throw .fenced(currentEpoch: end.epoch) }
            let epoch = max(end.epoch &+ 1, least)
            guard end.epoch < epoch, epoch <= UInt64(Int64.max) else {
                throw streams.first.corrupt("the epoch has no successor")
            }
            for lane in Lane.allCases { try streams[lane].checkLastEntry(ends[lane]) }
            // The first stream gives each epoch to one claimant. Should the leader have written meanwhile, or somebody
            // else have claimed, the next look tells.
            if try streams.first.store(message(owner, epoch, behind: ends.first, in: .first)) {
                let second = try closeSecond(to: owner, epoch, behind: ends.second)
                let lastIndex = max(ends.first.lastIndex, second.lastIndex)
                promise(lastIndex)
                return Claim(epoch: epoch, lastIndex: lastIndex)
            }
            guard !patience.isOver else { throw streams.first.failure(.wrongLastSequence) }
            patience.wait()
        }
    }

    /// Stores the claim of an epoch that the first stream has given to us in the second one.
    /// - Returns: where the second stream ended before it.
    private func closeSecond(
        to owner: String, _ epoch: UInt64, behind seen: StreamEnd
    ) throws(LogError) -> StreamEnd {
        var end = seen
        var patience = Patience(patience, servers.clock)
        while try !streams.second.store(message(owner, epoch, behind: end, in: .second)) {
            guard !patience.isOver else { throw streams.second.failure(.wrongLastSequence) }
            patience.wait()
            // The leader of before still writes here, or somebody has claimed after us.
            end = try streams.second.look() ?? .empty
            guard end.epoch < epoch else { throw .fenced(currentEpoch: end.epoch) }
        }
        led = epoch
        reader = nil
        return end
    }

    private func message(_ owner: String, _ epoch: UInt64, behind end: StreamEnd, in lane: Lane) -> LogMessage {
        LogMessage(
            partition: partition, lane: lane, sequence: end.sequence + 1, firstIndex: end.lastIndex + 1, epoch: epoch,
            claimSequence: end.sequence + 1, origin: streams[lane].writer.nextAttempt(),
            content: .claim(owner: owner))
    }

    func append(_ records: [Record], epoch: UInt64, expecting lastIndex: UInt64) throws(LogError) -> UInt64 {
        guard let end = try end(epoch: epoch, lastIndex: lastIndex, isCheckOnly: records.isEmpty) else {
            throw .fenced(currentEpoch: 0)
        }
        guard epoch == end.epoch, epoch > 0 else { throw .fenced(currentEpoch: end.epoch) }
        // Another log's epoch, or one whose last append may still come.
        guard led == epoch else { throw .fenced(currentEpoch: try look()?.epoch ?? end.epoch) }
        guard lastIndex == end.lastIndex else { throw .unexpectedIndex(actual: end.lastIndex) }
        guard !records.isEmpty else { return lastIndex }
        // Who leads has no use for what it wrote itself.
        reader = nil
        try commit(StoredEntry(sealing: records, partition: partition, firstIndex: lastIndex + 1, epoch: epoch))
        let newLast = lastIndex + UInt64(records.count)
        promise(newLast)
        return newLast
    }

    /// The end as far as it has to be known for an append: storing compares it anyway, so what was seen suffices
    /// when it fits.
    private func end(epoch: UInt64, lastIndex: UInt64, isCheckOnly: Bool) throws(LogError) -> LogEnd? {
        if !isCheckOnly, let known, known.epoch == epoch, known.lastIndex == lastIndex { return known }
        return try look()
    }

    /// How long one stream is waited for before the other one is tried.
    private static let hesitation: Duration = .milliseconds(500)

    /// Offers an entry to one stream after the other, until one has it.
    private func commit(_ entry: StoredEntry) throws(LogError) {
        // Whoever does not know what became of an entry writes no other one in its place: the next claim tells, and
        // puts an end to it.
        led = nil
        var patience = Patience(patience, servers.clock)
        var mayBeStored = false
        while true {
            switch try streams[active].offer(entry, within: Self.hesitation) {
            case .stored:
                led = entry.epoch
                return
            case .overtaken:
                let now = try look()
                guard let now, !mayBeStored else {
                    throw streams[active].failure(.unanswered("somebody else has claimed the partition"))
                }
                throw now.epoch == entry.epoch
                    ? .unexpectedIndex(actual: now.lastIndex) : .fenced(currentEpoch: now.epoch)
            case .tooLarge(let error):
                led = entry.epoch
                throw error
            case .unanswered(let failure):
                mayBeStored = true
                guard !patience.isOver else { throw streams[active].unknown(failure) }
            }
            active = active.other
            patience.wait()
        }
    }
}

extension PartitionStream {
    /// Whoever leads builds on the last entry, so it has to be whole.
    fileprivate func checkLastEntry(_ end: StreamEnd) throws(LogError) {
        guard end.sequence > 0, case .entry(let entry) = try message(at: end.sequence).content else { return }
        _ = try entry.opened(partition: partition, file: stream)
    }
}
