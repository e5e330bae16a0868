import Domain
import Log

extension ConformanceCheck {
    static let snapshots = [
        ConformanceCheck(name: "the newest snapshot comes back after a restart") { world, violations in
            let log = try world.open()
            let claim = try log.claim(seven, owner: "w1")
            try log.append(batch(100), to: seven, epoch: claim.epoch, expecting: 0)
            var samples = Samples(seed: 9)
            for index in [10, 30, 20, 100] as [UInt64] {
                try log.saveSnapshot(samples.snapshot(index: index), of: seven)
            }
            let last = samples.snapshot(index: 100)
            try log.saveSnapshot(last, of: seven)
            violations.expect(try log.latestSnapshot(of: seven) == last, "the owner sees another snapshot")
            violations.expect(try world.open().latestSnapshot(of: seven) == last, "a restart sees another snapshot")
            violations.expect(try log.latestSnapshot(of: PartitionID(8)) == nil, "another partition sees it")
        },
        ConformanceCheck(name: "an empty state at index 0 is a snapshot too") { world, violations in
            let log = try world.open()
            _ = try log.claim(seven, owner: "w1")
            let empty = Snapshot(index: 0, epoch: 0, stateHash: 0, bytes: [])
            try log.saveSnapshot(empty, of: seven)
            violations.expect(try log.latestSnapshot(of: seven) == empty, "it did not come back")
        },
        ConformanceCheck(name: "a snapshot of more than the log holds is refused") { world, violations in
            let log = try world.open()
            let claim = try log.claim(seven, owner: "w1")
            try log.append(batch(3), to: seven, epoch: claim.epoch, expecting: 0)
            let ahead = Snapshot(index: 4, epoch: 1, stateHash: 0, bytes: [1])
            violations.expect(.unexpectedIndex(actual: 3), from: "saving it") { () throws(LogError) in
                try log.saveSnapshot(ahead, of: seven)
            }
            violations.expect(try log.latestSnapshot(of: seven) == nil, "it was saved")
        },
    ]
}
