import Domain
import Supervision
import Testing

private func hash(_ index: UInt64, _ value: UInt64) -> StateCheckpoint {
    StateCheckpoint(index: index, stateHash: value)
}

struct StateComparisonTests {
    private let asked: [PartitionID: UInt64] = [PartitionID(0): 20, PartitionID(1): 30, .broadcast: 40]

    /// w1 and w2 hold everything and have hashed it; w2's partition 1 as given.
    private func view(secondOfPartitionOne checkpoint: StateCheckpoint?, role: ReplicaRole = .following) -> ClusterView
    {
        ClusterView(
            status([
                worker(
                    "w1",
                    [
                        replica(.leading, 0, epoch: 3, at: 25, checkpoint: hash(20, 7)),
                        replica(.leading, 1, epoch: 4, at: 35, checkpoint: hash(30, 8)),
                        replica(.following, broadcast, at: 40, checkpoint: hash(40, 9)),
                    ]),
                worker(
                    "w2",
                    [
                        replica(.following, 0, epoch: 3, at: 25, checkpoint: hash(20, 7)),
                        replica(role, 1, epoch: 4, at: 35, checkpoint: checkpoint),
                        replica(.leading, broadcast, at: 40, checkpoint: hash(40, 9)),
                    ]),
            ]))
    }

    @Test func equalHashesAtOneIndexAreEqualStates() {
        var comparison = StateComparison(checkpoints: asked)
        #expect(comparison.verdict == .incomplete, "nobody was looked at yet")
        comparison.observe(view(secondOfPartitionOne: hash(30, 8)))
        #expect(comparison.verdict == .equal)
        #expect(comparison.findings.map(\.partition) == [PartitionID(0), PartitionID(1), .broadcast])
        #expect(comparison.findings.map(\.leader) == ["w1", "w1", "w2"])
        #expect(comparison.findings.map(\.index) == [20, 30, 40])
        #expect(comparison.findings.allSatisfy { $0.agreeing == 2 && $0.complaint == nil })
    }

    @Test func aDifferenceIsReportedWithPartitionIndexWorkersAndHashes() throws {
        var comparison = StateComparison(checkpoints: asked)
        comparison.observe(view(secondOfPartitionOne: hash(30, 0xbad)))
        #expect(comparison.verdict == .different)
        let finding = try #require(comparison.findings.filter(\.isDifferent).first)
        let complaint = try #require(finding.complaint)
        #expect(complaint.contains("partition 1 differs at index 30"))
        #expect(complaint.contains("w1 has 0000000000000008, w2 has 0000000000000bad"))
        #expect(comparison.findings.count(where: \.isDifferent) == 1)
    }

    @Test func aReplicaThatLagsIsNamedUntilItReports() {
        var comparison = StateComparison(checkpoints: asked)
        comparison.observe(view(secondOfPartitionOne: hash(12, 99)))
        #expect(comparison.verdict == .incomplete)
        #expect(comparison.findings[1].lagging == ["w2"])
        #expect(
            comparison.findings[1].complaint == "partition 1: w2 has not reported the checkpoint at index 30")
        comparison.observe(view(secondOfPartitionOne: hash(30, 8)))
        #expect(comparison.verdict == .equal)
    }

    @Test func checkpointsOfSomebodyElseThatComeInBetweenAreComparedToo() {
        var comparison = StateComparison(checkpoints: asked)
        // w2 was seen only after it had come past a later checkpoint.
        comparison.observe(view(secondOfPartitionOne: hash(33, 5)))
        #expect(comparison.verdict == .incomplete)
        var later = status(view(secondOfPartitionOne: hash(33, 5)).workers)
        later.workers[0].report.replicas[1].checkpoint = hash(33, 5)
        comparison.observe(ClusterView(later))
        #expect(comparison.verdict == .equal)
        #expect(comparison.findings[1].index == 33)
    }

    @Test func aReplicaThatReadsItsStateAnewIsNotWaitedFor() {
        var comparison = StateComparison(checkpoints: asked)
        comparison.observe(view(secondOfPartitionOne: nil))
        #expect(comparison.verdict == .incomplete)
        comparison.observe(view(secondOfPartitionOne: nil, role: .loading))
        #expect(comparison.verdict == .equal)
        #expect(comparison.findings[1].agreeing == 1)
    }

    @Test func aReplicaThatIsSilentForAMomentIsStillWaitedFor() {
        var comparison = StateComparison(checkpoints: asked)
        comparison.observe(view(secondOfPartitionOne: nil))
        var silent = status(view(secondOfPartitionOne: nil).workers)
        silent.workers[1].report.isReady = false
        comparison.observe(ClusterView(silent))
        #expect(comparison.findings[1].lagging == ["w2"])
        #expect(comparison.verdict == .incomplete)
    }
}
