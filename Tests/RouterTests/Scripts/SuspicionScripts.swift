// Silence, trust, and workers that stop again and again.

import Testing

@Suite struct SuspicionScripts {
    @Test func regularHeartbeatsMakeForAQuickSuspicion() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 500ms
            w1 stalls
            wait 250ms
            ----

            wait 50ms
            ----
            w2 is asked to lead 0 after 4
            """)
    }

    @Test func aSuspectedWorkerIsTrustedAgainAfterThreeHeartbeats() {
        check(
            """
            w1 reports leading 0@4 following 1@4
            w2 reports following 0@4
            wait 500ms
            w1 stalls
            wait 300ms
            w2 stalls
            w2 vanishes
            ----
            w1 is asked again to lead 1 after 4
            w1 is asked again to lead 1 after 4
            w1 is asked again to lead 1 after 4
            w1 is asked again to lead 1 after 4
            w1 is asked again to lead 1 after 4
            w1 is asked again to lead 1 after 4
            w1 is asked again to lead 1 after 4
            w2 is asked to lead 0 after 4
            w1 is asked again to lead 1 after 4

            ask 1 price 1
            w3 reports following 1@4
            w1 reports leading 0@4 following 1@4
            w1 reports leading 0@4 following 1@4
            ask 2 price 1
            ----
            1 to w1
            w3 is asked to lead 1 after 4
            1 to w3
            2 to w3

            w1 reports leading 0@4 following 1@4
            w3 vanishes
            ----
            w1 is asked to lead 1 after 4
            1 to w1
            """)
    }

    @Test func heartbeatsOfAWorkerThatIsNotReadyEarnNoTrust() {
        check(
            """
            w1 reports leading 0@4
            wait 500ms
            w1 stalls
            wait 300ms
            ----

            w1 reports unready leading 0@4
            w1 reports unready leading 0@4
            w1 reports unready leading 0@4
            w1 reports leading 0@4
            w1 reports leading 0@4
            w2 reports following 0@4
            ----
            w2 is asked to lead 0 after 4
            """)
    }

    @Test func theRoutersOwnLatenessIsNobodysSilence() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 500ms
            w1 stalls
            w2 stalls
            sleep 5000ms
            w2 resumes
            wait 200ms
            ----

            wait 100ms
            ----
            w2 is asked to lead 0 after 4
            """)
    }

    @Test func latenessExcusesNothingThatComesAfterIt() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            wait 2000ms
            sleep 5000ms
            wait 2000ms
            w1 stalls
            wait 500ms
            ----
            w2 is asked to lead 0 after 4
            w2 is asked again to lead 0 after 4
            w2 is asked again to lead 0 after 4
            """)
    }

    @Test func aWorkerThatStopsTwiceInAMinuteIsQuarantined() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            w1 vanishes
            w2 reports leading 0@5
            w1 reports following 0@5
            w1 vanishes
            w1 reports following 0@5
            w2 reports draining leading 0@5
            wait 4900ms
            ----
            w2 is asked to lead 0 after 4

            wait 200ms
            ----
            w1 is asked to lead 0 after 5
            w1 is asked again to lead 0 after 5
            """)
    }

    /// Restarts on purpose are no crashes, and what it had in its hands has killed nobody.
    @Test func whoAnnouncedThatItWouldEndHasNotCrashed() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            ask 1 events 0
            ask 2 events 0
            w1 reports draining leading 0@4
            w1 vanishes
            w2 reports leading 0@5
            ----
            1 to w1
            2 to w1
            w2 is asked to lead 0 after 4
            1 to w2
            2 to w2

            w2 reports draining leading 0@5
            w1 restarts
            w1 reports following 0@5
            w2 vanishes
            ----
            w1 is asked to lead 0 after 5
            1 to w1
            2 to w1
            """)
    }

    @Test func aWorkerThatStopsTwiceInMoreThanAMinuteIsNot() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            w1 vanishes
            w2 reports leading 0@5
            w1 reports following 0@5
            sleep 60001ms
            w1 vanishes
            w1 reports following 0@5
            w2 reports draining leading 0@5
            wait 5ms
            ----
            w2 is asked to lead 0 after 4
            w1 is asked to lead 0 after 5
            """)
    }

    @Test func quarantineIsTwiceAsLongTheNextTime() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            w1 vanishes
            w2 reports leading 0@5
            w1 reports following 0@5
            w1 vanishes
            w1 reports following 0@5
            w1 vanishes
            w1 reports following 0@5
            w2 reports draining leading 0@5
            wait 9900ms
            ----
            w2 is asked to lead 0 after 4

            wait 200ms
            ----
            w1 is asked to lead 0 after 5
            w1 is asked again to lead 0 after 5
            """)
    }

    @Test func timeInWhichItIsNotReadyDoesNotCount() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            w1 vanishes
            w2 reports leading 0@5
            w1 reports following 0@5
            w1 vanishes
            w1 reports following 0@5
            wait 3000ms
            w1 reports unready following 0@5
            w1 reports following 0@5
            w2 reports draining leading 0@5
            wait 4900ms
            ----
            w2 is asked to lead 0 after 4

            wait 200ms
            ----
            w1 is asked to lead 0 after 5
            w1 is asked again to lead 0 after 5
            """)
    }

    @Test func aWorkerThatStopsInItsQuarantineStaysThere() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            w1 vanishes
            w2 reports leading 0@5
            w1 reports unready
            w1 vanishes
            w1 reports unready
            sleep 60001ms
            w1 vanishes
            w1 reports following 0@5
            w2 reports draining leading 0@5
            wait 4900ms
            ----
            w2 is asked to lead 0 after 4

            wait 120ms
            ----
            w1 is asked to lead 0 after 5
            """)
    }

    @Test func aQuarantinedWorkerServesWhenItIsTheLastReplica() {
        check(
            """
            w1 reports leading 0@4
            w1 vanishes
            w1 reports leading 0@4
            w1 vanishes
            w1 reports leading 0@4
            ask 1 price 0
            ----
            1 to w1
            """)
    }

    /// One that stops again and again answers now and then; one that is silent never does.
    @Test func aWorkerInQuarantineTakesOverFromASilentOne() {
        check(
            """
            w1 reports leading 0@4
            w2 reports following 0@4
            w1 vanishes
            w2 reports leading 0@5
            w1 reports following 0@5
            w1 vanishes
            w1 reports following 0@5
            w2 stalls
            ask 1 price 0 60000ms
            wait 300ms
            ----
            w2 is asked to lead 0 after 4
            1 to w2
            w1 is asked to lead 0 after 5
            1 to w1
            """)
    }
}
