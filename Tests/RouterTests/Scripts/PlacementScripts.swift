// Who is told to hold what, and moves on purpose.

import Testing

@Suite struct PlacementScripts {
    @Test func everyWorkerIsToldWhatToHoldOnChangeAndTwiceASecond() {
        check(
            """
            w1 reports
            w2 reports
            wait 499ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3

            wait 10ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3

            wait 400ms
            ----

            wait 100ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3
            """, showing: [.repetitions])
    }

    @Test func whoeverHoldsAPartitionKeepsItUntilThoseThatShouldHaveReadIt() {
        check(
            """
            w1 reports leading 0@1 1@1 2@1 3@1
            w2 reports loading 0@1 1@1 2@1 3@1
            w3 reports
            wait 10ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3
            w2 is to hold 3
            w3 is to hold 0 1 2 3

            w3 reports loading 0@1 1@1 2@1 3@1
            w2 reports following 0@1 1@1 2@1 3@1
            wait 100ms
            ----
            w2 is to hold 0 1 2 3

            w3 reports following 0@1 1@1 2@1 3@1
            wait 100ms
            ----
            w2 is to hold 3
            """, showing: [.assignments])
    }

    @Test func aWorkerThatIsNotReadyIsGivenNothing() {
        check(
            """
            w1 reports
            w2 reports unready
            wait 100ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold nothing

            w2 reports
            ----
            w2 is to hold 0 1 2 3
            """, showing: [.assignments])
    }

    @Test func whenNoReplicaCanLeadWhileOthersLeadSomethingTheOthersHelp() {
        check(
            """
            w1 reports following 0@4
            w2 reports leading 1@3 2@3 3@3
            sleep 500ms
            ----
            w1 is to hold 0 1 2 3
            w1 is to hold 0 1
            w2 is to hold 1 2 3
            w1 is asked again to lead 0 after 4

            sleep 14900ms
            ----
            w1 is asked again to lead 0 after 4

            sleep 500ms
            ----
            w1 is asked again to lead 0 after 4
            w2 is to hold 0 1 2 3

            w2 reports leading 1@3 2@3 3@3 following 0@4
            sleep 2100ms
            ----
            w2 is asked to lead 0 after 4
            w1 is asked to lead 0 after 4

            w2 reports leading 0@5 1@3 2@3 3@3
            sleep 600ms
            ----
            """, replicas: 1, showing: [.assignments])
    }

    @Test func withOneReplicaEachPartitionHasOneHolder() {
        check(
            """
            w1 reports
            w2 reports
            w3 reports
            ----
            w1 is to hold 0 1 2 3
            w1 is to hold 0 1
            w2 is to hold 2 3
            w1 is to hold 2 3
            w2 is to hold nothing
            w3 is to hold 0 1
            """, replicas: 1, showing: [.assignments])
    }

    @Test func aDrainingWorkerIsNotCountedAndKeepsWhatNobodyElseHasRead() {
        check(
            """
            w1 reports leading 0@1 1@1 2@1 3@1
            w2 reports
            wait 10ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3

            w1 reports draining leading 0@1 1@1 2@1 3@1
            wait 100ms
            ----

            w2 reports following 0@1 1@1 2@1 3@1
            wait 100ms
            ----

            w2 reports leading 0@2 1@2 2@2 3@2
            wait 100ms
            ----
            w1 is to hold nothing
            """, showing: [.assignments])
    }

    @Test func aDrainingWorkerHandsOverOnePartitionEveryTwentyFiveMilliseconds() {
        check(
            """
            w1 reports leading 0@1 1@1 2@1 3@1
            w2 reports following 0@1#99 1@1#99 2@1#99 3@1#99
            w1 reports leading 0@1#2000 1@1#2000 2@1#2000 3@1#2000
            wait 3000ms
            ask 1 events 0
            ask 2 events 3
            w1 reports draining leading 0@1#2000 1@1#2000 2@1#2000 3@1#2000
            wait 50ms
            ----
            1 to w1
            2 to w1

            w2 reports following 0@1#1999 1@1#1999 2@1#1999 3@1#1999
            wait 5ms
            ----
            w2 is asked to lead 0 after 1
            1 to w2

            wait 25ms
            ----
            w2 is asked to lead 1 after 1

            wait 25ms
            ----
            w2 is asked to lead 2 after 1

            wait 25ms
            ----
            w2 is asked to lead 3 after 1
            2 to w2

            w2 reports leading 0@2 1@2 2@2 3@2
            wait 200ms
            ----
            """)
    }

