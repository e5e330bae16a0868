import Domain
import Log

extension ConformanceCheck {
    static let order = [
        ConformanceCheck(name: "records come back whole and in order, from any index, with any limit") {
            world, violations in
            let log = try world.open()
            let (records, firsts) = try fill(log, entries: 30)
            for limit in [-1, 0, 1, 7, 100, .max] {
                violations.expect(try log.allRecords(of: seven, limit: limit) == records, "limit \(limit) lost some")
            }
            for index in 0..<records.count {
                guard let entry = try log.read(seven, after: UInt64(index), limit: 1).first else {
                    violations.add("nothing after index \(index)")
                    continue
                }
                let next = UInt64(index) + 1
                violations.expect(
                    entry.firstIndex <= next && next <= entry.lastIndex,
                    "after \(index) came \(entry.firstIndex) to \(entry.lastIndex)")
                violations.expect(firsts.contains(entry.firstIndex), "no entry began at \(entry.firstIndex)")
            }
        },
        ConformanceCheck(name: "a limit stops at the entry that reaches it") { world, violations in
            let log = try world.open()
            let claim = try log.claim(seven, owner: "w1")
            var end: UInt64 = 0
            for _ in 0..<5 { end = try log.append(batch(10), to: seven, epoch: claim.epoch, expecting: end) }
            for (limit, expected) in [(1, 1), (10, 1), (11, 2), (25, 3), (50, 5), (1_000, 5)] {
                let count = try log.read(seven, after: 0, limit: limit).count
                violations.expect(count == expected, "limit \(limit) gave \(count) entries, not \(expected)")
            }
        },
        ConformanceCheck(name: "what was acknowledged is there after a restart") { world, violations in
            var records: [Record] = []
            for round in 0..<5 as Range<UInt64> {
                let log = try world.open()
                let claim = try log.claim(seven, owner: "w\(round)")
                violations.expect(claim.lastIndex == records.count, "round \(round) begins at \(claim.lastIndex)")
                let more = batch(4, seed: round)
                try log.append(more, to: seven, epoch: claim.epoch, expecting: claim.lastIndex)
                records += more
            }
            let log = try world.open()
            violations.expect(try log.lastIndex(of: seven) == 20, "the log does not end at 20")
            violations.expect(try log.allRecords(of: seven) == records, "the records are others")
            let epochs = try log.read(seven, after: 0, limit: 100).map(\.epoch)
            violations.expect(Set(epochs).count == 5 && epochs == epochs.sorted(), "the entries' epochs are \(epochs)")
        },
        ConformanceCheck(name: "a follower reads as far as it was told that the log goes, and never a part of an entry")
        { world, violations in
            let leader = try world.open()
            let follower = try world.open()
            violations.expect(
                try follower.read(seven, after: 0, limit: 10).isEmpty, "there are entries before any append")
            let claim = try leader.claim(seven, owner: "w1")
            var end: UInt64 = 0
            for seed in 0..<50 as Range<UInt64> {
                let records = batch(Int(seed % 5) + 1, seed: seed)
                let before = end
                end = try leader.append(records, to: seven, epoch: claim.epoch, expecting: before)
                violations.expect(try follower.lastIndex(of: seven) == end, "the follower sees another end")
                let seen = try follower.read(seven, after: before, limit: 100)
                let expected = LogEntry(firstIndex: before + 1, epoch: claim.epoch, records: records)
                violations.expect(seen == [expected], "after \(before) the follower saw \(seen.count) entries")
            }
        },
        ConformanceCheck(name: "partitions know nothing of each other") { world, violations in
            let log = try world.open()
            let partitions = [PartitionID(0), PartitionID(15), .broadcast]
            for (seed, partition) in partitions.enumerated() {
                let claim = try log.claim(partition, owner: "w1")
                let records = batch(seed + 1, seed: UInt64(seed))
                try log.append(records, to: partition, epoch: claim.epoch, expecting: 0)
            }
            for (seed, partition) in partitions.enumerated() {
                let records = try log.allRecords(of: partition)
                violations.expect(records == batch(seed + 1, seed: UInt64(seed)), "\(partition) has other records")
            }
        },
    ]

    /// Appends entries of 1 to 9 records.
    /// - Returns: all records, and where each entry begins.
    private static func fill(_ log: any PartitionLog, entries: Int) throws(LogError) -> ([Record], Set<UInt64>) {
        var samples = Samples(seed: 3)
        let claim = try log.claim(seven, owner: "w1")
        var records: [Record] = []
        var firsts: Set<UInt64> = []
        for _ in 0..<entries {
            let more = samples.records(Int.random(in: 1...9, using: &samples.generator))
            let end = UInt64(records.count)
            firsts.insert(end + 1)
            try log.append(more, to: seven, epoch: claim.epoch, expecting: end)
            records += more
        }
        return (records, firsts)
    }
}
