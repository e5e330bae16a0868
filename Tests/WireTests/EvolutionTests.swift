// Programs of different age talk to each other: what one of them does not know yet must not confuse it.

import Domain
import Testing
import Wire

struct EvolutionTests {
    private let reader = Reader()
    private let encoder = BodyEncoder()

    /// Field 1000 as a number, and field 1001 as text.
    private static let unknownFields: [UInt8] = [0xc0, 0x3e, 0x05, 0xca, 0x3e, 0x02, 0x68, 0x69]

    @Test func fieldsThatAreNotKnownAreIgnored() throws {
        for vector in try Vectors.load().bodies {
            for (message, decode) in reader.decoders where message == vector.message {
                #expect(whyRefused(vector.bytes + Self.unknownFields, decode) == nil, "\(message)")
            }
            guard vector.message == "PriceReply" else { continue }
            #expect(try reader.priceReply(vector.bytes + Self.unknownFields) == reader.priceReply(vector.bytes))
        }
    }

    @Test func aLevelThatIsNotKnownIsTheLeastPersonalOne() throws {
        // currency "USD", level 99
        let quote = try reader.priceReply([0x22, 0x03, 0x55, 0x53, 0x44, 0x28, 99]).quote
        #expect(quote.level == .list)
    }

    @Test func aReasonThatIsNotKnownIsLeftOut() throws {
        // A line of product "p" with the packed reasons 1, 77 and 2.
        let line: [UInt8] = [0x4a, 0x08, 0x0a, 0x01, 0x70, 0x42, 0x03, 1, 77, 2]
        let quote = try reader.priceReply([0x22, 0x03, 0x55, 0x53, 0x44] + line).quote
        #expect(quote.lines.map { Array($0.reasons) } == [[.optimum, .smoothed]])
    }

    @Test func reasonsMayAlsoComeOneByOne() throws {
        let line: [UInt8] = [0x4a, 0x07, 0x0a, 0x01, 0x70, 0x40, 1, 0x40, 2]
        let quote = try reader.priceReply([0x22, 0x03, 0x55, 0x53, 0x44] + line).quote
        #expect(quote.lines.map { Array($0.reasons) } == [[.optimum, .smoothed]])
    }

    @Test func aStepWhoseReasonIsNotKnownIsLeftOut() throws {
        // quote { currency "USD" }, lines { product "p" steps { reason 77 price 5 } steps { reason 1 price 6 } }
        let quote: [UInt8] = [0x0a, 0x05, 0x22, 0x03, 0x55, 0x53, 0x44]
        let line: [UInt8] = [0x12, 0x0f, 0x0a, 0x01, 0x70, 0x62, 4, 8, 77, 16, 5, 0x62, 4, 8, 1, 16, 6]
        let explanation = try reader.explainReply(quote + line)
        #expect(explanation.lines.map(\.steps) == [[PriceStep(reason: .optimum, price: Money(minorUnits: 6))]])
    }

    @Test func aReplyWhoseStatusIsNotKnownStillFindsItsRequest() throws {
        let id = RequestID(high: 3, low: 4)
        let reply = MessageHeader(
            kind: .events, isReply: true, deadlineMicroseconds: 0, keyHash: KeyHash(0), requestID: id)
        for (status, read) in [
            (3, AnswerStatus.answered(.list)), (99, .answered(.list)), (199, .refused(.outcomeUnknown)),
            (65_535, .refused(.outcomeUnknown)),
        ] as [(UInt16, AnswerStatus)] {
            var bytes = reply.encoded()
            bytes[12] = UInt8(truncatingIfNeeded: status)
            bytes[13] = UInt8(truncatingIfNeeded: status >> 8)
            let header = try reader.header(bytes)
            #expect(header.status == read)
            #expect(header.requestID == id)
        }
    }

    @Test func aRefusalWhoseCodeIsNotKnownKeepsItsWordsAndClaimsNothing() throws {
        // code 999, place "here", remedy "wait"
        let refusal = try reader.refusal(
            [0x08, 0xe7, 0x07, 0x1a, 0x04] + Array("here".utf8) + [0x2a, 0x04] + Array("wait".utf8))
        #expect(refusal.code == .outcomeUnknown)
        #expect(refusal.place == "here" && refusal.remedy == "wait")
    }

    /// Numbers are the protocol: this list may grow, and nothing in it may change.
    @Test func theCodesOfRefusalsKeepTheirNumbersAndNames() {
        let codes = RefusalCode.allCases.map { "\($0.rawValue) \($0.name)" }
        #expect(
            codes == [
                "100 TRUNCATED_HEADER", "101 WRONG_MAGIC", "102 UNSUPPORTED_VERSION", "103 UNKNOWN_KIND",
                "104 WRONG_FRAME_COUNT", "105 FRAME_TOO_LARGE", "106 MALFORMED_BODY", "107 BODY_TOO_COMPLEX",
                "108 MISROUTED", "120 DEADLINE_EXPIRED", "121 OUTCOME_UNKNOWN", "122 OVERLOADED", "123 UNAVAILABLE",
                "124 NOT_YET_READABLE", "125 LOG_FAILED", "126 NOT_LEADER", "127 QUARANTINED", "200 INVALID_IDENTIFIER",
                "201 EMPTY_CART",
                "202 TOO_MANY_LINES", "203 INVALID_QUANTITY", "204 UNKNOWN_PRODUCT", "205 UNKNOWN_CURRENCY",
                "206 CURRENCY_MISMATCH", "210 INVALID_EVENT", "211 TOO_MANY_EVENTS", "220 INVALID_CATALOGUE_ROW",
                "221 TOO_MANY_ROWS", "230 MODEL_REJECTED", "231 INVALID_FREEZE", "232 INVALID_STOCK_VALUE",
                "240 INVALID_QUOTE", "241 QUOTE_EXPIRED",
                "300 INVALID_CONFIGURATION", "301 ADDRESS_IN_USE", "302 INVALID_FILE",
            ])
    }
}
