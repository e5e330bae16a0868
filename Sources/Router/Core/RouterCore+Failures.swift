// Replicas that look healthy and cannot lead: they may have lost the log, and nothing else. Each gets its turn; when none
// of them comes to lead, other workers are told to read the partition.

import Domain

extension RouterCore {
    /// How long a target may fail to lead, while nobody else does, before another replica gets its chance.
    static let failurePatienceMicroseconds: UInt64 = 2_000_000
    /// How long it is remembered that it has.
    static let failureMemoryMicroseconds: UInt64 = 60_000_000
    /// How long a partition may be without a leader before another worker reads it, and then another one. Reading is
    /// dear, and a log that elects a leader of its own is back by then.
    static let helpMicroseconds: UInt64 = 15_000_000

    // MARK: - Turns

    func hasFailedToLead(_ partition: PartitionView, _ now: MonotonicInstant) -> Bool {
        guard let since = partition.leaderlessSince, !planted(.failureNeverGivesWay) else { return false }
        return now.microseconds(since: since) >= Self.failurePatienceMicroseconds
    }

    /// The target makes way for another one.
    mutating func rememberFailure(_ chain: Int, _ now: MonotonicInstant) {
        guard let target = partitions[chain].target, hasFailedToLead(partitions[chain], now) else { return }
        partitions[chain].failures.removeAll { $0.worker == target }
        let until = now.adding(microseconds: Self.failureMemoryMicroseconds)
        partitions[chain].failures.append(.init(worker: target, until: until))
    }

    /// Another process has the name of this worker: what the earlier one could not do says nothing of it.
    mutating func forgetFailures(of worker: Int) {
        for chain in partitions.indices { partitions[chain].failures.removeAll { $0.worker == worker } }
    }

    /// When some have failed to lead: whoever leads, stopped before or not, is kept; the others get their chance, those
    /// that have not failed first, and then each in turn.
    /// - Parameter holders: in the order of the placement.
    /// - Returns: nil when none has failed, and when nobody else could lead.
    func targetAfterFailures(
        of partition: PartitionView, _ leader: Int?, _ holders: [Int], _ now: MonotonicInstant
    ) -> Int? {
        let fails = hasFailedToLead(partition, now)
        guard fails || !partition.failures.isEmpty else { return nil }
        if let leader, workers[leader].isHeard, !isAwaitingTarget(partition, now) { return leader }
        let heard = holders.filter { workers[$0].isHeard }
        guard let target = partition.target, let place = heard.firstIndex(of: target) else { return nil }
        guard fails else { return target }
        let inTurn = (heard[(place + 1)...] + heard[..<place]).filter { !workers[$0].report.isDraining }
        let rested = inTurn.filter { worker in !partition.failures.contains { $0.worker == worker } }
        return rested.first { workers[$0].isTrusted(now: now) } ?? rested.first ?? inTurn.first
    }

    // MARK: - Help

    /// Looks at every partition, for those that nobody leads.
    mutating func lookForLeaders(_ now: MonotonicInstant) {
        for (chain, partition) in partitions.enumerated() {
            partitions[chain].failures.removeAll { $0.until <= now }
            let isRead = workers.indices.contains { serves($0, partition.id) }
            if workers.indices.contains(where: { workers[$0].isHeard && leads($0, partition) }) {
                partitions[chain].stranded = nil
            } else if partition.stranded?.isRead != isRead {
                partitions[chain].stranded = .init(since: now, isRead: isRead)
            }
        }
    }

    /// Who is to read a partition that nobody has led for long, while others lead something: none of its replicas has
    /// the log. Those that lead something go first, because they have it.
    func helpers(of partition: PartitionView, besides holders: [Int], _ now: MonotonicInstant) -> [Int] {
        guard let stranded = partition.stranded, !planted(.nobodyHelps) else { return [] }
        let count = Int(clamping: now.microseconds(since: stranded.since) / Self.helpMicroseconds)
        guard count > 0, partitions.contains(where: { $0.stranded == nil }) else { return [] }
        let able = placedWorkers.filter {
            !holders.contains($0) && workers[$0].isHeard && !workers[$0].report.isDraining
        }
        guard !able.isEmpty else { return [] }
        // Not the same ones for every partition.
        let first = Int(partition.id.number) % able.count
        let inTurn = able[first...] + able[..<first]
        let leaders = inTurn.filter { workers[$0].report.replicas.contains { $0.role == .leading } }
        return Array((leaders + inTurn.filter { !leaders.contains($0) }).prefix(count))
    }
}
