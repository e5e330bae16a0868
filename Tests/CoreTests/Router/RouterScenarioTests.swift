import Testing

@Suite struct RouterScenarioTests {
    private func check(_ script: String, workers: [String] = ["w1", "w2"], capacity: Int = 8) {
        var router = RouterScript(workers: workers, capacity: capacity)
        #expect(router.run(script) == script)
    }

    @Test func aRequestGoesToTheWorkerOfItsPartitionAndItsAnswerComesBack() {
        check(
            """
            ready w1
            ready w2
            send 1 price w1 50ms
            send 2 price w2 50ms
            send 3 explain w2 50ms
            send 4 verify w1 50ms
            ----
            1 to w1
            2 to w2
            3 to w2
            4 to w1

            reply w2 2 list
            reply w1 1
            reply w2 3 list
            reply w1 4
            status
            ----
            2 answered list
            1 answered personal
            3 answered list
            4 answered personal
            1 personal, 0 segment, 1 list, 0 refused, 2 other, 0 in flight
            """)
    }

    @Test func aWorkersRefusalIsAnAnswer() {
        check(
            """
            ready w1
            send 1 price w1 50ms
            reply w1 1 UNKNOWN_PRODUCT
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
            ready w1
            send 1 price w1 50ms
            reply w1 1
            reply w1 1
            reply w1 1 list
            ----
            1 to w1
            1 answered personal
            dropped
            dropped
            """)
    }

    @Test func anAnswerFromAnotherWorkerIsDropped() {
        check(
            """
            ready w1
            ready w2
            send 1 price w1 50ms
            reply w2 1
            reply w1 1
            ----
            1 to w1
            dropped
            1 answered personal
            """)
    }

    @Test func lateAnswersAreDroppedBecauseTheClientHasBeenAnswered() {
        check(
            """
            ready w1
            send 1 price w1 50ms
            send 2 events w1 20ms
            at 19ms
            at 20ms
            reply w1 2
            ----
            1 to w1
            2 to w1
            2 refused OUTCOME_UNKNOWN
            dropped

            at 49ms
            at 50ms
            reply w1 1
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
            ready w1
            send 1 price w1 50ms
            at 49ms
            reply w1 1
            at 60ms
            ----
            1 to w1
            1 answered personal
            """)
    }

    @Test func aDeadlineOfLessThanAMillisecondIsNotCutShort() {
        check(
            """
            at 1100us
            ready w1
            send 1 price w1 800us
            at 1500us
            at 1899us
            at 2ms
            ----
            1 to w1
            1 refused OUTCOME_UNKNOWN
            """)
    }

    @Test func aDeadlineOfNothingOrOfMoreThanAMinuteIsRefused() {
        check(
            """
            ready w1
            send 1 price w1 0ms
            send 2 price w1 60000ms
            send 3 price w1 60001ms
            send 4 status w1 0ms
            ----
            1 refused DEADLINE_EXPIRED
            2 to w1
            3 refused DEADLINE_EXPIRED
            4 refused DEADLINE_EXPIRED
            """)
    }

    @Test func aWorkerThatIsNotReadyGetsNothing() {
        check(
            """
            send 1 price w1 50ms
            unready w1
            send 2 price w1 50ms
            ready w1
            send 3 price w1 50ms
            unready w1
            send 4 price w1 50ms
            reply w1 3
            ----
            1 refused UNAVAILABLE
            2 refused UNAVAILABLE
            3 to w1
            4 refused UNAVAILABLE
            3 answered personal
            """)
    }

    @Test func aSilentWorkerGetsNothingNewUntilItIsHeardAgain() {
        check(
            """
            ready w1
            at 500ms
            send 1 price w1 5000ms
            at 501ms
            send 2 price w1 50ms
            ----
            1 to w1
            2 refused UNAVAILABLE

            reply w1 1
            send 3 price w1 50ms
            ----
            1 answered personal
            3 to w1

            at 1002ms
            send 4 price w1 50ms
            ready w1
            send 5 price w1 50ms
            ----
            3 refused OUTCOME_UNKNOWN
            4 refused UNAVAILABLE
            5 to w1
            """)
    }

