// Who should hold what. A worker that has gone keeps its place for a while, because most come back at once; one
// that drains loses it. Whoever holds a partition keeps it until enough of those that should hold it have read it:
// shadow, catch up, hand over.

import Domain

extension RouterCore {
    /// Between two assignments to a worker when nothing changes.
    static let assignmentMicroseconds: UInt64 = 500_000
    /// Between two moves of partitions on purpose.
    static let moveMicroseconds: UInt64 = 25_000
    /// Between two moves of the same partition on purpose.
    static let settleMicroseconds: UInt64 = 2_000_000

    /// Places the partitions anew if the workers that count have changed.
    mutating func place(_ now: MonotonicInstant, _ actions: inout [RouterAction]) {
        lastPlaced = now
        let counted = workers.indices.filter { workers[$0].keepsPlace(now) }
            .sorted { workers[$0].name < workers[$1].name }
        let members = counted.map { Placement.Member(name: workers[$0].name, weight: workers[$0].report.weight) }
        if members != placedMembers || counted != placedWorkers {
            placedMembers = members
            placedWorkers = counted
            placement = Placement(
                members: members, partitions: configuration.partitions, replicas: configuration.replicas)
        }
        assign(now, &actions)
    }

    /// Tells every worker what to hold: those whose assignment has changed, or all of them when it is time.
    mutating func assign(_ now: MonotonicInstant, _ actions: inout [RouterAction]) {
        let isTime = now.microseconds(since: lastAssignments) >= Self.assignmentMicroseconds
        if isTime {
            lastAssignments = now
            lookForLeaders(now)
        }
        var wanted = [[PartitionID]](repeating: [], count: workers.count)
        for (chain, partition) in partitions.enumerated() where partition.id != .broadcast {
            for worker in wantedHolders(of: chain, now) { wanted[worker].append(partition.id) }
        }
        for (number, worker) in workers.enumerated() where worker.isConnected {
            guard isTime || worker.assigned != wanted[number] else { continue }
            workers[number].assigned = wanted[number]
            actions.append(.assign(worker: number, Assignment(wanted[number])))
        }
    }

    private func wantedHolders(of chain: Int, _ now: MonotonicInstant) -> [Int] {
        let partition = partitions[chain]
        var holders = placement.holders(of: partition.id).map { placedWorkers[$0] }
        let caughtUp = holders.count { serves($0, partition.id) }
        if let target = partition.target, !holders.contains(target) { holders.append(target) }
        if caughtUp < min(configuration.replicas, placedWorkers.count) {
            for worker in workers.indices where !holders.contains(worker) && serves(worker, partition.id) {
                holders.append(worker)
            }
        }
        return holders + helpers(of: partition, besides: holders, now)
    }

    /// Moves one partition to the worker that should lead it, if one can be moved without anybody noticing.
    mutating func rebalance(_ now: MonotonicInstant, _ actions: inout [RouterAction]) {
        guard now.microseconds(since: lastMove) >= Self.moveMicroseconds else { return }
        for chain in partitions.indices {
            let partition = partitions[chain]
            guard let target = partition.target, partition.askedAfter == nil, partition.suspects == 0,
                now.microseconds(since: partition.movedAt) >= Self.settleMicroseconds,
                let preferred = preferredLeader(of: chain, now), preferred != target,
                isAbreast(preferred, of: target, partition.id)
            else { continue }
            lastMove = now
            return move(chain, to: preferred, now, &actions)
        }
    }

    /// The first worker of the placement that is fit to lead.
    private func preferredLeader(of chain: Int, _ now: MonotonicInstant) -> Int? {
        let partition = partitions[chain].id
        for place in placement.holders(of: partition) {
            let worker = placedWorkers[place]
            if workers[worker].isTrusted(now: now), !workers[worker].report.isDraining, serves(worker, partition) {
                return worker
            }
        }
        return nil
    }

    /// Records that a worker may be behind and still take over without a pause worth the name.
    private static let abreast: UInt64 = 1_000

    /// Whether a worker has read about as much of a partition as its leader.
    private func isAbreast(_ worker: Int, of leader: Int, _ partition: PartitionID) -> Bool {
        guard let own = workers[worker].replicas[partition], let other = workers[leader].replicas[partition] else {
            return false
        }
        return own.epoch == other.epoch && (own.index >= other.index || other.index - own.index <= Self.abreast)
    }
}
