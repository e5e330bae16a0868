import Domain
import Log

extension ConformanceCheck {
    static let edges = [
        ConformanceCheck(name: "an empty partition ends at 0 and holds nothing") { world, violations in
            for isClaimed in [false, true] {
                let log = try world.open()
                if isClaimed { _ = try log.claim(seven, owner: "w1") }
                violations.expect(try log.lastIndex(of: seven) == 0, "it does not end at 0")
                violations.expect(try log.read(seven, after: 0, limit: 10).isEmpty, "it holds entries")
                violations.expect(try log.latestSnapshot(of: seven) == nil, "it has a snapshot")
                violations.expect(.unexpectedIndex(actual: 0), from: "a read past the end") { () throws(LogError) in
                    try log.read(seven, after: 1, limit: 10)
                }
            }
        },
        ConformanceCheck(name: "a reader that is ahead of the log is told so") { world, violations in
            let log = try world.open()
            let claim = try log.claim(seven, owner: "w1")
            try log.append(batch(3), to: seven, epoch: claim.epoch, expecting: 0)
            violations.expect(try log.read(seven, after: 3, limit: 10).isEmpty, "there is something after the end")
            for index in [4, UInt64(Int64.max), .max] {
                violations.expect(.unexpectedIndex(actual: 3), from: "a read after \(index)") { () throws(LogError) in
                    try log.read(seven, after: index, limit: 10)
                }
            }
        },
        ConformanceCheck(name: "a large batch is one entry") { world, violations in
            let log = try world.open()
            let claim = try log.claim(seven, owner: "w1")
            let records = batch(20_000)
            violations.expect(
                try log.append(records, to: seven, epoch: claim.epoch, expecting: 0) == 20_000, "it ends elsewhere")
            let entries = try world.open().read(seven, after: 19_999, limit: 1)
            violations.expect(entries.map(\.records) == [records], "it came back as \(entries.count) entries")
        },
        ConformanceCheck(name: "a partition that the cluster lacks is refused") { world, violations in
            let log = try world.open()
            let beyond = PartitionID(16)
            let expected = LogError.unknownPartition(beyond, count: 16)
            violations.expect(expected, from: "a claim") { () throws(LogError) in try log.claim(beyond, owner: "w1") }
            violations.expect(expected, from: "an append") { () throws(LogError) in
                try log.append(batch(1), to: beyond, epoch: 1, expecting: 0)
            }
            violations.expect(expected, from: "a read") { () throws(LogError) in
                try log.read(beyond, after: 0, limit: 1)
            }
            violations.expect(expected, from: "its end") { () throws(LogError) in try log.lastIndex(of: beyond) }
            violations.expect(expected, from: "its snapshot") { () throws(LogError) in
                try log.latestSnapshot(of: beyond) == nil
            }
        },
    ]
}