    @Test func whenAWorkerVanishesItsReadsAreUnavailableAndItsWritesUnknown() {
        check(
            """
            ready w1
            ready w2
            send 1 price w1 50ms
            send 2 events w1 50ms
            send 3 price w2 50ms
            send 4 inspect w1 50ms
            vanish w1
            ----
            1 to w1
            2 to w1
            3 to w2
            4 to w1
            1 refused UNAVAILABLE
            2 refused OUTCOME_UNKNOWN
            4 refused UNAVAILABLE

            reply w1 1
            reply w1 2
            reply w2 3
            send 5 price w1 50ms
            ready w1
            send 6 price w1 50ms
            reply w1 1
            reply w1 6
            ----
            dropped
            dropped
            3 answered personal
            5 refused UNAVAILABLE
            6 to w1
            dropped
            6 answered personal
            """)
    }

    @Test func whatCouldNotBeHandedOverIsKnownNotToHaveHappened() {
        check(
            """
            ready w1
            send 1 events w1 50ms
            full 1
            full 1
            send 2 events w1 50ms
            lost 2
            send 3 price w1 50ms
            ----
            1 to w1
            1 refused OVERLOADED
            2 to w1
            2 refused UNAVAILABLE
            3 refused UNAVAILABLE
            """)
    }

    @Test func aFullTableRefusesUntilAPlaceIsFree() {
        check(
            """
            ready w1
            send 1 price w1 50ms
            send 2 price w1 50ms
            send 3 price w1 50ms
            reply w1 1
            send 4 price w1 50ms
            reply w1 1
            status
            ----
            1 to w1
            2 to w1
            3 refused OVERLOADED
            1 answered personal
            4 to w1
            dropped
            1 personal, 0 segment, 0 list, 1 refused, 0 other, 2 in flight
            """, capacity: 2)
    }

    @Test func cataloguesAndActivationsGoToTheBroadcastLeader() {
        check(
            """
            ready w1
            send 1 catalogue any 50ms
            send 2 activate any 50ms
            send 3 inspect 65535 50ms
            vanish w1
            ----
            1 to w1
            2 to w1
            3 to w1
            1 refused OUTCOME_UNKNOWN
            2 refused OUTCOME_UNKNOWN
            3 refused UNAVAILABLE
            """, workers: ["w1"])
    }

    @Test func aPartitionThatDoesNotExistCannotBeInspected() {
        check(
            """
            ready w1
            send 1 inspect 15 50ms
            send 2 inspect 16 50ms
            send 3 inspect 65534 50ms
            send 4 inspect 65536 50ms
            send 5 inspect 18446744073709551615 50ms
            ----
            1 to w1
            2 refused MISROUTED
            3 refused MISROUTED
            4 refused MISROUTED
            5 refused MISROUTED
            """, workers: ["w1"])
    }

    @Test func statusIsAnsweredHereAndReportsBelongElsewhere() {
        check(
            """
            send 1 status any 50ms
            send 2 report any 50ms
            status
            ----
            1 answered personal by the router
            2 refused UNKNOWN_KIND
            0 personal, 0 segment, 0 list, 1 refused, 1 other, 0 in flight
            """)
    }

    /// The process was stopped. What has arrived meanwhile is read before deadlines are looked at: what was in
    /// flight is late, what has just been read is not.
    @Test(arguments: [1, 6, 61, 66, 3_600])
    func aRouterThatSleptExpiresWhatIsLateAndNothingElse(_ seconds: Int) {
        let awake = seconds * 1_000
        check(
            """
            ready w1
            send 1 price w1 900ms
            ----
            1 to w1

            wake \(awake)ms
            ready w1
            send 2 price w1 60000ms
            send 3 price w1 1ms
            at \(awake)ms
            ----
            2 to w1
            3 to w1
            1 refused OUTCOME_UNKNOWN

            at \(awake + 1)ms
            at \(awake + 59999)ms
            reply w1 2
            ----
            3 refused OUTCOME_UNKNOWN
            2 answered personal
            """)
    }
}
