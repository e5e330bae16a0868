// Requests that stop workers, and those that only happened to be there.

import Testing

@Suite struct DeadlyRequestScripts {
    @Test func aVanishedWorkersRequestsAreTriedOneAtATimeInOrderOfArrival() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 events 0
            ask 2 price 0
            ask 3 events 0
            w1 vanishes
            ----
            1 to w1
            2 to w1
            3 to w1
            w2 is asked to lead 0 after 4
            1 to w2

            w2 reports leading 0@5
            w2 answers 1
            ----
            1 answered personal
            2 to w2

            w2 answers 2
            w2 answers 3
            ----
            2 answered personal
            3 to w2
            3 answered personal
            """)
    }

    @Test func whatArrivesLaterIsHeldUpOnlyIfItWrites() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 price 0
            ask 2 price 0
            w1 vanishes
            ask 3 price 0
            ask 4 events 0
            ask 5 events 0
            ----
            1 to w1
            2 to w1
            w2 is asked to lead 0 after 4
            1 to w2
            3 to w2

            w2 answers 1
            ----
            1 answered personal
            2 to w2

            w2 answers 2
            ----
            2 answered personal
            4 to w2
            5 to w2
            """)
    }

    @Test func theSecondDeathConvictsTheOneUnderTrialAndNobodyElse() {
        check(
            """
            \(threeReplicas)
            ask 1 price 0
            ask 2 events 0
            ask 3 price 0
            w1 vanishes
            ----
            1 to w1
            2 to w1
            3 to w1
            w3 is asked to lead 0 after 4
            1 to w3

            w3 vanishes
            ----
            1 convicted
            w2 is asked to lead 0 after 4
            2 to w2
            1 refused QUARANTINED

            w2 answers 2
            w2 answers 3
            status
            ----
            2 answered personal
            3 to w2
            3 answered personal
            1 personal, 0 segment, 0 list, 1 refused, 1 other, 0 in flight
            """)
    }

    @Test func whoIsInTheWayOfATrialIsASuspectToo() {
        check(
            """
            \(threeReplicas)
            ask 1 price 0
            w1 vanishes
            ask 2 price 0
            w3 vanishes
            ----
            1 to w1
            w3 is asked to lead 0 after 4
            1 to w3
            2 to w3
            1 convicted
            w2 is asked to lead 0 after 4
            1 refused QUARANTINED
            2 to w2

            w2 answers 2
            ----
            2 answered personal
            """)
    }

    @Test func oneSuspectAtATimeForAWorkerWhateverItsPartition() {
        check(
            """
            w1 reports leading 0@4 1@4
            w2 reports following 0@4 1@4
            ask 1 price 1
            ask 2 price 0
            w1 vanishes
            ----
            1 to w1
            2 to w1
            w2 is asked to lead 0 after 4
            2 to w2
            w2 is asked to lead 1 after 4

            w2 answers 2
            w2 answers 1
            ----
            2 answered personal
            1 to w2
            1 answered personal
            """)
    }

    @Test func differentWorkersTryTheirSuspectsAtTheSameTime() {
        check(
            """
            w1 reports leading 0@4 3@4
            w2 reports following 3@4
            w3 reports following 0@4
            ask 1 price 0
            ask 2 price 3
            w1 vanishes
            ----
            1 to w1
            2 to w1
            w3 is asked to lead 0 after 4
            1 to w3
            w2 is asked to lead 3 after 4
            2 to w2
            """)
    }

    @Test func aSuspectThatRunsOutOfTimeMakesRoomForTheNext() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 price 0 20ms
            ask 2 price 0
            w1 vanishes
            ----
            1 to w1
            2 to w1
            w2 is asked to lead 0 after 4
            1 to w2

            wait 20ms
            ----
            1 refused OUTCOME_UNKNOWN
            2 to w2
            """)
    }

    @Test func aSuspectWriteThatBouncesLetsReadsGoFirst() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 events 0
            ask 2 price 0
            ask 3 events 0
            w1 vanishes
            ----
            w1 is told that all of 0 follows
            1 to w1
            2 to w1
            3 to w1
            w2 is asked to lead 0 after 4
            1 to w2

            w2 refuses 1 NOT_LEADER @4
            w2 answers 2
            ----
            2 to w2
            2 answered personal

            w2 reports leading 0@5
            w2 answers 1
            w2 answers 3
            ----
            w2 is told that all of 0 follows
            1 to w2
            1 answered personal
            3 to w2
            3 answered personal
            """, showing: [.restarts])
    }

    @Test func aSuspectIsTriedElsewhereWhenItsWorkerIsSilent() {
        check(
            """
            \(threeReplicas)
            wait 500ms
            ask 1 price 0
            ask 2 price 0
            w1 vanishes
            ----
            1 to w1
            2 to w1
            w3 is asked to lead 0 after 4
            1 to w3

            w3 stalls
            wait 300ms
            w2 answers 1
            ----
            w3 is asked again to lead 0 after 4
            w3 is asked again to lead 0 after 4
            w2 is asked to lead 0 after 4
            1 to w2
            1 answered personal
            2 to w2
            """)
    }

    /// Two machines fail at once. What the second one never got has not stopped it.
    @Test func whatWasNeverSentStoppedNobody() {
        check(
            """
            \(threeReplicas)
            ask 1 price 0
            ask 2 price 0
            w3 breaks
            w1 vanishes
            ----
            1 to w1
            2 to w1
            w2 is asked to lead 0 after 4
            1 to w2

            w2 answers 1
            w2 answers 2
            ----
            1 answered personal
            2 to w2
            2 answered personal
            """)
    }

    @Test func aWorkerThatCouldNotBeReachedIsNoneOfTheTwo() {
        check(
            """
            w1 reports leading 0@4
            w3 reports following 0@4
            ask 1 price 0
            w3 breaks
            w1 vanishes
            ----
            1 to w1

            w2 reports following 0@4
            w4 reports following 0@4
            w2 vanishes
            ----
            w2 is asked to lead 0 after 4
            1 to w2
            1 convicted
            w4 is asked to lead 0 after 4
            1 refused QUARANTINED

            ask 2 price 0
            w4 answers 2
            ----
            2 to w4
            2 answered personal
            """)
    }

    @Test func theAnswerOfAnEarlierWorkerEndsTheTrial() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 price 0
            ask 2 price 0
            w1 restarts
            w1 reports following 0@4
            w2 answers 1
            ----
            1 to w1
            2 to w1
            w2 is asked to lead 0 after 4
            1 to w2
            1 answered personal
            2 to w2
            """)
    }
}
