import Domain
import Log

extension ConformanceCheck {
    static let fence = [
        ConformanceCheck(name: "an old epoch never writes after a claim, even with the right index") {
            world, violations in
            let old = try world.open()
            let first = try old.claim(seven, owner: "old")
            let end = try old.append(batch(3), to: seven, epoch: first.epoch, expecting: first.lastIndex)
            let new = try world.open()
            let second = try new.claim(seven, owner: "new")
            violations.expect(second.epoch > first.epoch, "the epoch went from \(first.epoch) to \(second.epoch)")
            violations.expect(second.lastIndex == end, "the claim ends at \(second.lastIndex), not \(end)")
            for expected in [end, end + 1, 0] {
                violations.expect(.fenced(currentEpoch: second.epoch), from: "a stale append expecting \(expected)") {
                    () throws(LogError) in
                    try old.append(batch(1), to: seven, epoch: first.epoch, expecting: expected)
                }
            }
            violations.expect(try new.lastIndex(of: seven) == end, "the stale leader wrote")
            violations.expect(
                try new.append(batch(2), to: seven, epoch: second.epoch, expecting: end) == end + 2,
                "the new leader's append ended elsewhere")
        },
        ConformanceCheck(name: "an epoch that was never given out never writes") { world, violations in
            let log = try world.open()
            violations.expect(.fenced(currentEpoch: 0), from: "an append before any claim") { () throws(LogError) in
                try log.append(batch(1), to: seven, epoch: 0, expecting: 0)
            }
            let claim = try log.claim(seven, owner: "w1")
            for epoch in [claim.epoch + 1, UInt64.max] {
                violations.expect(.fenced(currentEpoch: claim.epoch), from: "epoch \(epoch)") { () throws(LogError) in
                    try log.append(batch(1), to: seven, epoch: epoch, expecting: 0)
                }
            }
            violations.expect(try log.lastIndex(of: seven) == 0, "something was written")
        },
        ConformanceCheck(name: "an append that expects another end writes nothing") { world, violations in
            let log = try world.open()
            let claim = try log.claim(seven, owner: "w1")
            let end = try log.append(batch(5), to: seven, epoch: claim.epoch, expecting: 0)
            for expected in [0, end - 1, end + 1, UInt64(Int64.max), .max] {
                violations.expect(.unexpectedIndex(actual: end), from: "expecting \(expected)") { () throws(LogError) in
                    try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: expected)
                }
            }
            violations.expect(try log.allRecords(of: seven) == batch(5), "the records are others")
        },
        ConformanceCheck(name: "of two that claim after the same epoch, one wins and the other learns who") {
            world, violations in
            let first = try world.open()
            let second = try world.open()
            violations.expect(
                try first.leadership(of: seven) == Leadership(epoch: 0, owner: ""), "somebody leads before any claim")
            let claim = try first.claim(seven, owner: "w1", after: 0)
            for _ in 0..<2 {
                violations.expect(.fenced(currentEpoch: claim.epoch), from: "the slower claim") { () throws(LogError) in
                    try second.claim(seven, owner: "w2", after: 0)
                }
            }
            let expected = Leadership(epoch: claim.epoch, owner: "w1")
            for log in [first, second, try world.open()] {
                violations.expect(try log.leadership(of: seven) == expected, "somebody else leads")
            }
            let end = try first.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0)
            let next = try second.claim(seven, owner: "w2", after: claim.epoch)
            violations.expect(next.epoch > claim.epoch && next.lastIndex == end, "the second claim is \(next)")
            violations.expect(
                try second.leadership(of: seven) == Leadership(epoch: next.epoch, owner: "w2"), "w2 does not lead")
        },
        ConformanceCheck(name: "claims survive a restart") { world, violations in
            var epochs: [UInt64] = []
            for owner in ["w1", "w2", "w1"] { epochs.append(try world.open().claim(seven, owner: owner).epoch) }
            violations.expect(epochs == epochs.sorted() && Set(epochs).count == 3, "epochs \(epochs) do not ascend")
            let log = try world.open()
            violations.expect(.fenced(currentEpoch: epochs[2]), from: "an epoch of before") { () throws(LogError) in
                try log.append(batch(1), to: seven, epoch: epochs[0], expecting: 0)
            }
        },
        ConformanceCheck(name: "an append of nothing checks the fence and writes nothing") { world, violations in
            let log = try world.open()
            let claim = try log.claim(seven, owner: "w1")
            let end = try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0)
            violations.expect(
                try log.append([], to: seven, epoch: claim.epoch, expecting: end) == end, "the end moved")
            let next = try log.claim(seven, owner: "w2")
            violations.expect(.fenced(currentEpoch: next.epoch), from: "an empty append") { () throws(LogError) in
                try log.append([], to: seven, epoch: claim.epoch, expecting: end)
            }
            violations.expect(try log.read(seven, after: 0, limit: 100).count == 1, "an empty entry was written")
        },
    ]
}
