// Too much to do: what is turned away, what is not, and what it is good for.

import Domain
import Testing

@Suite struct OverloadTests {
    private let overloaded = AnswerStatus.refused(.overloaded)

    /// A shop whose worker stands still now and then, for so many seconds.
    private func heldUp(for seconds: Double, every period: Double, times: Int, load: Double) -> OverloadedShop {
        var shop = OverloadedShop()
        for _ in 0..<times {
            shop.run(seconds: period, load: load)
            shop.isHeldUp = true
            shop.run(seconds: seconds, load: load)
            shop.isHeldUp = false
        }
        return shop
    }

    @Test(arguments: [1.2, 2, 5]) func whatIsTakenIsAnsweredInTimeAndTheRestIsTurnedAwayAtOnce(load: Double) {
        var shop = OverloadedShop()
        shop.run(seconds: 12, load: load)
        let later = shop.endings(from: 5).filter { $0.sentAt < 11_000_000 }
        let answered = later.filter { $0.status == .answered(.personal) }
        let turnedAway = later.filter { $0.status == overloaded }
        #expect(answered.count + turnedAway.count == later.count, "nobody waits in vain")
        #expect(answered.allSatisfy { $0.took < 500_000 })
        #expect(turnedAway.allSatisfy { $0.took == 0 })
        #expect(Double(answered.count) >= 0.95 * shop.capacity * 6, "the worker has enough to do all the time")
    }

    @Test func itEndsWithTheOverload() {
        var shop = OverloadedShop()
        shop.run(seconds: 5, load: 3)
        shop.run(seconds: 6, load: 0.7)
        #expect(shop.endings(from: 4).contains { $0.status == overloaded })
        #expect(shop.endings(from: 6.5).allSatisfy { $0.status == .answered(.personal) })
        // And begins again like the first time: not at once.
        shop.run(seconds: 0.4, load: 3)
        shop.run(seconds: 1.2, load: 0.1)
        #expect(shop.endings(from: 11).allSatisfy { $0.status == .answered(.personal) })
        shop.run(seconds: 3, load: 3)
        #expect(shop.endings(from: 12.6).contains { $0.status == overloaded })
    }

    @Test func aWorkerThatIsHeldUpForAMomentIsNotOverloaded() {
        var shop = heldUp(for: 0.7, every: 4, times: 3, load: 0.7)
        shop.run(seconds: 4, load: 0.7)
        #expect(shop.endings.allSatisfy { $0.status == .answered(.personal) })
    }

    @Test func burstsAreNoOverload() {
        var shop = OverloadedShop()
        for _ in 0..<20 {
            shop.run(seconds: 0.4, load: 3)
            shop.run(seconds: 1.2, load: 0.1)
        }
        #expect(shop.endings.allSatisfy { $0.status == .answered(.personal) })
    }

    @Test func aSlowWayToAWorkerThatRestsIsNotOverload() {
        var shop = OverloadedShop()
        shop.latency = 600_000
        shop.run(seconds: 8, load: 0.5)
        #expect(shop.endings.allSatisfy { $0.status == .answered(.personal) })
    }

    @Test func aBusyWorkerThatAnswersInTimeIsNotOverloaded() {
        var shop = OverloadedShop()
        shop.run(seconds: 8, load: 0.99)
        #expect(shop.endings.allSatisfy { $0.status == .answered(.personal) })
    }

    @Test func oneThatIsLateNowAndThenIsNotOverloadedHoweverBusy() {
        let shop = heldUp(for: 0.51, every: 20, times: 4, load: 0.97)
        #expect(shop.endings.contains { $0.took > 500_000 })
        #expect(shop.endings.allSatisfy { $0.status == .answered(.personal) })
    }

