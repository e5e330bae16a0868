// A checker that cannot fail proves nothing: each gets its mistake planted, and has to find it.

import Chaos
import Domain
import Testing

struct CheckerTests {
    @Test func aCleanHistoryBreaksNoPromise() {
        let story = Story.clean
        for checker in Checkers.all { #expect(story.violations(of: checker).isEmpty) }
    }

    // MARK: - Acknowledged ⊆ recovered

    @Test func anAcknowledgedEventThatIsNotInTheLogIsFound() {
        var story = Story.clean
        story.recovered.batches.removeAll { $0.events.contains(EventID(3)) }
        #expect(story.violations(of: AcknowledgedIsRecovered.self).count == 1)
        #expect(
            story.violations(of: AcknowledgedIsRecovered.self).first?.evidence.contains("client 0 request 1") == true)
    }

    @Test func anEventThatNobodySentIsFound() {
        var story = Story.clean
        story.logged(1, [99], index: 50)
        #expect(story.violations(of: AcknowledgedIsRecovered.self).count == 1)
    }

    @Test func anEventUnderAnotherShopperIsFound() {
        var story = Story.clean
        story.recovered.batches[2].user = story.shop.shoppers[5]
        #expect(story.violations(of: AcknowledgedIsRecovered.self).count == 1)
    }

    @Test func anEventBehindTheIndexThatAcknowledgedItIsFound() {
        var story = Story.clean
        story.recovered.batches[1].index += 1
        #expect(story.violations(of: AcknowledgedIsRecovered.self).count == 1)
    }

    @Test func anUnknownEventMayBeInTheLogOrNot() {
        var story = Story.clean
        story.logged(3, [6], index: 60)
        #expect(story.violations(of: AcknowledgedIsRecovered.self).isEmpty)
        #expect(story.violations(of: UnknownIsNotFailed.self).isEmpty)
    }

    // MARK: - Once

    @Test func anEventThatCountsTwiceIsFound() {
        var story = Story.clean
        story.recovered.baskets[0] = 4
        #expect(story.violations(of: AppliedOnce.self).count == 1)
    }

    @Test func anEventThatLiesTwiceInTheLogCountsOnce() {
        var story = Story.clean
        story.logged(0, [1, 2], index: 70)
        #expect(story.violations(of: AppliedOnce.self).isEmpty)
        #expect(story.violations(of: AcknowledgedIsRecovered.self).isEmpty)
    }

    @Test func anAcknowledgementOfAnotherNumberOfEventsIsFound() {
        var story = Story.clean
        guard case .acknowledged(var acknowledgement) = story.operations[0].outcome else { return }
        acknowledgement.accepted = 1
        story.operations[0].outcome = .acknowledged(acknowledgement)
        #expect(story.violations(of: AppliedOnce.self).count == 1)
    }

    // MARK: - Order

    @Test func aLaterBatchInFrontOfAnAcknowledgedOneIsFound() {
        var story = Story.clean
        let first = story.recovered.batches[0].index
        story.recovered.batches[0].index = story.recovered.batches[1].index
        story.recovered.batches[1].index = first
        #expect(story.violations(of: UserOrder.self).count == 1)
    }

    @Test func batchesUnderWayTogetherMayLieEitherWay() {
        var story = Story.clean
        let first = story.recovered.batches[0].index
        story.recovered.batches[0].index = story.recovered.batches[1].index
        story.recovered.batches[1].index = first
        // The second was sent before the first was acknowledged.
        story.operations[1].sentAt = story.operations[0].sentAt
        #expect(story.violations(of: UserOrder.self).isEmpty)
    }

    @Test func aStaleLeadersEntryIsFound() {
        var story = Story.clean
        let index = story.nextIndex(0)
        story.logged(0, [], index: index, epoch: 3)
        story.logged(0, [], index: index + 1, epoch: 2)
        #expect(story.violations(of: StaleLeadersWriteNothing.self).count == 1)
    }

    @Test func aGapInTheLogIsFound() {
        var story = Story.clean
        story.logged(0, [], index: story.nextIndex(0) + 1)
        #expect(story.violations(of: StaleLeadersWriteNothing.self).count == 1)
    }

    // MARK: - Answers

