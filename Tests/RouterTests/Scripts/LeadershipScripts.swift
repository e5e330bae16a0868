// Who leads, by the log, and what a router makes of several opinions.

import Testing

@Suite struct LeadershipScripts {
    @Test func aPartitionThatNobodyLeadsIsLedByTheFirstInThePlacement() {
        check(
            """
            w1 reports following 0@0
            w2 reports following 0@0
            w2 reports leading 0@1
            ----
            w1 is asked to lead 0 after 0
            """)
    }

    @Test func theTargetIsAskedAgainUntilItLeads() {
        check(
            """
            w1 reports following 0@0
            wait 99ms
            ----
            w1 is asked to lead 0 after 0

            wait 5ms
            wait 100ms
            ----
            w1 is asked again to lead 0 after 0
            w1 is asked again to lead 0 after 0

            w1 reports claiming 0@0
            w1 reports leading 0@1
            wait 200ms
            ----
            """)
    }

    @Test func theNewestLeaderGetsTheRequestsWhoeverReportsLast() {
        check(
            """
            w1 reports leading 0@4
            w2 reports leading 0@5
            ask 1 events 0
            w1 reports leading 0@4
            ask 2 events 0
            ----
            1 to w2
            2 to w2
            """)
    }

    @Test func aStaleLeaderDoesNotComeBackWhenTheNewOneBouncesAWrite() {
        check(
            """
            w1 reports leading 0@4
            w2 reports leading 0@5
            ask 1 events 0
            w2 refuses 1 NOT_LEADER @5
            w1 reports leading 0@4
            ----
            w1 is told that all of 0 follows
            w2 is told that all of 0 follows
            1 to w2
            w2 is asked again to lead 0 after 5

            w2 reports leading 0@6
            ----
            w2 is told that all of 0 follows
            1 to w2
            """, showing: [.restarts])
    }

    @Test func theMoveOfAnotherRouterIsFollowedAndNothingIsLost() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 events 0
            ask 2 price 0
            ask 3 events 0
            w2 reports leading 0@5
            ----
            1 to w1
            2 to w1
            3 to w1
            1 to w2
            2 to w2
            3 to w2

