// Numbers and names that travel on the wire or lie in a log. Each table is written out: to change a number is to
// break every client that knows it, and must first break a test.

import Domain
import Testing

@Suite struct ProtocolNumbersTests {
    private static let refusals: [(number: UInt16, name: String)] = [
        (100, "TRUNCATED_HEADER"), (101, "WRONG_MAGIC"), (102, "UNSUPPORTED_VERSION"), (103, "UNKNOWN_KIND"),
        (104, "WRONG_FRAME_COUNT"), (105, "FRAME_TOO_LARGE"), (106, "MALFORMED_BODY"), (107, "BODY_TOO_COMPLEX"),
        (108, "MISROUTED"),
        (120, "DEADLINE_EXPIRED"), (121, "OUTCOME_UNKNOWN"), (122, "OVERLOADED"), (123, "UNAVAILABLE"),
        (124, "NOT_YET_READABLE"), (125, "LOG_FAILED"), (126, "NOT_LEADER"), (127, "QUARANTINED"),
        (200, "INVALID_IDENTIFIER"), (201, "EMPTY_CART"), (202, "TOO_MANY_LINES"), (203, "INVALID_QUANTITY"),
        (204, "UNKNOWN_PRODUCT"), (205, "UNKNOWN_CURRENCY"), (206, "CURRENCY_MISMATCH"), (210, "INVALID_EVENT"),
        (211, "TOO_MANY_EVENTS"), (220, "INVALID_CATALOGUE_ROW"), (221, "TOO_MANY_ROWS"), (230, "MODEL_REJECTED"),
        (231, "INVALID_FREEZE"), (232, "INVALID_STOCK_VALUE"),
        (240, "INVALID_QUOTE"), (241, "QUOTE_EXPIRED"),
        (300, "INVALID_CONFIGURATION"), (301, "ADDRESS_IN_USE"), (302, "INVALID_FILE"),
    ]

    @Test func refusalCodesKeepTheirNumbersAndNames() {
        #expect(RefusalCode.allCases.map(\.rawValue) == Self.refusals.map(\.number))
        #expect(RefusalCode.allCases.map(\.name) == Self.refusals.map(\.name))
    }

    @Test func onlyWhatTheClusterMayGetOverIsWorthARetry() {
        #expect(
            RefusalCode.allCases.filter(\.isRetryable) == [
                .outcomeUnknown, .overloaded, .unavailable, .notYetReadable, .logFailed,
            ])
    }

    @Test func priceReasonsKeepTheirNumbers() {
        let numbers: [(PriceReason, UInt8)] = [
            (.optimum, 1), (.smoothed, 2), (.floor, 3), (.ceiling, 4), (.dailyMove, 5), (.priceEnding, 6), (.sticky, 7),
            (.controlArm, 8), (.noModel, 9), (.unknownToModel, 10), (.publicDeal, 11), (.unknownShopper, 12),
            (.explored, 13), (.frozen, 14), (.corrected, 15), (.stock, 16),
        ]
        for (reason, number) in numbers { #expect(reason.rawValue == number) }
        #expect(numbers.count == PriceReason.allCases.count)
    }

    @Test func kindsPrioritiesAndLevelsKeepTheirNumbers() {
        #expect(MessageKind.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 32, 33, 34, 35])
        #expect(
            MessageKind.allCases == [
                .price, .events, .catalogue, .explain, .verify, .activate, .status, .inspect, .checkpoint, .drain,
                .freeze, .freezes, .stock, .report, .assign, .lead, .probe,
            ])
        #expect(MessagePriority.allCases == [.commit, .price, .event, .browse, .shadow])
        #expect(MessagePriority.allCases.map(\.rawValue) == [0, 1, 2, 3, 4])
        #expect(PriceLevel.allCases == [.personal, .segment, .list])
        #expect(PriceLevel.allCases.map(\.rawValue) == [0, 1, 2])
        #expect(PartitionID.broadcast.number == 65_535)
    }

    @Test func onlyKindsThatReachALogAreWrites() {
        #expect(
            MessageKind.allCases.filter(\.writes) == [.events, .catalogue, .activate, .checkpoint, .freeze, .stock])
    }

    @Test func clientsNeverSpeakTheKindsOfPeers() {
        #expect(MessageKind.allCases.filter { $0.destination == .peer } == [.report, .assign, .lead, .probe])
        #expect(MessageKind.allCases.filter { $0.destination == .numberedPartition } == [.inspect, .checkpoint])
        #expect(MessageKind.allCases.filter { $0.destination == .namedWorker } == [.drain])
    }

    @Test func rolesOfReplicasKeepTheirNumbers() {
        #expect(ReplicaRole.allCases == [.loading, .following, .claiming, .leading])
        #expect(ReplicaRole.allCases.map(\.rawValue) == [0, 1, 2, 3])
    }

    @Test func everyAnswerStatusSurvivesItsCode() {
        let all = PriceLevel.allCases.map(AnswerStatus.answered) + RefusalCode.allCases.map(AnswerStatus.refused)
        for status in all { #expect(AnswerStatus(code: status.code) == status) }
        #expect(Set(all.map(\.code)).count == all.count)
    }

    @Test func aCodeThatNobodyGaveIsNoStatus() {
        let known = Set(PriceLevel.allCases.map { UInt16($0.rawValue) } + RefusalCode.allCases.map(\.rawValue))
        for code in UInt16.min...UInt16.max {
            #expect((AnswerStatus(code: code) != nil) == known.contains(code))
        }
    }
}
