import Domain
import TestSupport
import Testing

@Suite struct AnswersTests {
    @Test func reasonsAreReadInTheOrderInWhichTheRulesAct() {
        var lottery = Lottery(seed: 7)
        for _ in 0..<200 {
            let drawn = PriceReason.allCases.filter { _ in Bool.random(using: &lottery) }
            var reasons: PriceReasons = []
            for reason in drawn.shuffled(using: &lottery) + drawn { reasons.insert(reason) }
            #expect(Array(reasons) == drawn)
            #expect(reasons.count == drawn.count)
            for reason in PriceReason.allCases { #expect(reasons.contains(reason) == drawn.contains(reason)) }
        }
        let everything: PriceReasons = [.publicDeal, .sticky, .optimum, .noModel]
        #expect(Array(everything) == [.noModel, .optimum, .sticky, .publicDeal])
    }

    @Test func aRefusalSaysWhereWhatAndWhatToDo() {
        let refusal = Refusal(.unknownProduct, place: "lines[2].product", value: "mlik", remedy: "Leave it out.")
        #expect(refusal.description == "UNKNOWN_PRODUCT (204): lines[2].product: mlik. Leave it out.")
        let blank = Refusal(.emptyCart, place: "lines", remedy: "Send one.")
        #expect(blank.description == "EMPTY_CART (201): lines. Send one.")
    }

    @Test func aRefusalRepeatsAtMostEightyCharactersOfWhatItFound() {
        let long = String(repeating: "é", count: 10_000)
        #expect(Refusal(.invalidEvent, place: "p", value: long, remedy: "r").value.count == 78)
        let tower = "a" + String(repeating: "\u{301}", count: 100_000)
        #expect(Refusal(.invalidEvent, place: tower, value: tower, remedy: tower).description.utf8.count < 10_000)
        let fits = String(repeating: "é", count: 80)
        #expect(Refusal(.invalidEvent, place: "p", value: fits, remedy: "r").value == fits)
    }

    @Test func anAnswerIsCountedOnceUnderItsLevelKindOrRefusal() {
        var counts = AnswerCounts()
        for level in PriceLevel.allCases { counts.count(.answered(level), of: .price) }
        for kind in MessageKind.allCases where kind != .price { counts.count(.answered(.list), of: kind) }
        for kind in MessageKind.allCases { counts.count(.refused(.overloaded), of: kind) }
        #expect(counts.personal == 1 && counts.segment == 1 && counts.list == 1)
        #expect(counts.other == UInt64(MessageKind.allCases.count - 1))
        #expect(counts.refused == UInt64(MessageKind.allCases.count))
    }

    @Test func aReplyKeepsWhatTheClientRecognisesItBy() {
        let request = MessageHeader(
            kind: .events, priority: .event, deadlineMicroseconds: 5_000, keyHash: KeyHash(9),
            requestID: RequestID(high: 1, low: 2), index: 77, tag: 123)
        let reply = request.reply(.refused(.overloaded), index: 80)
        #expect(reply.isReply && !request.isReply)
        #expect(reply.kind == .events && reply.requestID == request.requestID && reply.tag == 123)
        #expect(reply.status == .refused(.overloaded) && reply.index == 80)
    }

    @Test func aRequestIDReadsAsThirtyTwoDigits() {
        #expect(RequestID.none.description == String(repeating: "0", count: 32))
        #expect(RequestID(high: 1, low: .max).description == "0000000000000001ffffffffffffffff")
    }
}