    @Test func whatMattersLessIsTurnedAwayFirst() {
        var shop = OverloadedShop()
        let priorities: [MessagePriority] = [.commit, .price, .event, .browse, .shadow]
        shop.run(seconds: 12, load: 2, priorities: priorities)
        let shares = priorities.map { priority in
            let of = shop.endings(from: 5).filter { $0.priority == priority }
            return Double(of.count { $0.status == .answered(.personal) }) / Double(of.count)
        }
        #expect(shares == shares.sorted(by: >), "\(shares)")
        #expect(shares[0] > 0.95 && shares[4] < 0.05, "\(shares)")
    }

    @Test func shorterDeadlinesMakeForShorterQueues() {
        var shop = OverloadedShop()
        shop.deadline = 200_000
        shop.run(seconds: 12, load: 2)
        let answered = shop.endings(from: 5).filter { $0.status == .answered(.personal) }
        #expect(answered.allSatisfy { $0.took < 50_000 })
        #expect(Double(answered.count) >= 0.95 * shop.capacity * 6)
    }

    /// An answer that comes within so little time is always punctual; what shows is that most do not come at all.
    @Test func deadlinesShorterThanAnyQueueAreKeptByThoseWhoAreTaken() {
        var shop = OverloadedShop()
        shop.deadline = 15_000
        shop.run(seconds: 12, load: 2)
        let later = shop.endings(from: 5)
        #expect(Double(later.count { $0.status == .answered(.personal) }) >= 0.9 * shop.capacity * 7)
        #expect(Double(later.count { $0.status == .refused(.outcomeUnknown) }) < 0.01 * Double(later.count))
    }

    @Test func aSlowWorkerIsNeverWithoutWork() {
        var shop = OverloadedShop()
        shop.serviceTime = 400_000
        shop.run(seconds: 30, load: 2)
        let answered = shop.endings(from: 5).filter { $0.status == .answered(.personal) }
        #expect(Double(answered.count) >= 0.9 * shop.capacity * 25)
    }

    @Test func punctualWritesDoNotHideLatePrices() {
        var shop = OverloadedShop()
        shop.deadlineOfWrites = 10_000_000
        shop.run(seconds: 12, load: 1.5, kinds: [.price, .price, .price, .price, .events])
        let prices = shop.endings(from: 5).filter { $0.kind == .price }
        #expect(prices.contains { $0.status == overloaded })
        #expect(prices.filter { $0.status == .answered(.personal) }.allSatisfy { $0.took < 500_000 })
    }

    @Test func whatWritesWaitForTheLogIsNoQueue() {
        var shop = OverloadedShop()
        shop.latencyOfWrites = 60_000
        shop.run(seconds: 16, load: 2, kinds: [.events])
        // Writes whose time is up are done all the same, so what came in the first seconds takes its time.
        let answered = shop.endings(from: 9).filter { $0.status == .answered(.personal) && $0.sentAt < 15_000_000 }
        #expect(Double(answered.count) >= 0.95 * shop.capacity * 6)
    }

    @Test func aFloodOfWritesLeavesRoomForPrices() {
        var shop = OverloadedShop()
        shop.run(
            seconds: 16, load: 3, kinds: [.events, .events, .events, .events, .price],
            priorities: [.event, .event, .event, .event, .price])
        let shares = [MessageKind.price, .events].map { kind in
            let of = shop.endings(from: 9).filter { $0.kind == kind }
            return Double(of.count { $0.status == .answered(.personal) }) / Double(of.count)
        }
        #expect(shares[0] > 2 * shares[1], "\(shares)")
    }

    @Test func operatorsAreHeard() {
        var shop = OverloadedShop()
        shop.run(seconds: 5, load: 2)
        shop.run(seconds: 0.1, load: 2, kinds: [.inspect])
        #expect(shop.endings(from: 5).allSatisfy { $0.status != overloaded })
    }

    /// Writes may wait for the log for half of their deadlines, as long as prices come at once.
    @Test func writesThatWaitForTheLogAreNoOverload() {
        var shop = OverloadedShop()
        shop.latencyOfWrites = 800_000
        shop.run(seconds: 8, load: 0.95, kinds: [.events])
        #expect(shop.endings.allSatisfy { $0.status == .answered(.personal) })
    }
}
