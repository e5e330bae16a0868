// When a worker may be stopped, and when one that was started has taken its place. Both are answered with the
// first thing that is still missing, in words, because that is also what an operator wants to read meanwhile.

import Domain

extension ClusterView {
    /// What stands in the way of stopping a worker without anybody noticing; nil when nothing does.
    /// - Parameters:
    ///   - replicas: how many replicas a partition shall have (`cluster.replicas`).
    ///   - isRunning: false for a worker that has died: what it said last does not count.
    public func obstacleToStopping(_ name: String, replicas: Int, isRunning: Bool = true) -> String? {
        let others = stayingWorkers.count { $0 != name }
        guard others > 0 else { return "no other worker can take over from \(name)" }
        // Not what it says of itself: one that hangs has said last that it leads, and others lead by now.
        let led = partitions.count { $0.leader?.worker == name }
        guard led == 0 || !isRunning else { return "\(name) still leads \(counted(led, "partition"))" }
        let needed = min(replicas, others)
        for partition in partitions {
            guard let leader = partition.leader, leader.worker != name else {
                return "nobody leads partition \(partition.id) yet"
            }
            let caughtUp = partition.replicas.count { $0.worker != name && !$0.isDraining && $0.isCaughtUp }
            guard caughtUp >= (partition.id == .broadcast ? 1 : needed) else {
                return "partition \(partition.id) has \(caughtUp) of \(needed) caught-up replicas besides \(name)"
            }
        }
        return nil
    }

    /// What is missing until a worker that was started serves its share; nil when nothing is.
    public func obstacleToServing(_ name: String, replicas: Int) -> String? {
        guard let worker = worker(name), !worker.report.replicas.isEmpty || worker.report.isReady else {
            return "\(name) has not reported yet"
        }
        let report = worker.report
        let loading = report.replicas.count { $0.role == .loading }
        guard loading == 0 else { return "\(name) reads \(counted(loading, "partition"))" }
        guard report.isReady else {
            return report.problem.isEmpty ? "\(name) is not ready" : "\(name): \(report.problem)"
        }
        guard !report.isDraining else { return "\(name) is still draining" }
        return obstacleToHealth(replicas: replicas)
    }

    /// What is missing until every partition has a leader and its replicas; nil when nothing is.
    public func obstacleToHealth(replicas: Int) -> String? {
        let needed = min(replicas, stayingWorkers.count)
        for partition in partitions {
            guard partition.leader != nil else { return "nobody leads partition \(partition.id)" }
            let caughtUp = partition.replicas.count(where: \.isCaughtUp)
            guard partition.id == .broadcast || caughtUp >= needed else {
                return "partition \(partition.id) has \(caughtUp) of \(needed) caught-up replicas"
            }
        }
        return nil
    }

    /// Who leads what: while this changes, partitions are on the move.
    public var leaders: [String] { partitions.map { $0.leader?.worker ?? "" } }

    /// How many partitions are led by another worker than the one that routers would choose now. They move one at a
    /// time, and the same one not twice within moments.
    public func partitionsToMove(replicas: Int) -> Int {
        let members = workers.filter { $0.report.isReady && !$0.report.isDraining }
            .map { Placement.Member(name: $0.report.name, weight: $0.report.weight) }
        guard !members.isEmpty else { return 0 }
        let placement = Placement(members: members, partitions: partitions.count - 1, replicas: replicas)
        return partitions.count { $0.leader?.worker != members[placement.holders(of: $0.id)[0]].name }
    }
}

/// `1 partition`, `2 partitions`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
