// Leadership does not flap: however often routers ask, a partition is claimed at most so often.

import Domain
import Testing
import WorkerCore

@Suite struct HoldOffTests {
    @Test func theFirstClaimComesAtOnce() {
        var script = CoreScript.following(0)
        #expect(script.lead(0, after: 3) == ["claim 0 after 3"])
    }

    @Test func afterAChangeAClaimWaitsForAQuarterOfASecondAndIsNotForgotten() {
        var script = CoreScript.following(0)
        _ = script.followed(0, epoch: 4)
        #expect(script.lead(0, after: 4) == [])
        script.after(milliseconds: 249)
        #expect(script.timePasses() == [])
        script.after(milliseconds: 1)
        #expect(script.timePasses() == ["claim 0 after 4"])
    }

    @Test func aWaitingLeadIsDroppedWhenSomebodyElseHasClaimed() {
        var script = CoreScript.following(0)
        _ = script.followed(0, epoch: 4)
        _ = script.lead(0, after: 4)
        _ = script.followed(0, epoch: 5)
        script.after(milliseconds: 10_000)
        #expect(script.timePasses() == [])
    }

    @Test func onePartitionsHoldOffIsNoneOfAnothers() {
        var script = CoreScript.following(0, 1)
        _ = script.followed(0, epoch: 4)
        #expect(script.lead(1, after: 3) == ["claim 1 after 3"])
        #expect(script.lead(0, after: 4) == [])
        script.after(milliseconds: 250)
        #expect(script.timePasses() == ["claim 0 after 4"])
    }

    /// How long a claim has to wait after each of a series of changes, each one right after the last hold-off.
    @Test func theHoldOffDoublesUpToFourSecondsAndRecoversWhenItIsQuiet() {
        var script = CoreScript.following(0)
        var waits: [UInt64] = []
        var epoch: UInt64 = 3
        for _ in 0..<7 {
            epoch += 1
            _ = script.followed(0, epoch: epoch)
            waits.append(wait(&script, epoch))
        }
        #expect(waits == [250, 500, 1_000, 2_000, 4_000, 4_000, 4_000])
        script.after(milliseconds: 4_000)
        _ = script.followed(0, epoch: epoch + 1)
        #expect(wait(&script, epoch + 1) == 250)
    }

    /// Milliseconds until the claim; the claim is then refused, as if the log had been busy.
    private func wait(_ script: inout CoreScript, _ epoch: UInt64) -> UInt64 {
        let start = script.now
        var decided = script.lead(0, after: epoch)
        while decided.isEmpty {
            script.after(milliseconds: 10)
            decided = script.timePasses()
        }
        #expect(decided == ["claim 0 after \(epoch)"])
        let waited = script.now.microseconds(since: start) / 1_000
        _ = script.claimRefused(0, epoch: epoch)
        return waited
    }

    /// Two workers, two routers that disagree, for a minute: the partition changes hands every few seconds at most.
    @Test func twoRoutersThatDisagreeCannotMakeLeadershipFlap() {
        var workers = [CoreScript.following(0), CoreScript.following(0)]
        var epoch: UInt64 = 3
        var changes = 0
        for _ in 0..<6_000 {
            for number in workers.indices {
                workers[number].after(milliseconds: 10)
                let decided = workers[number].timePasses() + workers[number].lead(0, after: epoch)
                guard decided.contains("claim 0 after \(epoch)") else { continue }
                epoch += 1
                changes += 1
                _ = workers[number].claimed(0, epoch: epoch)
                _ = workers[1 - number].followed(0, epoch: epoch)
            }
        }
        #expect(changes <= 20)
        #expect(changes >= 10, "a lead that is asked for is taken in the end")
    }
}
