// What a call does, told as scripts. See CallPlanScript for how to read them.

import ClientCore
import Domain
import Testing

struct CallPlanTests {
    private func expect(_ script: String, routers: Int, deadlineMilliseconds: UInt32 = 2_000) {
        var call = CallPlanScript(routers: routers, deadlineMilliseconds: deadlineMilliseconds)
        #expect(call.run(script) == script)
    }

    @Test func aCallGoesToOneRouterAndEndsWithItsAnswer() {
        expect(
            """
            0 call -> send A 2000
            0 time -> wait 100
            3 A answers -> answered
            4 A answers -> ignored
            """, routers: 3)
    }

    @Test func aSilentRouterIsFollowedByAnotherWithTheTimeThatIsLeft() {
        expect(
            """
            0 call -> send A 2000
            0 time -> wait 100
            100 time -> send B 1900
            100 time -> wait 200
            110 B answers -> answered
            """, routers: 2)
    }

    @Test func theFirstAnswerWinsWhoeverGivesIt() {
        expect(
            """
            0 call -> send A 2000
            100 time -> send B 1900
            100 time -> wait 200
            120 A answers -> answered
            121 B answers -> ignored
            """, routers: 2)
    }

    @Test func threeRequestsLeaveAtMostAndThenTheOutcomeIsUnknown() {
        expect(
            """
            0 call -> send A 2000
            100 time -> send B 1900
            200 time -> send C 1800
            200 time -> wait 300
            300 time -> wait 2250
            2000 time -> wait 2250
            2250 time -> unknown
            2251 C answers -> ignored
            """, routers: 4)
    }

    @Test func patienceIsAShareOfTheDeadline() {
        expect(
            """
            0 call -> send A 200
            50 time -> send B 150
            """, routers: 2, deadlineMilliseconds: 200)
        expect(
            """
            0 call -> send A 30
            0 time -> wait 20
            20 time -> send B 10
            """, routers: 2, deadlineMilliseconds: 30)
    }

    @Test func aRouterThatRefusesForTheMomentIsFollowedByAnotherAtOnce() {
        expect(
            """
            0 call -> send A 2000
            1 A overloaded -> send B 1999
            2 B unavailable -> send C 1998
            3 C overloaded -> refused
            """, routers: 3)
    }

    @Test func twoRoutersThatRefuseAreGivenAPauseBeforeTheThirdAttempt() {
        expect(
            """
            0 call -> send A 2000
            1 A overloaded -> send B 1999
            2 B overloaded -> wait 42
            45 time -> send A 1955
            46 A answers -> answered
            """, routers: 2)
    }

    @Test func theOnlyRouterIsAskedAgainAfterPausesThatGrow() {
        expect(
            """
            0 call -> send A 2000
            1 A overloaded -> wait 24
            10 time -> wait 24
            25 time -> send A 1975
            26 A overloaded -> wait 66
            70 time -> send A 1930
            71 A overloaded -> refused
            """, routers: 1)
    }

    @Test func theOnlyRouterIsNotAskedTwiceBecauseItIsSilent() {
        expect(
            """
            0 call -> send A 2000
            100 time -> wait 2250
            1000 A answers -> answered
            """, routers: 1)
    }

    @Test func noPauseGoesBeyondTheDeadline() {
        expect(
            """
            0 call -> send A 10
            1 A overloaded -> refused
            """, routers: 1, deadlineMilliseconds: 10)
    }

    @Test func aRefusalOfTheRequestItselfIsTheAnswerAtOnce() {
        expect(
            """
            0 call -> send A 2000
            1 A nonsense -> answered
            """, routers: 2)
        expect(
            """
            0 call -> send A 2000
            100 time -> send B 1900
            101 B nonsense -> answered
            """, routers: 2)
    }

    @Test func whatOneRouterRefusesAnotherMayHaveDone() {
        expect(
            """
            0 call -> send A 2000
            100 time -> send B 1900
            101 B overloaded -> wait 124
            130 time -> send B 1870
            131 B overloaded -> wait 2250
            2250 time -> unknown
            """, routers: 2)
        expect(
            """
            0 call -> send A 2000
            100 time -> send B 1900
            101 B quarantined -> wait 2250
            500 A answers -> answered
            """, routers: 2)
    }

    @Test func aRequestThatIsQuarantinedIsNotTakenToAnotherRouter() {
        expect(
            """
            0 call -> send A 2000
            1 A quarantined -> answered
            """, routers: 3)
    }

    @Test func anOutcomeThatARouterCannotKnowIsAskedElsewhereAndStaysUnknown() {
        expect(
            """
            0 call -> send A 2000
            1 A unknown -> send B 1999
            2 B unavailable -> send C 1998
            3 C unavailable -> unknown
            """, routers: 3)
        expect(
            """
            0 call -> send A 2000
            1 A unknown -> send B 1999
            2 B answers -> answered
            """, routers: 2)
    }

    @Test func aRouterThatCannotBeSentToCostsNoAttempt() {
        expect(
            """
            0 call -> send A 2000
            0 A gone -> send B 2000
            0 B gone -> send C 2000
            0 C gone -> send D 2000
            0 time -> wait 100
            100 time -> send A 1900
            100 A gone -> send B 1900
            """, routers: 4)
    }

    @Test func withoutAnyRouterTheCallTriesAgainUntilItsDeadline() {
        expect(
            """
            0 call -> send A 20
            0 A gone -> send B 20
            0 B gone -> wait 1
            1 time -> send A 19
            1 A gone -> send B 19
            1 B gone -> wait 3
            3 time -> send A 17
            3 time -> wait 23
            23 time -> wait 270
            270 time -> unknown
            """, routers: 2, deadlineMilliseconds: 20)
        var call = CallPlanScript(routers: 1, deadlineMilliseconds: 5)
        let script = """
            0 call -> send A 5
            0 A gone -> wait 1
            5 time -> unknown
            """
        #expect(call.run(script) == script)
        #expect(!call.wasSent)
    }

    @Test func aDuplicateOfAnEarlierRefusalSaysNothingAboutALaterAttempt() {
        var routers = RouterPool(count: 1, seed: 0)
        var plan = CallPlan(deadlineMicroseconds: 2_000_000, at: CallPlanScript.start, seed: 1)
        func at(_ milliseconds: UInt64) -> MonotonicInstant {
            CallPlanScript.start.adding(microseconds: milliseconds * 1_000)
        }
        _ = plan.started(at: at(0), with: &routers)
        _ = plan.replied(.refused(.overloaded), to: 0, from: 0, at: at(1), with: &routers)
        for attempt in 1...2 {
            guard case .send(0, attempt, _) = plan.timeAdvanced(to: at(UInt64(attempt) * 200), with: &routers) else {
                Issue.record("attempt \(attempt) did not leave")
                return
            }
            // The first refusal comes once more.
            guard
                case .wait = plan.replied(
                    .refused(.overloaded), to: 0, from: 0, at: at(UInt64(attempt) * 200 + 1), with: &routers)
            else {
                Issue.record("a duplicate ended the call")
                return
            }
            if attempt == 1 {
                _ = plan.replied(.refused(.overloaded), to: 1, from: 0, at: at(202), with: &routers)
            }
        }
        #expect(plan.timeAdvanced(to: at(2_250), with: &routers) == .finish(.unknown))
    }
}