    @Test func twoAnswersToOneRequestAreFound() {
        var story = Story.clean
        story.operations[0].deliveries = 2
        #expect(story.violations(of: OneAnswerEach.self).count == 1)
    }

    @Test func aRequestThatNeverEndedIsFound() {
        var story = Story.clean
        story.operations[0].outcome = nil
        #expect(story.violations(of: OneAnswerEach.self).count == 1)
    }

    @Test func silenceIsFoundUnlessTheRouterWasDead() {
        var story = Story.clean
        story.sent(4, [7], .unknown(.silence), sent: 100)
        #expect(story.violations(of: OneAnswerEach.self).count == 1)
        story.faults = [
            FaultRecord(
                name: "kill", kind: .kill, target: "w1", startedAt: Story.at(99), healedAt: Story.at(99))
        ]
        #expect(story.violations(of: OneAnswerEach.self).count == 1)
        story.faults[0].target = "r1"
        #expect(story.violations(of: OneAnswerEach.self).isEmpty)
    }

    @Test func aRefusedEventInTheLogIsFound() {
        var story = Story.clean
        story.logged(2, [5], index: 80)
        #expect(story.violations(of: UnknownIsNotFailed.self).count == 1)
    }

    // MARK: - Prices

    @Test func aTokenThatPromisesAnotherTotalIsFound() {
        var story = Story.clean
        var promise = story.promise(0)
        promise.total = promise.total + Money(minorUnits: 1)
        story.verified(5, .verified(promise), sent: 70)
        story.recovered.verifications[0].result = .verified(promise)
        #expect(story.violations(of: QuoteVerifiesEverywhere.self).count == 2)
    }

    @Test func aTokenThatIsRefusedBeforeItExpiresIsFound() {
        var story = Story.clean
        story.recovered.verifications[0].result = .refused(.quoteExpired)
        #expect(story.violations(of: QuoteVerifiesEverywhere.self).count == 1)
        story.recovered.verifications[0].at = Timestamp(milliseconds: 1_700_000_900_000)
        #expect(story.violations(of: QuoteVerifiesEverywhere.self).isEmpty)
        story.recovered.verifications[0].result = .refused(.invalidQuote)
        #expect(story.violations(of: QuoteVerifiesEverywhere.self).count == 1)
    }

    @Test func aPriceOutsideOfItsGuardrailsIsFound() {
        for change: Int64 in [1, -1_000_000] {
            var story = Story.clean
            var price = story.price(0)
            let quantity = story.shop.carts[0].quantities[0]
            price.lines[0].unitPrice = price.lines[0].unitPrice + Money(minorUnits: change)
            price.lines[0].total = price.lines[0].total + Money(minorUnits: change * quantity)
            price.total = price.total + Money(minorUnits: change * quantity)
            story.operations[5].outcome = .priced(price)
            #expect(story.violations(of: PricesWithinGuardrails.self).count == 1)
        }
    }

    @Test func amountsThatDoNotAddUpAreFound() {
        var story = Story.clean
        var price = story.price(0)
        price.total = price.total + Money(minorUnits: 1)
        story.operations[5].outcome = .priced(price)
        #expect(story.violations(of: PricesWithinGuardrails.self).count == 1)
    }

    @Test func aPriceThatHasNotSeenWhatItHadToIsFound() {
        var story = Story.clean
        story.operations[5].index = 0
        #expect(story.violations(of: ReadsSeeOwnWrites.self).count == 1)
    }

    // MARK: - The cluster

    @Test func replicasThatDifferAtOneIndexAreFound() {
        var story = Story.clean
        story.recovered.checkpoints[1].stateHash = 78
        #expect(story.violations(of: ReplicasAgree.self).count == 1)
        story.recovered.checkpoints[1].index = 10
        #expect(story.violations(of: ReplicasAgree.self).isEmpty)
    }

    @Test func aDeathThatNobodyCausedIsFound() {
        var story = Story.clean
        story.recovered.unbiddenEnds = ["w1": 1, "w2": 0]
        #expect(story.violations(of: ComesBackWhole.self).count == 1)
        story.recovered.missing = ["r1 knows no leader of 3"]
        #expect(story.violations(of: ComesBackWhole.self).count == 2)
    }
}
