// What a replica is to its worker, and how that changes: docs/adr/0009 as a record of what was said.

import Domain
import Testing
import WorkerCore

@Suite struct RoleTests {
    private let anna = CoreScript.shopper(of: 0, "anna")

    // MARK: - Holding

    @Test func everyWorkerHoldsTheBroadcastPartitionFromTheStart() {
        var script = CoreScript()
        #expect(script.start() == ["load broadcast"])
        #expect(script.core.heldPartitions == [.broadcast])
        #expect(script.core.role(of: .broadcast) == .loading)
    }

    @Test func whatIsAssignedIsLoadedOnceAndThenFollowed() {
        var script = CoreScript()
        #expect(script.assign([0, 2]) == ["load 0", "load 2"])
        #expect(script.assign([0, 2]) == [])
        #expect(script.role(0) == .loading)
        #expect(script.loaded(PartitionID(0), epoch: 3) == [])
        #expect(script.role(0) == .following)
        #expect(script.role(2) == .loading)
        #expect(script.core.heldPartitions == [PartitionID(0), PartitionID(2), .broadcast])
        #expect(
            script.report(0) == ReplicaReport(partition: PartitionID(0), role: .following, epoch: 3, index: 0))
    }

    @Test func partitionsThatDoNotExistAreNotHeld() {
        var script = CoreScript()
        #expect(script.assign([0, 4, 65_535]) == ["load 0"])
        #expect(script.lead(4, after: 0) == [])
        #expect(script.core.heldPartitions == [PartitionID(0), .broadcast])
    }

    @Test func aWorkerHoldsWhatAnyOfItsRoutersAssigns() {
        var script = CoreScript.following(0, 1)
        for _ in 0..<40 {
            script.after(milliseconds: 250)
            #expect(script.assign([0]) == [])
            script.after(milliseconds: 250)
            #expect(script.assign([1]) == [])
        }
        #expect(script.core.heldPartitions == [PartitionID(0), PartitionID(1), .broadcast])
    }

    @Test func whatNoRouterAssignsForFiveSecondsIsReleased() {
        var script = CoreScript.following(0, 1)
        for _ in 0..<9 {
            script.after(milliseconds: 500)
            #expect(script.assign([0]) == [])
        }
        script.after(milliseconds: 500)
        #expect(script.assign([0]) == ["release 1"])
        #expect(script.core.heldPartitions == [PartitionID(0), .broadcast])
        #expect(script.followed(1, [.checkpoint], epoch: 9) == [], "what was under way arrives at nobody")
        #expect(script.assign([0, 1]) == ["load 1"])
    }

    /// Silence of all routers, or a pause of this process, is no wish.
    @Test func whatNobodySaysAnythingAboutIsKept() {
        var script = CoreScript.following(0, 1)
        script.after(milliseconds: 60_000)
        #expect(script.timePasses() == [])
        #expect(script.assign([0]) == [])
        #expect(script.core.heldPartitions == [PartitionID(0), PartitionID(1), .broadcast])
    }

    @Test func whoLeadsWaitsForTheNextLeaderBeforeItLetsGo() {
        var script = CoreScript.leading(0)
        for _ in 0..<20 {
            script.after(milliseconds: 500)
            #expect(script.assign([]) == [])
        }
        #expect(script.followed(0, epoch: 5) == [])
        script.after(milliseconds: 500)
        #expect(script.assign([]) == ["release 0"])
    }

    /// It may be asked to lead again before they expire, and nobody else knows of them.
    @Test func whoHasShownPricesThatAreNotLoggedKeepsThemUntilTheyExpire() throws {
        var script = CoreScript.following(0)
        let quote = try script.price(anna, "milk")
        for _ in 0..<20 {
            script.after(milliseconds: 500)
            #expect(script.assign([]) == [])
            #expect(script.timePasses() == [])
        }
        #expect(try script.price(anna, "milk").lines == quote.lines)
        #expect(script.timePasses(at: quote.expiresAt) == [])
        script.after(milliseconds: 500)
        #expect(script.timePasses(at: quote.expiresAt) == [])
        #expect(script.assign([]) == ["release 0"])
    }

    // MARK: - Claiming

    @Test func aReplicaClaimsWhenItIsAskedToAndLeadsWhenTheLogAgrees() {
        var script = CoreScript.following(0)
        #expect(script.lead(0, after: 3) == ["claim 0 after 3"])
        #expect(script.role(0) == .claiming)
        #expect(script.lead(0, after: 3) == [], "asked once is enough")
        #expect(script.claimed(0, epoch: 4) == [])
        #expect(script.role(0) == .leading)
        #expect(script.report(0)?.epoch == 4)
        #expect(script.core.ledPartitions == [PartitionID(0)])
        #expect(script.lead(0, after: 4) == [])
    }

    @Test func theBroadcastPartitionIsLedLikeAnyOther() {
        var script = CoreScript.following()
        #expect(script.lead(65_535, after: 3) == ["claim broadcast after 3"])
        #expect(script.claimed(65_535, epoch: 4, at: 1) == [])
        #expect(script.core.ledPartitions == [.broadcast])
    }

    @Test func aLeadThatIsAskedForWhileLoadingIsClaimedAfterIt() {
        var script = CoreScript()
        _ = script.assign([0])
        #expect(script.lead(0, after: 3) == [])
        #expect(script.loaded(PartitionID(0), epoch: 3) == ["claim 0 after 3"])
    }

    @Test func aRouterThatIsBehindIsNotObeyed() {
        var script = CoreScript.following(0)
        #expect(script.lead(0, after: 2) == [])
        #expect(script.role(0) == .following)
    }

    @Test func aReplicaThatIsBehindItsRouterCatchesUpBeforeItClaims() {
        var script = CoreScript.following(0)
        #expect(script.lead(0, after: 5) == ["look at 0"])
        #expect(script.followed(0, epoch: 4) == [])
        script.after(milliseconds: 1_000)
        #expect(script.followed(0, epoch: 5) == [])
        script.after(milliseconds: 500)
        #expect(script.timePasses() == ["claim 0 after 5"])
    }

    @Test func aRefusedClaimFollowsWhoeverWasQuicker() {
        var script = CoreScript.following(0)
        _ = script.lead(0, after: 3)
        #expect(script.claimRefused(0, epoch: 4) == [])
        #expect(script.role(0) == .following)
        #expect(script.report(0)?.epoch == 4)
        script.after(milliseconds: 10_000)
        #expect(script.timePasses() == [], "it does not claim after an epoch that it was not asked to follow")
    }

    @Test func aClaimThatTheLogCouldNotWriteIsTriedAgain() {
        var script = CoreScript.following(0)
        _ = script.lead(0, after: 3)
        #expect(script.claimRefused(0, epoch: 3) == [])
        #expect(script.timePasses() == [])
        script.after(milliseconds: 250)
        #expect(script.timePasses() == ["claim 0 after 3"])
    }

    @Test func whoDrainsClaimsNothingAndLeadsOnUntilSomebodyElseDoes() {
        var script = CoreScript.leading(0)
        _ = script.assign([0, 1])
        _ = script.loaded(PartitionID(1), epoch: 3)
        script.drain(true)
        #expect(script.core.report(isReady: true, problem: "", now: Shop.noon).isDraining)
        #expect(script.lead(1, after: 3) == [])
        #expect(script.send(1, of: anna) == ["append to 0 under 4 at 0: event 1"])
        script.drain(false)
        #expect(script.lead(1, after: 3) == ["claim 1 after 3"])
    }

    @Test func whatWasAskedForBeforeADrainIsForgotten() {
        var script = CoreScript.following(0)
        _ = script.lead(0, after: 3)
        _ = script.claimRefused(0, epoch: 3)
        script.drain(true)
        script.after(milliseconds: 1_000)
        #expect(script.timePasses() == [])
    }

    @Test func whoBeganToDrainDuringAClaimDoesNotTryItAgain() {
        var script = CoreScript.following(0)
        _ = script.lead(0, after: 3)
        script.drain(true)
        #expect(script.claimRefused(0, epoch: 3) == [])
        script.after(milliseconds: 1_000)
        #expect(script.timePasses() == [])
        script.drain(false)
        #expect(script.lead(0, after: 3) == ["claim 0 after 3"])
    }

    // MARK: - Writing

    @Test func aFollowerSendsWritesBackWithTheEpochThatItKnows() {
        var script = CoreScript.following(0)
        #expect(script.send(1, of: anna) == ["1: not leader, epoch 3"])
        #expect(script.send(2, of: CoreScript.shopper(of: 1)) == ["2: not leader, epoch 0"], "not even held")
        #expect(script.checkpoint(0) == ["3: not leader, epoch 3"])
    }

    @Test func whatArrivesDuringAClaimIsAppendedInOrderAfterIt() {
        var script = CoreScript.following(0)
        _ = script.lead(0, after: 3)
        #expect(script.send(1, of: anna) == [])
        #expect(script.send(2, of: anna) == [])
        let quicker = Record.events(user: anna, events: [Shop.event(9, "milk")])
        #expect(script.followed(0, [quicker], epoch: 3) == [], "appended before the claim")
        #expect(script.claimed(0, epoch: 4, at: 1) == ["append to 0 under 4 at 1: event 1, event 2"])
        #expect(script.appended(0) == ["1: durable at 2, 1 new", "2: durable at 3, 1 new"])
    }

    @Test func whatArrivedDuringARefusedClaimIsSentBack() {
        var script = CoreScript.following(0)
        _ = script.lead(0, after: 3)
        _ = script.send(1, of: anna)
        _ = script.send(2, of: anna)
        #expect(script.claimRefused(0, epoch: 4) == ["1: not leader, epoch 4", "2: not leader, epoch 4"])
    }

    /// A write that was sent back must not be overtaken by a later one that was on its way already.
    @Test func whoHadAWriteSentBackIsHeardAgainWhenItSendsAllAgain() {
        var script = CoreScript.following(0)
        #expect(script.send(1, of: anna, by: 1) == ["1: not leader, epoch 3"])
        _ = script.lead(0, after: 3, by: 0)
        #expect(script.send(2, of: anna, by: 1) == ["2: not leader, epoch 3"], "on its way since before")
        #expect(script.send(3, of: anna, by: 0) == [], "another router's writes are in order")
        #expect(script.claimed(0, epoch: 4) == ["append to 0 under 4 at 0: event 3"])
        #expect(script.send(2, of: anna, by: 1) == ["4: not leader, epoch 4"])
        _ = script.lead(0, after: 4, by: 1)
        #expect(script.send(2, of: anna, by: 1) == ["5: not leader, epoch 4"], "the request to lead is only repeated")
        #expect(script.lead(0, after: 3, by: 1, inOrder: true) == [])
        #expect(script.appended(0) == ["3: durable at 1, 1 new"])
        #expect(script.send(1, of: anna, by: 1) == ["append to 0 under 4 at 1: event 1"])
    }

    // MARK: - Fenced

    @Test func aRefusedAppendMakesALeaderFollow() {
        var script = CoreScript.leading(0)
        #expect(script.send(1, of: anna) == ["append to 0 under 4 at 0: event 1"])
        #expect(script.send(2, of: anna) == [])
        #expect(
            script.appendRefused(0, .fenced(currentEpoch: 6)) == ["1: not leader, epoch 6", "2: not leader, epoch 6"])
        #expect(script.role(0) == .following)
        let others = Record.events(user: anna, events: [Shop.event(7, "milk")])
        #expect(script.followed(0, [others], epoch: 6) == [])
        #expect(script.report(0)?.index == 1)
    }

    @Test func anIdleLeaderStepsDownWhenItSeesANewerEpoch() {
        var script = CoreScript.leading(0)
        #expect(script.followed(0, epoch: 5) == [])
        #expect(script.role(0) == .following)
    }

    /// Its append is refused in any case; an answer that comes late is not mistaken for one about a later append.
    @Test func theAnswerToAnAppendOfAnEarlierLeadIsIgnored() {
        var script = CoreScript.leading(0)
        _ = script.send(1, of: anna)
        #expect(script.followed(0, epoch: 5) == ["1: not leader, epoch 5"])
        script.after(milliseconds: 10_000)
        _ = script.lead(0, after: 5)
        #expect(script.role(0) == .claiming)
        #expect(script.appendRefused(0, .fenced(currentEpoch: 5)) == [])
        #expect(script.role(0) == .claiming)
        #expect(script.appended(0) == [])
        #expect(script.claimed(0, epoch: 6) == [])
    }

    @Test func aLogThatEndsElsewhereMakesItsLeaderFollowToo() {
        var script = CoreScript.leading(0)
        _ = script.send(1, of: anna)
        #expect(script.appendRefused(0, .unexpectedIndex(actual: 7)) == ["1: not leader, epoch 4"])
        #expect(script.role(0) == .following)
        script.after(milliseconds: 1_000)
        #expect(script.lead(0, after: 4) == ["claim 0 after 4"])
    }

    @Test func aLeaderThatIsAskedToFollowANewerEpochLooks() {
        var script = CoreScript.leading(0)
        #expect(script.lead(0, after: 7) == ["look at 0"])
        #expect(script.role(0) == .leading)
    }

    // MARK: - Reading

    @Test func aReplicaIsReadFromTheMomentItHasLoaded() throws {
        var script = CoreScript.following(0)
        #expect(try script.price(anna, "milk").lines.count == 1)
        _ = script.lead(0, after: 3)
        #expect(try script.price(anna, "milk").lines.count == 1, "while it claims")
        _ = script.claimed(0, epoch: 4)
        #expect(try script.price(anna, "milk").lines.count == 1)
        let other = CoreScript.shopper(of: 1)
        #expect(refusalCode { try script.price(other, "milk") } == .notLeader)
        _ = script.assign([0, 1])
        #expect(refusalCode { try script.price(other, "milk") } == .notLeader, "while it loads")
        #expect(script.inspect(1) == ["1: not leader, epoch 0"])
        #expect(script.inspect(0) == ["2: status of 0 at 0"])
        #expect(script.frozen.last?.status().leader == "w1")
    }

    @Test func recordsThatWereAppliedAlreadyAreNotAppliedAgain() {
        let records = (UInt64(1)...5).map { Record.events(user: anna, events: [Shop.event($0, "milk")]) }
        var whole = CoreScript.following(0, log: records)
        var twice = CoreScript.following(0, log: Array(records.prefix(3)))
        #expect(twice.followed(0, Array(records[1...]), after: 1, epoch: 3) == [])
        _ = whole.inspect(0)
        _ = twice.inspect(0)
        #expect(whole.frozen == twice.frozen)
    }
}
