import Domain
import Testing

@Suite struct RouterStormTests {
    private func storm(_ seed: UInt64, _ sabotage: RouterStorm.Sabotage = .none) -> RouterLedger {
        var storm = RouterStorm(seed: seed, sabotage: sabotage)
        storm.blow(steps: 5_000)
        return storm.ledger
    }

    @Test(arguments: 0..<400)
    func everyPromiseIsKeptWhateverHappens(_ seed: UInt64) {
        let ledger = storm(seed)
        #expect(ledger.problems.isEmpty, "seed \(seed): \(ledger.problems.prefix(3))")
        #expect(ledger.isSettled)
    }

    @Test func stormsReachEveryKindOfAnswerAndOfTrouble() {
        let ledgers = (0..<12).map { storm($0) }
        func sum(_ count: (RouterLedger) -> UInt64) -> UInt64 { ledgers.reduce(0) { $0 + count($1) } }
        #expect(sum(\.answered.personal) > 100)
        #expect(sum(\.answered.segment) > 100)
        #expect(sum(\.answered.list) > 100)
        #expect(sum(\.answered.refused) > 1_000)
        #expect(sum(\.answered.other) > 300)
        #expect(sum { UInt64($0.resent) } > 100)
        #expect(sum { UInt64($0.bounced) } > 20)
        #expect(sum { UInt64($0.convicted) } > 0)
        #expect(sum { UInt64($0.refusedAsDeadly - $0.convicted) } > 0)
    }

    @Test(arguments: [
        (RouterStorm.Sabotage.loseExpired, "never answered"),
        (.answerTwice, "answered twice"),
        (.swapClients, "answered to somebody else"),
        (.sendToTheDead, "not connected"),
        (.swapWrites, "overtakes"),
        (.forgetDeaths, "convicted after 0 deaths"),
        (.countDeathsTwice, "still about"),
        (.hideBounces, "holds"),
    ])
    func theLedgerNoticesWhatIsDoneWrongOnPurpose(sabotage: RouterStorm.Sabotage, complaint: String) {
        let problems = (0..<4).flatMap { storm($0, sabotage).problems }
        #expect(problems.contains { $0.contains(complaint) }, "\(sabotage): \(problems.prefix(3))")
    }
}
