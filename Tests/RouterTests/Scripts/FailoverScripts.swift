// A worker goes, and what it had is sent on.

import Testing

@Suite struct FailoverScripts {
    @Test func whenTheLeaderIsSilentEverythingIsSentOnInOrderOfArrivalBehindTheRequestToLead() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 500ms
            ask 1 events 0
            ask 2 price 0
            w1 answers 2
            ask 3 price 0
            ask 4 events 0
            w1 stalls
            wait 300ms
            ----
            1 to w1
            2 to w1
            2 answered personal
            3 to w1
            4 to w1
            w2 is asked to lead 0 after 4
            1 to w2
            3 to w2
            4 to w2

            ask 5 events 0
            w2 reports leading 0@5
            w2 answers 1
            w2 answers 3
            ----
            5 to w2
            1 answered personal
            3 answered personal
            """)
    }

    @Test func aRefusalByOneWorkerDoesNotSpeakForTheOneThatHadTheWriteBefore() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 500ms
            ask 1 events 0
            ask 2 events 0
            w1 stalls
            wait 300ms
            w2 reports leading 0@5
            w2 refuses 1 LOG_FAILED
            w2 refuses 2 INVALID_EVENT
            ask 3 events 0
            w2 refuses 3 LOG_FAILED
            ----
            1 to w1
            2 to w1
            w2 is asked to lead 0 after 4
            1 to w2
            2 to w2
            1 refused OUTCOME_UNKNOWN
            2 refused INVALID_EVENT
            3 to w2
            3 refused LOG_FAILED
            """)
    }

    @Test func readsGoToAFollowerWhileTheLeaderIsSilent() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 500ms
            w1 stalls
            wait 300ms
            ask 1 price 0
            w2 answers 1
            ----
            w2 is asked to lead 0 after 4
            1 to w2
            1 answered personal
            """)
    }

    @Test func onlyThePartitionsOfTheSilentWorkerMove() {
        check(
            """
            w1 reports leading 0@4 following 1@4
            w2 reports following 0@4 leading 1@4
            wait 500ms
            ask 1 price 0
            ask 2 price 1
            w1 stalls
            wait 300ms
            ----
            1 to w1
            2 to w2
            w2 is asked to lead 0 after 4
            1 to w2
            """)
    }

    /// The one that is asked to lead must itself be heard.
    @Test func whenTwoFallSilentAtOnceTheThirdIsAsked() {
        check(
            """
            \(threeReplicas)
            wait 500ms
            ask 1 price 0
            w1 stalls
            w3 stalls
            wait 300ms
            ----
            1 to w1
            w2 is asked to lead 0 after 4
            1 to w2
            """)
    }

    @Test func theLastReplicaIsNeverGivenUp() {
        check(
            """
            w1 reports leading 0@4
            w1 stalls
            wait 1000ms
            ask 1 events 0
            w1 reports unready leading 0@4
            ask 2 events 0
            ----
            1 to w1
            2 to w1
            """)
    }

    @Test func whenAllAreSilentNothingMoves() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 500ms
            ask 1 price 0
            w1 stalls
            w2 stalls
            wait 500ms
            ask 2 price 0
            ----
            1 to w1
            2 to w1
            """)
    }

    @Test func aWorkerThatReadsItsLogIsNoReplicaYet() {
        check(
            """
            w1 reports leading 0@4
            w2 reports loading 0@4
            ask 1 events 0
            w1 vanishes
            wait 10ms
            ----
            1 to w1

            w2 reports following 0@4
            ----
            w2 is asked to lead 0 after 4
            1 to w2
            """)
    }

    @Test func withoutAnyReplicaRequestsWaitInOrder() {
        check(
            """
            ask 1 events 0
            ask 2 price 0
            ask 3 events 0
            wait 100ms
            w1 reports loading 0@4
            wait 100ms
            ----

            w1 reports following 0@4
            w1 reports leading 0@5
            w1 answers 1
            ----
            w1 is asked to lead 0 after 4
            1 to w1
            2 to w1
            3 to w1
            1 answered personal
            """)
    }

    @Test func whatNobodyCouldTakeIsKnownNotToHaveHappened() {
        check(
            """
            ask 1 events 0 50ms
            ask 2 price 0 50ms
            wait 50ms
            ----
            1 refused UNAVAILABLE
            2 refused UNAVAILABLE
            """)
    }

    @Test func whatAWorkerHadMayHaveHappened() {
        check(
            """
            w1 reports leading 0@4
            ask 1 events 0 50ms
            ask 2 price 0 50ms
            w1 vanishes
            wait 10ms
            ask 3 events 0 40ms
            wait 40ms
            ----
            1 to w1
            2 to w1
            3 refused UNAVAILABLE
            1 refused OUTCOME_UNKNOWN
            2 refused OUTCOME_UNKNOWN
            """)
    }
}
