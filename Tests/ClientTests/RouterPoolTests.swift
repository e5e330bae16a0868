// What one call teaches the next.

import ClientCore
import Domain
import Testing

struct RouterPoolTests {
    private func at(_ milliseconds: UInt64) -> MonotonicInstant {
        CallPlanScript.start.adding(microseconds: milliseconds * 1_000)
    }

    /// Makes a call; returns the router that it goes to.
    private func call(_ routers: inout RouterPool, at now: MonotonicInstant) -> (router: Int, CallPlan) {
        var plan = CallPlan(deadlineMicroseconds: 2_000_000, at: now, seed: 1)
        guard case .send(let router, _, _) = plan.started(at: now, with: &routers) else {
            Issue.record("nothing was sent")
            return (-1, plan)
        }
        return (router, plan)
    }

    private func pool(_ count: Int) -> RouterPool {
        RouterPool(count: count, seed: CallPlanScript.seed(homeOf: count))
    }

    @Test func theNextCallsGoStraightToARouterThatAnswers() {
        var routers = pool(2)
        var (first, plan) = call(&routers, at: at(0))
        #expect(first == 0)
        _ = plan.timeAdvanced(to: at(100), with: &routers)
        #expect(routers.isSuspected(0))
        for milliseconds in stride(from: UInt64(100), to: 1_100, by: 100) {
            #expect(call(&routers, at: at(milliseconds)).router == 1)
        }
    }

    @Test func aSuspectedHomeIsTriedByOneCallAfterASecondThenTwoThenFour() {
        var routers = pool(2)
        var (_, plan) = call(&routers, at: at(0))
        _ = plan.timeAdvanced(to: at(100), with: &routers)
        var probes: [UInt64] = []
        for milliseconds in stride(from: UInt64(100), to: 20_000, by: 10) {
            let router = call(&routers, at: at(milliseconds)).router
            if router == 0 { probes.append(milliseconds) }
        }
        #expect(probes == [1_100, 3_100, 7_100, 15_100])
    }

    @Test func aRouterIsTrustedAgainOnceItAnswersEvenLate() {
        var routers = pool(2)
        var (_, plan) = call(&routers, at: at(0))
        _ = plan.timeAdvanced(to: at(100), with: &routers)
        #expect(plan.replied(.answered(.list), to: 1, from: 1, at: at(101), with: &routers) == .finish(.answered))
        #expect(call(&routers, at: at(102)).router == 1)
        routers.heard(from: 0, at: at(103))
        #expect(!routers.isSuspected(0))
        #expect(call(&routers, at: at(104)).router == 0)
    }

    @Test func aRouterThatAnswersOthersIsNotSuspectedForOneSlowRequest() {
        var routers = pool(2)
        var (_, slow) = call(&routers, at: at(0))
        routers.heard(from: 0, at: at(50))
        guard case .send(1, 1, _) = slow.timeAdvanced(to: at(100), with: &routers) else {
            Issue.record("the slow request was not taken to the other router")
            return
        }
        #expect(!routers.isSuspected(0))
    }

    @Test func whenAllAreSuspectedCallsStillGoOut() {
        var routers = pool(2)
        var (_, plan) = call(&routers, at: at(0))
        _ = plan.timeAdvanced(to: at(100), with: &routers)
        _ = plan.timeAdvanced(to: at(200), with: &routers)
        #expect(routers.isSuspected(0) && routers.isSuspected(1))
        #expect(call(&routers, at: at(201)).router == 0)
    }

    @Test func differentClientsHaveDifferentHomes() {
        let homes = (0..<300 as Range<UInt64>).map { RouterPool(count: 3, seed: $0).home }
        for home in 0..<3 { #expect((60...140).contains(homes.count { $0 == home })) }
    }

    /// The law of the budget: retries ≤ burst + a fifth of the calls, whatever happens.
    @Test(arguments: [1, 2, 5])
    func retriesAreAFifthOfTheCallsAtMostInTheLongRun(count: Int) {
        var routers = pool(count)
        var sends = 0
        let calls = 1_000
        for number in 0..<calls {
            let begin = at(UInt64(number) * 10_000)
            var plan = CallPlan(deadlineMicroseconds: 2_000_000, at: begin, seed: UInt64(number))
            var decision = plan.started(at: begin, with: &routers)
            var now = begin
            loop: while true {
                switch decision {
                case .send(let router, let attempt, _):
                    sends += 1
                    decision = plan.replied(
                        .refused(.overloaded), to: attempt, from: router, at: now, with: &routers)
                case .wait(let until):
                    now = until
                    decision = plan.timeAdvanced(to: now, with: &routers)
                case .finish(let ending):
                    #expect(ending == .refused)
                    break loop
                case .ignore: break loop
                }
            }
        }
        #expect(sends - calls <= 10 + calls / 5)
        #expect(sends - calls >= calls / 5 - 10)
    }

    @Test func asManyCallsAsAreUnderWayCanMoveTogether() {
        var routers = pool(2)
        routers.cover(calls: 200)
        var plans = (0..<200).map { _ in call(&routers, at: at(0)).1 }
        let moved = plans.indices.count { index in
            if case .send(1, 1, _) = plans[index].timeAdvanced(to: at(100), with: &routers) { true } else { false }
        }
        #expect(moved == 200)
    }
}
