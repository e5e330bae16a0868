// Requests that wait for what they are about to see.

import Domain
import Testing
import WorkerCore

@Suite struct DeferralTests {
    private let zero = PartitionID(0)
    private let soon = MonotonicInstant(microseconds: 100)
    private let later = MonotonicInstant(microseconds: 200)

    @Test func aRequestWaitsForTheIndexThatItNames() {
        var deferral = Deferral<String>()
        var actions: [WorkerAction] = []
        #expect(deferral.add("five", until: .applied(zero, 5), deadline: later, into: &actions))
        #expect(deferral.add("three", until: .applied(zero, 3), deadline: later, into: &actions))
        #expect(deferral.add("other", until: .applied(PartitionID(1), 3), deadline: later, into: &actions))
        #expect(actions == [.catchUp(zero), .catchUp(PartitionID(1))], "one look serves both")
        #expect(deferral.applied(zero, upTo: 2) == [])
        #expect(deferral.applied(zero, upTo: 4) == ["three"])
        #expect(deferral.applied(zero, upTo: 9) == ["five"])
        #expect(!deferral.isEmpty)
    }

    /// A look that began before a request came may have missed what it asks for.
    @Test func aRequestWaitsForALookThatBeganAfterIt() {
        var deferral = Deferral<String>()
        var actions: [WorkerAction] = []
        _ = deferral.add("first", until: .caughtUp(.broadcast), deadline: later, into: &actions)
        _ = deferral.add("second", until: .caughtUp(.broadcast), deadline: later, into: &actions)
        _ = deferral.add("third", until: .caughtUp(.broadcast), deadline: later, into: &actions)
        #expect(actions == [.catchUp(.broadcast)])
        #expect(deferral.caughtUp(.broadcast, into: &actions) == ["first"])
        #expect(actions == [.catchUp(.broadcast), .catchUp(.broadcast)])
        #expect(deferral.caughtUp(.broadcast, into: &actions) == ["second", "third"])
        #expect(actions.count == 2)
        #expect(deferral.isEmpty)
        _ = deferral.add("fourth", until: .caughtUp(.broadcast), deadline: later, into: &actions)
        #expect(actions.count == 3)
        #expect(deferral.caughtUp(.broadcast, into: &actions) == ["fourth"])
        #expect(deferral.caughtUp(.broadcast, into: &actions) == [], "a look that nobody waits for")
    }

    @Test func whatHasWaitedForTooLongComesBack() {
        var deferral = Deferral<String>()
        var actions: [WorkerAction] = []
        _ = deferral.add("patient", until: .applied(zero, 5), deadline: later, into: &actions)
        _ = deferral.add("hasty", until: .applied(zero, 5), deadline: soon, into: &actions)
        #expect(deferral.expired(at: MonotonicInstant(microseconds: 99)) == [])
        #expect(deferral.expired(at: soon) == ["hasty"])
        #expect(deferral.expired(at: soon) == [])
        #expect(deferral.expired(at: later) == ["patient"])
    }

    @Test func whatWaitsForAPartitionComesBackWhenThatIsReleased() {
        var deferral = Deferral<String>()
        var actions: [WorkerAction] = []
        _ = deferral.add("a", until: .applied(zero, 5), deadline: later, into: &actions)
        _ = deferral.add("b", until: .applied(PartitionID(1), 5), deadline: later, into: &actions)
        #expect(deferral.released(zero) == ["a"])
        #expect(deferral.applied(PartitionID(1), upTo: 5) == ["b"])
    }

    @Test func thereIsRoomForSoManyAndNoMore() {
        var deferral = Deferral<Int>(capacity: 3)
        var actions: [WorkerAction] = []
        let taken = (0..<5).filter {
            deferral.add($0, until: .applied(zero, 5), deadline: later, into: &actions)
        }
        #expect(taken == [0, 1, 2])
        #expect(deferral.applied(zero, upTo: 5) == [0, 1, 2], "in the order in which they came")
        #expect(deferral.add(9, until: .applied(zero, 6), deadline: later, into: &actions))
    }

    // MARK: - What is worth waiting for

    private func condition(_ script: CoreScript, _ code: RefusalCode, index: UInt64 = 0) -> DeferralCondition? {
        let header = MessageHeader(
            kind: .price, deadlineMicroseconds: 1, keyHash: CoreScript.shopper(of: 0).hash, requestID: .none,
            index: index)
        return script.core.condition(for: header, refused: Refusal(code, place: "", remedy: ""))
    }

    @Test func onlyWhatTheLogCanMendIsWaitedFor() {
        let script = CoreScript.following(0)
        #expect(condition(script, .notYetReadable, index: 7) == .applied(zero, 7))
        #expect(condition(script, .unknownProduct) == .caughtUp(.broadcast))
        for code in RefusalCode.allCases where code != .notYetReadable && code != .unknownProduct {
            #expect(condition(script, code) == nil)
        }
    }

    /// Another may have claimed since, and acknowledged the product.
    @Test func evenTheLeaderOfTheCatalogueLooksOnceMore() {
        var script = CoreScript.following(0)
        _ = script.lead(65_535, after: 3)
        _ = script.claimed(65_535, epoch: 4, at: 1)
        #expect(condition(script, .unknownProduct) == .caughtUp(.broadcast))
    }

    /// That a product is unknown is said by one who has looked; whoever could not look says so.
    @Test func whatWasNotLookedUpIsNotCalledUnknown() {
        let refusal = Refusal(.unknownProduct, place: "lines[2].product", value: "milk", remedy: "")
        let unproven = WorkerCore.unproven(refusal)
        #expect(unproven.code == .notYetReadable && unproven.code.isRetryable)
        #expect(unproven.place == "lines[2].product" && unproven.value == "milk")
        for code in RefusalCode.allCases where code != .unknownProduct {
            #expect(WorkerCore.unproven(Refusal(code, place: "", remedy: "")).code == code)
        }
    }
}