    /// Partition 2 is the one that should lead elsewhere; a second worker is what makes it so.
    @Test func anAddedWorkerTakesOverWhatItHasReadAndNothingBefore() {
        check(
            """
            w1 reports leading 0@1 1@1 2@1#5000 3@1
            wait 3000ms
            w2 reports loading 0@1 1@1 2@1 3@1
            wait 500ms
            ----

            w2 reports following 0@1 1@1 2@1#3999 3@1
            wait 5ms
            w1 reports leading 0@1 1@1 2@1#5000 following 3@2
            w2 reports following 0@1 1@1 2@1#3999 leading 3@2
            wait 500ms
            ----
            w2 is asked to lead 3 after 1

            w2 reports following 0@1 1@1 2@1#4000 leading 3@2
            wait 5ms
            ----
            w2 is asked to lead 2 after 1
            """)
    }

    @Test func anIndexAtTheEndOfAllNumbersIsOnlyANumber() {
        check(
            """
            w1 reports leading 0@1 1@1 2@1#18446744073709551615 3@1
            w2 reports following 0@1 1@1 2@1#18446744073709551615 3@1
            wait 2100ms
            ----
            w2 is asked to lead 2 after 1
            w2 is asked to lead 3 after 1
            w2 is asked again to lead 2 after 1
            """)
    }

    @Test func whatHasJustMovedStaysForAWhile() {
        check(
            """
            w1 reports following 2@0
            w2 reports following 2@0
            wait 5ms
            w1 reports leading 2@1
            w2 reports following 2@1
            wait 1900ms
            ----
            w1 is asked to lead 2 after 0

            wait 300ms
            ----
            w2 is asked to lead 2 after 1
            w2 is asked again to lead 2 after 1
            w2 is asked again to lead 2 after 1
            """)
    }

    @Test func aPartitionWithSuspectsIsNotMoved() {
        check(
            """
            w1 reports leading 0@1
            w2 reports following 0@1
            ask 1 price 0 5000ms
            w1 vanishes
            w2 reports leading 0@2
            w3 reports following 0@2
            wait 3000ms
            ----
            1 to w1
            w2 is asked to lead 0 after 1
            1 to w2

            w2 answers 1
            wait 5ms
            ----
            1 answered personal
            w3 is asked to lead 0 after 2
            """)
    }

    @Test func aWorkerThatIsGoneKeepsItsPlaceForTenSeconds() {
        check(
            """
            w1 reports
            w2 reports
            w3 reports
            w3 vanishes
            wait 9990ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3
            w1 is to hold 0 1 2
            w2 is to hold 3
            w3 is to hold 0 1 2 3

            wait 110ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3
            """, showing: [.assignments])
    }

    @Test func aWorkerThatComesBackFindsItsPlaceThoughItHasEverythingToRead() {
        check(
            """
            w1 reports
            w2 reports
            w3 reports
            wait 100ms
            w3 vanishes
            wait 400ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3
            w1 is to hold 0 1 2
            w2 is to hold 3
            w3 is to hold 0 1 2 3

            w3 restarts
            w3 reports unready
            wait 300ms
            ----
            w3 is to hold 0 1 2 3
            """, showing: [.assignments])
    }

    @Test func aWorkerThatIsSilentKeepsItsPlaceForTenSeconds() {
        check(
            """
            w1 reports
            w2 reports
            w3 reports
            wait 500ms
            w3 stalls
            wait 300ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3
            w1 is to hold 0 1 2
            w2 is to hold 3
            w3 is to hold 0 1 2 3

            wait 9800ms
            ----

            wait 300ms
            ----
            w1 is to hold 0 1 2 3
            w2 is to hold 0 1 2 3
            w3 is to hold nothing
            """, showing: [.assignments])
    }

    @Test func aHeavyWorkerIsGivenMore() {
        check(
            """
            w1 reports weight 300
            w2 reports
            ----
            w1 is to hold 0 1 2 3
            w1 is to hold 0 1 2
            w2 is to hold 3

            w2 reports weight 600
            ----
            w1 is to hold 1 2
            w2 is to hold 0 3
            """, replicas: 1, showing: [.assignments])
    }
}
