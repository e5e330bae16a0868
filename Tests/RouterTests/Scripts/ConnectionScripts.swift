// What cannot be sent, closed connections, silent workers that are tried again, and workers that come back.

import Testing

@Suite struct ConnectionScripts {
    @Test func whatNeverLeftThisProcessIsKnownNotToHaveHappened() {
        check(
            """
            w1 reports leading 0@4
            w1 breaks
            ask 1 events 0 50ms
            ask 2 events 0 50ms
            wait 50ms
            ----
            1 refused UNAVAILABLE
            2 refused UNAVAILABLE
            """)
    }

    @Test func aFullQueueIsAnOverload() {
        check(
            """
            w1 reports leading 0@4
            w1 clogs
            ask 1 events 0
            w1 mends
            ask 2 events 0
            ----
            1 refused OVERLOADED
            2 to w1
            """)
    }

    @Test func aFullQueueOfTheNextWorkerSaysNothingOfThePreviousOne() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 500ms
            ask 1 events 0
            w2 clogs
            w1 stalls
            wait 300ms
            ----
            1 to w1
            w2 is asked to lead 0 after 4
            1 refused OUTCOME_UNKNOWN
            """)
    }

    @Test func aWorkerFoundGoneBySendingIsGoneForEverything() {
        check(
            """
            w1 reports leading 0@4 1@4
            w2 reports following 0@4 1@4
            ask 1 price 1
            w1 breaks
            ask 2 price 0
            ask 3 price 1
            ----
            1 to w1
            w2 is asked to lead 0 after 4
            2 to w2
            w2 is asked to lead 1 after 4
            1 to w2
            3 to w2
            """)
    }

    @Test func aConnectionThatClosedIsFoundByProbing() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 price 0
            a connection closes
            ----
            1 to w1
            w1 is probed
            w2 is probed

            wait 1ms
            ----
            w1 is probed
            w2 is probed

            w1 breaks
            wait 1ms
            ----
            w2 is probed
            w2 is asked to lead 0 after 4
            1 to w2

            wait 1ms
            ----
            w2 is probed
            """, showing: [.probes])
    }

    @Test func connectionsAreTriedTwentyTimesAndOnceInAMillisecondAtMost() {
        check(
            """
            w1 reports leading 0@4
            a connection closes
            wait 500us
            wait 500us
            ----
            w1 is probed
            w1 is probed
            w1 is probed

            wait 17ms
            ----
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed
            w1 is probed

            wait 1ms
            ----

            wait 50ms
            ----
            """, showing: [.probes])
    }

    @Test func aSilentWorkerIsTriedNowAndThen() {
        check(
            """
            w1 reports leading 0@4
            w1 stalls
            wait 500ms
            ----
            w1 is probed
            w1 is probed
            w1 is probed

            w1 breaks
            wait 100ms
            wait 500ms
            ----
            """, showing: [.probes])
    }

    @Test func aRestartedWorkerIsAnotherOne() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 price 0
            ask 2 price 0
            w1 restarts
            w1 reports loading 0@4
            ----
            1 to w1
            2 to w1
            w2 is asked to lead 0 after 4
            1 to w2

            w1.1 reports leading 0@4
            w2 answers 1
            ----
            w1 is not listened to
            1 answered personal
            2 to w2
            """)
    }

    @Test func aProcessThatCameBackIsListenedToAgain() {
        check(
            """
            w1 reports leading 0@4
            w1 vanishes
            ask 1 price 0
            ----

            w1 reports leading 0@4
            ----
            1 to w1
            """)
    }
}
