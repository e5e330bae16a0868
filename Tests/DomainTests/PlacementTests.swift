// Every process computes the placement for itself, from names alone; what it promises is therefore a contract.

import Domain
import Testing

@Suite struct PlacementTests {
    private static let shapes: [(workers: Int, partitions: Int)] =
        [1, 2, 3, 4, 7, 16, 64].flatMap { workers in [1, 16, 64, 256].map { (workers, $0) } }

    private func names(_ count: Int) -> [String] { (1...count).map { "w\($0)" } }

    /// The name of each partition's leader, the broadcast partition's last.
    private func leaders(_ workers: [String], _ partitions: Int) -> [String] {
        let placement = Placement(workers: workers, partitions: partitions)
        return (placement.leaders + [placement.broadcastLeader]).map { workers[$0] }
    }

    @Test(arguments: shapes)
    func everyPartitionHasOneLeaderAndNobodyMoreThanTheRoundedUpShare(workers: Int, partitions: Int) {
        let placement = Placement(workers: names(workers), partitions: partitions)
        let led = (0..<workers).map { placement.led(by: $0) }
        let all = led.flatMap(\.self).sorted()
        #expect(all == (0..<partitions).map { PartitionID(UInt16($0)) } + [.broadcast])
        for (worker, partitionsOfWorker) in led.enumerated() {
            #expect(partitionsOfWorker == partitionsOfWorker.sorted())
            #expect(partitionsOfWorker.allSatisfy { placement.leader(of: $0) == worker })
            let keyed = partitionsOfWorker.filter { $0 != .broadcast }
            #expect(keyed.count <= (partitions + workers - 1) / workers)
        }
    }

    @Test(arguments: shapes)
    func theOrderOfTheNamesDoesNotMatter(workers: Int, partitions: Int) {
        var lottery = Lottery(seed: UInt64(workers * 1_000 + partitions))
        let expected = leaders(names(workers), partitions)
        for _ in 0..<5 { #expect(leaders(names(workers).shuffled(using: &lottery), partitions) == expected) }
    }

    /// How many partitions move when one worker goes, and how many have to: those it led.
    private func movement(_ workers: Int, _ partitions: Int, without gone: Int) -> (moved: Int, needed: Int) {
        let before = leaders(names(workers), partitions).dropLast()
        let after = leaders(names(workers).filter { $0 != "w\(gone)" }, partitions).dropLast()
        return (zip(before, after).count { $0 != $1 }, before.count { $0 == "w\(gone)" })
    }

    @Test func withoutALoadBoundOnlyThePartitionsOfARemovedWorkerWouldMove() {
        // The broadcast partition is under no bound.
        for gone in names(16) {
            let before = leaders(names(16), 1)[1]
            let after = leaders(names(16).filter { $0 != gone }, 1)[1]
            #expect(before == after || before == gone)
        }
    }

    @Test(arguments: [(2, 16), (3, 16), (4, 64), (8, 256), (16, 256)])
    func theLoadBoundCostsSomeMovementAndNeverAReshuffle(workers: Int, partitions: Int) {
        for gone in 1...workers {
            let (moved, needed) = movement(workers, partitions, without: gone)
            #expect(moved >= needed)
            // Those that the old bound had kept from their first choice. Measured: up to a twelfth of all.
            #expect(moved - needed <= partitions / 8)
        }
    }
}
