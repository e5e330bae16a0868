import Domain
import Foundation
import JetStreamLog
import Log
import LogConformance
import NatsServers
import Testing

/// A server that is stopped (SIGSTOP) answers nothing, and carries everything out when it goes on.
extension JetStreamTests {
    @Test
    func anAppendThatNoStreamAnswersIsRepeatedAndWrittenOnce() throws {
        let (shared, name, log, claim) = try TestServers.led("stall")
        let node = try shared.leader(of: "farthing-\(name)-partition-007")
        // Longer than both streams are waited for twice, shorter than the others take to elect another leader.
        let stalled = [node, (node + 1) % 3]
        for node in stalled { try #require(shared.servers.suspend(node, true)) }
        nonisolated(unsafe) let servers = shared.servers
        let goOn = DispatchWorkItem { for node in stalled { unsafe servers.suspend(node, false) } }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(2_700), execute: goOn)
        let records = batch(4)
        #expect(try log.append(records, to: seven, epoch: claim.epoch, expecting: 0) == 4)
        goOn.wait()
        #expect(try log.append(records, to: seven, epoch: claim.epoch, expecting: 4) == 8)
        #expect(try shared.open(name).allRecords(of: seven) == records + records)
    }

    @Test
    func aStreamWhoseLeaderStandsStillIsNotWaitedFor() throws {
        let (shared, name, log, claim) = try TestServers.led("still")
        #expect(try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0) == 2)
        let first = try shared.spread(log, name, seven)
        try #require(shared.servers.suspend(first, true))
        let begin = ContinuousClock.now
        let end = Result { try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 2) }
        let wait = ContinuousClock.now - begin
        try #require(shared.servers.suspend(first, false))
        #expect(try end.get() == 4)
        // Half a second; 4 s when it is the server that this process is connected to, and hangs without closing.
        #expect(wait < .seconds(6))
        #expect(try shared.open(name).allRecords(of: seven) == batch(2) + batch(2))
    }

    @Test
    func theNextClaimTellsWhatBecameOfAnAppendWhoseOutcomeIsUnknown() throws {
        let (shared, name, log, claim) = try TestServers.led("unknown", patience: .milliseconds(100))
        let node = try shared.leader(of: "farthing-\(name)-partition-007")
        try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0)
        // Without a majority nothing is stored for good, whoever leads by the time that the append arrives.
        let stalled = [node, (node + 1) % 3]
        for node in stalled { try #require(shared.servers.suspend(node, true)) }
        #expect {
            try log.append(batch(3), to: seven, epoch: claim.epoch, expecting: 2)
        } throws: { error in
            guard case .unavailable = error as? LogError else { return false }
            return true
        }
        for node in stalled { try #require(shared.servers.suspend(node, false)) }
        let new = try shared.open(name)
        let next = try new.claim(seven, owner: "w2")
        #expect([2, 5].contains(next.lastIndex))
        let found = try new.allRecords(of: seven)
        #expect(found == batch(2) + (next.lastIndex == 5 ? batch(3) : []))
        // Whatever was still under way comes too late.
        #expect(try new.append(batch(1), to: seven, epoch: next.epoch, expecting: next.lastIndex) == next.lastIndex + 1)
        #expect(try shared.open(name).allRecords(of: seven) == found + batch(1))
    }
}
