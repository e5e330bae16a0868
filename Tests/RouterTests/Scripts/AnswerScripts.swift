// What clients get, while nothing goes wrong but a deadline.

import Testing

@Suite struct AnswerScripts {
    @Test func aRequestGoesToTheLeaderOfItsPartitionAndItsAnswerComesBack() {
        check(
            """
            w1 reports leading 0@4 following 1@4
            w2 reports following 0@4 leading 1@4
            ask 1 price 0
            ask 2 price 1
            ask 3 events 1
            ask 4 verify 0
            ----
            1 to w1
            2 to w2
            3 to w2
            4 to w1

            w2 answers 2 list
            w1 answers 1
            w2 answers 3
            w1 answers 4
            status
            ----
            2 answered list
            1 answered personal
            3 answered personal
            4 answered personal
            1 personal, 0 segment, 1 list, 0 refused, 2 other, 0 in flight
            """)
    }

    @Test func aWorkersRefusalIsAnAnswer() {
        check(
            """
            w1 reports leading 0@4
            ask 1 price 0
            w1 refuses 1 UNKNOWN_PRODUCT
            status
            ----
            1 to w1
            1 refused UNKNOWN_PRODUCT
            0 personal, 0 segment, 0 list, 1 refused, 0 other, 0 in flight
            """)
    }

    @Test func aSecondAnswerIsDropped() {
        check(
            """
            w1 reports leading 0@4
            ask 1 price 0
            w1 answers 1
            w1 answers 1
            w1 answers 1 list
            ----
            1 to w1
            1 answered personal
            dropped
            dropped
            """)
    }

    /// The first answer wins, whoever gives it: a stalled worker may come to it before the one that took over.
    @Test func theAnswerOfAWorkerThatHadItBeforeCounts() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 300ms
            ask 1 price 0
            w1 stalls
            wait 300ms
            ----
            1 to w1
            w2 is asked to lead 0 after 4
            1 to w2

            w1 answers 1 list
            w2 answers 1
            ----
            1 answered list
            dropped
            """)
    }

    @Test func theRefusalOfAWorkerThatHadItBeforeDoesNotCount() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 300ms
            ask 1 price 0
            w1 stalls
            wait 300ms
            ----
            1 to w1
            w2 is asked to lead 0 after 4
            1 to w2

            w1 refuses 1 OVERLOADED
            w1 refuses 1 NOT_LEADER @4
            w2 answers 1
            ----
            dropped
            dropped
            1 answered personal
            """)
    }

    @Test func lateAnswersAreDroppedBecauseTheClientHasBeenAnswered() {
        check(
            """
            w1 reports leading 0@4
            ask 1 price 0 50ms
            ask 2 events 0 20ms
            wait 19ms
            wait 1ms
            w1 answers 2
            ----
            1 to w1
            2 to w1
            2 refused OUTCOME_UNKNOWN
            dropped

            wait 29ms
            wait 1ms
            w1 answers 1
            status
            ----
            1 refused OUTCOME_UNKNOWN
            dropped
            0 personal, 0 segment, 0 list, 2 refused, 0 other, 0 in flight
            """)
    }

    @Test func anAnswerAtTheLastMomentStillCounts() {
        check(
            """
            w1 reports leading 0@4
            ask 1 price 0 50ms
            wait 49ms
            w1 answers 1
            wait 10ms
            ----
            1 to w1
            1 answered personal
            """)
    }

    @Test func aDeadlineOfNothingOrOfMoreThanAMinuteIsRefused() {
        check(
            """
            w1 reports leading 0@4
            ask 1 price 0 0ms
            ask 2 price 0 60000ms
            ask 3 price 0 60001ms
            ask 4 status any 0ms
            ----
            1 refused DEADLINE_EXPIRED
            2 to w1
            3 refused DEADLINE_EXPIRED
            4 refused DEADLINE_EXPIRED
            """)
    }

    @Test func aFullTableRefusesUntilAPlaceIsFree() {
        check(
            """
            w1 reports leading 0@4
            ask 1 price 0
            ask 2 price 0
            ask 3 price 0
            ask 4 drain w1
            w1 answers 1
            ask 5 price 0
            status
            ----
            1 to w1
            2 to w1
            3 refused OVERLOADED
            4 refused OVERLOADED
            1 answered personal
            5 to w1
            1 personal, 0 segment, 0 list, 2 refused, 0 other, 2 in flight
            """, capacity: 2)
    }

    @Test func whatConcernsTheWholeShopGoesToTheBroadcastLeader() {
        check(
            """
            w1 reports leading 0@4 following *@2
            w2 reports following 0@4 leading *@2
            ask 1 catalogue *
            ask 2 activate *
            ask 3 inspect *
            ask 4 checkpoint *
            ask 5 freeze *
            ask 6 freezes *
            ask 7 stock *
            ----
            1 to w2
            2 to w2
            3 to w2
            4 to w2
            5 to w2
            6 to w2
            7 to w2
            """)
    }

    @Test func aPartitionThatDoesNotExistCannotBeInspected() {
        check(
            """
            w1 reports leading 0@4 1@4 2@4 3@4 *@4
            ask 1 inspect 3
            ask 2 inspect 4
            ask 3 inspect 65534
            ask 4 checkpoint 65536
            ask 5 inspect 18446744073709551615
            ----
            1 to w1
            2 refused MISROUTED
            3 refused MISROUTED
            4 refused MISROUTED
            5 refused MISROUTED
            """)
    }

    /// Partition 4 would stand where the broadcast partition does.
    @Test func aReportOfAPartitionThatDoesNotExistIsNotLookedAt() {
        check(
            """
            w1 reports leading *@2
            w2 reports leading 4@9 65534@9
            ask 1 catalogue *
            ----
            1 to w1
            """)
    }

    @Test func statusIsAnsweredHereAndReportsBelongElsewhere() {
        check(
            """
            ask 1 status any
            ask 2 report any
            ask 3 lead any
            status
            ----
            1 answered personal by the router
            2 refused UNKNOWN_KIND
            3 refused UNKNOWN_KIND
            0 personal, 0 segment, 0 list, 2 refused, 1 other, 0 in flight
            """)
    }

    @Test func aCommandToAWorkerGoesToTheOneOfThatName() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 drain w2
            ask 2 drain w1
            ask 3 drain w3
            w2 answers 1
            w1 answers 2
            ----
            1 to w2
            2 to w1
            3 refused UNAVAILABLE
            1 answered personal
            2 answered personal
            """)
    }

    @Test func aCommandToAWorkerIsNotSentToAnotherOne() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 drain w1
            w1 vanishes
            ask 2 drain w1
            ----
            1 to w1
            1 refused UNAVAILABLE
            w2 is asked to lead 0 after 4
            2 refused UNAVAILABLE

            w2 breaks
            ask 3 drain w2
            ----
            3 refused UNAVAILABLE
            """)
    }

    /// The process was stopped. What has arrived meanwhile is read before deadlines are looked at: what was in flight is
    /// late, what has just been read is not.
    @Test func aRouterThatSleptExpiresWhatIsLateAndNothingElse() {
        check(
            """
            w1 reports leading 0@4
            ask 1 price 0 900ms
            ask 2 price 0 60000ms
            sleep 30000ms
            ----
            1 to w1
            2 to w1
            1 refused OUTCOME_UNKNOWN

            ask 3 price 0 1ms
            wait 1ms
            sleep 29999ms
            ----
            3 to w1
            3 refused OUTCOME_UNKNOWN
            2 refused OUTCOME_UNKNOWN
            """)
    }
}
