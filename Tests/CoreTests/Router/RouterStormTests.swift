import Domain
import Testing

@Suite struct RouterStormTests {
    private func storm(_ seed: UInt64, _ sabotage: RouterStorm.Sabotage = .none) -> RouterLedger {
        var storm = RouterStorm(seed: seed, sabotage: sabotage)
        storm.blow(steps: 5_000)
        return storm.ledger
    }

    @Test(arguments: 0..<40)
    func everyRequestIsAnsweredExactlyOnceWhateverHappens(_ seed: UInt64) {
        let ledger = storm(seed)
        #expect(ledger.problems.isEmpty, "seed \(seed): \(ledger.problems.prefix(3))")
        #expect(ledger.isSettled)
    }

    @Test func theStormReachesEveryKindOfAnswer() {
        let answers = storm(1).answered
        for count in [answers.personal, answers.segment, answers.list, answers.refused, answers.other] {
            #expect(count > 50)
        }
        #expect(storm(1).requestsSeen > 2_000)
    }

    @Test(arguments: [
        (RouterStorm.Sabotage.answerDroppedReplies, "answered twice"),
        (.loseExpired, "never answered"),
        (.loseFailedHandovers, "in flight, the ledger has"),
        (.swapClients, "answered to somebody else"),
    ])
    func theLedgerNoticesWhatIsDoneWrongOnPurpose(sabotage: RouterStorm.Sabotage, complaint: String) {
        let problems = storm(1, sabotage).problems
        #expect(problems.contains { $0.contains(complaint) }, "\(sabotage): \(problems.prefix(3))")
    }
}
