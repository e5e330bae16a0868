import Testing

/// What becomes of requests that are like one that has stopped two workers.
@Suite struct QuarantineScripts {
    @Test func theLikeOfAConvictedRequestIsRefusedForAWhileAndThenASuspect() {
        check(
            """
            \(threeReplicas)
            ask 1 price 0
            w1 vanishes
            w3 vanishes
            w2 reports leading 0@5
            ----
            1 to w1
            w3 is asked to lead 0 after 4
            1 to w3
            1 convicted
            w2 is asked to lead 0 after 4
            1 refused QUARANTINED

            ask 2 price 0 like 1
            ask 3 price 0
            ----
            2 refused QUARANTINED
            3 to w2

            sleep 4999ms
            ask 4 price 0 like 1
            ----
            3 refused OUTCOME_UNKNOWN
            4 refused QUARANTINED

            wait 6ms
            ask 5 price 0 like 1
            w1 reports following 0@5
            w2 vanishes
            ----
            5 to w2
            5 convicted
            w1 is asked to lead 0 after 5
            5 refused QUARANTINED

            sleep 599999ms
            ask 6 price 0 like 1
            ----
            w1 is asked again to lead 0 after 5
            6 refused QUARANTINED

            wait 6ms
            ask 7 price 0 like 1
            ----
            7 to w1
            """)
    }

    @Test func whoeverWaitsAndIsLikeAConvictedRequestIsRefusedWithIt() {
        check(
            """
            \(threeReplicas)
            ask 1 price 0
            ask 2 price 0 like 1
            ask 3 price 0
            w1 vanishes
            ask 4 price 0 like 1
            ----
            1 to w1
            2 to w1
            3 to w1
            w3 is asked to lead 0 after 4
            1 to w3
            4 to w3

            w3 vanishes
            ----
            1 convicted
            w2 is asked to lead 0 after 4
            1 refused QUARANTINED
            2 refused QUARANTINED
            3 to w2
            4 refused QUARANTINED
            """)
    }

    @Test func aWriteLikeItThatWasNeverSentIsRefusedWithIt() {
        check(
            """
            \(threeReplicas)
            ask 1 events 0
            w1 vanishes
            ----
            1 to w1
            w3 is asked to lead 0 after 4
            1 to w3

            ask 2 events 0 like 1
            ask 3 events 0
            w3 vanishes
            ----
            1 convicted
            w2 is asked to lead 0 after 4
            1 refused QUARANTINED
            2 refused QUARANTINED
            3 to w2
            """)
    }
}