            ask 4 events 0
            w1 refuses 1 NOT_LEADER @5
            w1 refuses 3 NOT_LEADER @5
            w1 answers 2
            ----
            4 to w2
            dropped
            dropped
            2 answered personal
            """)
    }

    /// Who claimed says so within a heartbeat or two. Asking the old leader meanwhile would take the lead away again.
    @Test func whenAnEpochIsHeardOfItsLeaderIsAwaited() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            w3 reports following 0@5
            ask 1 events 0
            ask 2 price 0
            wait 90ms
            ----
            2 to w1

            w2 reports leading 0@5
            wait 200ms
            ----
            1 to w2
            2 to w2
            """)
    }

    @Test func whenTheOldLeaderIsTheFirstToSayThatItLeadsNoMoreTheNewOneIsAwaited() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            w1 reports following 0@5
            wait 50ms
            w2 reports leading 0@5
            ask 1 events 0
            ----
            1 to w2
            """)
    }

    @Test func whenNobodySaysThatItLeadsTheTargetIsAskedTo() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@5
            ask 1 events 0
            wait 95ms
            ----
            w1 is told that all of 0 follows

            wait 10ms
            ----
            w1 is asked again to lead 0 after 5

            w1 reports leading 0@6
            ----
            w1 is told that all of 0 follows
            1 to w1
            """, showing: [.restarts])
    }

    @Test func aRouterThatStartsTakesNobodysLeadAway() {
        check(
            """
            w2 reports following 0@7
            ask 1 events 0
            ask 2 price 0
            wait 40ms
            w1 reports leading 0@7
            wait 200ms
            ----
            2 to w2
            1 to w1
            2 to w1
            """)
    }

    @Test func aBouncedWriteWaitsUntilTheTargetLeadsAndGoesFirst() {
        check(
            """
            w1 reports leading 0@4
            ask 1 events 0
            ask 2 events 0
            ask 3 price 0
            w1 refuses 1 NOT_LEADER @4
            ----
            w1 is told that all of 0 follows
            1 to w1
            2 to w1
            3 to w1
            w1 is asked again to lead 0 after 4

            ask 4 events 0
            ask 5 price 0
            w1 refuses 2 NOT_LEADER @4
            w1 reports claiming 0@4
            ----
            5 to w1
            dropped

            w1 reports leading 0@5
            ----
            w1 is told that all of 0 follows
            1 to w1
            2 to w1
            4 to w1
            """, showing: [.restarts])
    }

    /// The second write was still on its way when the first was refused; it must not stay in front of it.
    @Test func whatWasBehindABouncedWriteIsSentAgainBehindIt() {
        check(
            """
            w1 reports leading 0@4
            ask 1 events 0
            ask 2 events 0
            w1 refuses 1 NOT_LEADER @4
            w1 reports leading 0@5
            ask 3 events 0
            ----
            w1 is told that all of 0 follows
            1 to w1
            2 to w1
            w1 is asked again to lead 0 after 4
            w1 is told that all of 0 follows
            1 to w1
            2 to w1
            3 to w1

            w1 answers 2
            w1 answers 1
            ----
            2 answered personal
            1 answered personal
            """, showing: [.restarts])
    }

    @Test func aBounceFromAWorkerThatKnowsOfANewerLeaderWaitsForThatOne() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 events 0
            ask 2 events 0
            w1 refuses 1 NOT_LEADER @5
            ask 3 price 0
            ----
            1 to w1
            2 to w1
            dropped
            3 to w1

            w2 reports leading 0@5
            w1 refuses 2 NOT_LEADER @5
            ----
            1 to w2
            2 to w2
            3 to w2
            dropped
            """)
    }

    @Test func aBouncedReadGoesToAReplicaThatHasReadThePartition() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 price 0
            ask 2 events 0
            w1 refuses 1 NOT_LEADER @4
            ----
            1 to w1
            2 to w1
            w2 is asked to lead 0 after 4
            1 to w2
            2 to w2
            """)
    }

    @Test func aTargetThatTakesTooLongLosesItsChance() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 500ms
            w1 stalls
            wait 280ms
            w1 resumes
            wait 600ms
            ask 1 price 0
            ----
            w2 is asked to lead 0 after 4
            w2 is asked again to lead 0 after 4
            w2 is asked again to lead 0 after 4
            w2 is asked again to lead 0 after 4
            w2 is asked again to lead 0 after 4
            w2 is asked again to lead 0 after 4
            w2 is asked again to lead 0 after 4
            1 to w2

            wait 500ms
            ask 2 price 0
            ----
            w2 is asked again to lead 0 after 4
            w2 is asked again to lead 0 after 4
            w2 is asked again to lead 0 after 4
            1 to w1
            2 to w1
            """)
    }

    /// It hears and answers, but it cannot write: it may have lost the log and nothing else.
    @Test func whoCannotLeadForTwoSecondsIsFollowedByTheNextInTurn() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            w3 reports draining following 0@4
            w1 reports following 0@4
            sleep 1900ms
            ask 1 events 0 10000ms
            ----
            w1 is asked again to lead 0 after 4
            w1 is asked again to lead 0 after 4
            1 to w1

            wait 250ms
            ----
            w2 is asked to lead 0 after 4
            1 to w2
            w2 is asked again to lead 0 after 4

            sleep 1900ms
            ----
            w1 is asked to lead 0 after 4
            1 to w1
            """)
    }

    @Test func whoCannotLeadGivesWayEvenToOneThatHasStoppedTwice() {
        check(
            """
            w2 reports following 0@4
            w2 restarts
            w2 reports following 0@4
            w2 restarts
            w2 reports following 0@4
            w1 reports following 0@4
            wait 300ms
            ----
            w1 is asked again to lead 0 after 4
            w1 is asked again to lead 0 after 4
            w1 is asked again to lead 0 after 4

            sleep 1900ms
            ----
            w2 is asked to lead 0 after 4

            w2 reports leading 0@5
            sleep 2200ms
            ----
            """)
    }

    @Test func theOnlyOneThatCanBeAskedIsAskedOn() {
        check(
            """
            w1 reports following 0@4
            w2 reports draining following 0@4
            sleep 5000ms
            ask 1 events 0
            ----
            w1 is asked again to lead 0 after 4
            """)
    }

    @Test func aWorkerThatLetsGoOfAPartitionGetsNoMoreOfIt() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 price 0
            w1 reports leading 1@2
            ask 2 price 0
            ----
            1 to w1
            w2 is asked to lead 0 after 4
            1 to w2
            2 to w2
            """)
    }
}
