import Domain
import Supervision
import Testing

/// A fleet and what it asked for.
private struct Script {
    var fleet = Fleet(permanentFailureStatus: 78)
    private var nextProcess: Int32 = 100

    /// Reconciles; spawns succeed.
    mutating func settle(at milliseconds: UInt64) -> [FleetAction] {
        var actions: [FleetAction] = []
        fleet.reconcile(now: instant(milliseconds), into: &actions)
        for case .spawn(let name) in actions {
            nextProcess += 1
            fleet.started(name, process: nextProcess, now: instant(milliseconds))
        }
        return actions
    }

    mutating func dies(_ name: String, _ end: ProcessEnd = .signal(9), at milliseconds: UInt64) -> [FleetAction] {
        var actions: [FleetAction] = []
        guard let process = fleet[name]?.process else { return [] }
        fleet.ended(name, process: process, end, now: instant(milliseconds), into: &actions)
        return actions
    }
}

struct FleetTests {
    private func running(_ names: String...) -> Script {
        var script = Script()
        for name in names { script.fleet.add(name, .worker, now: instant(0)) }
        _ = script.settle(at: 0)
        return script
    }

    @Test func whatIsAddedIsStartedOnce() {
        var script = Script()
        script.fleet.add("w1", .worker, now: instant(0))
        #expect(script.settle(at: 0) == [.spawn("w1")])
        script.fleet.add("w1", .worker, now: instant(1))
        #expect(script.settle(at: 1).isEmpty)
        #expect(script.fleet.nextDeadline == nil)
    }

    @Test func whatDiesIsStartedAgainAfterAPauseThatGrowsUpToFiveSeconds() throws {
        var script = running("w1")
        var now: UInt64 = 0
        var pauses: [UInt64] = []
        for _ in 0..<9 {
            _ = script.dies("w1", at: now)
            let next = try #require(script.fleet.nextDeadline)
            pauses.append(next.microseconds(since: instant(now)) / 1_000)
            #expect(script.settle(at: now + pauses[pauses.count - 1] - 1).isEmpty)
            now += pauses[pauses.count - 1]
            #expect(script.settle(at: now) == [.spawn("w1")])
        }
        #expect(pauses == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
    }

    @Test func aLongLifeForgivesEarlierDeaths() throws {
        var script = running("w1")
        for death in 0..<3 {
            _ = script.dies("w1", at: UInt64(death) * 1_000)
            _ = script.settle(at: UInt64(death) * 1_000 + 999)
        }
        _ = script.dies("w1", at: 60_000)
        #expect(script.fleet.nextDeadline == instant(60_100))
    }

    @Test func aProcessThatCannotBeStartedIsTriedAgainWithTheSamePause() {
        var fleet = Fleet(permanentFailureStatus: 78)
        fleet.add("w1", .worker, now: instant(0))
        var actions: [FleetAction] = []
        fleet.reconcile(now: instant(0), into: &actions)
        fleet.startFailed("w1", because: "no memory", now: instant(0), into: &actions)
        #expect(fleet.nextDeadline == instant(100))
        #expect(actions.last == .warn("w1 could not be started: no memory; starting it again in 100 ms"))
        fleet.reconcile(now: instant(100), into: &actions)
        #expect(actions.last == .spawn("w1"))
    }

    @Test func aWorkerThatKeepsDyingIsSaidSo() throws {
        var script = running("w1")
        var said: [FleetAction] = []
        for death in 0..<4 {
            said += script.dies("w1", .status(1), at: UInt64(death) * 5_000)
            _ = script.settle(at: UInt64(death) * 5_000 + 4_999)
        }
        guard case .warn(let text)? = said.last else { throw Missing() }
        #expect(text.contains("w1 keeps dying: 4 times in a row"))
        #expect(text.contains("ended with status 1"))
        #expect(script.fleet["w1"]?.pause.keepsDying == true)
    }

    @Test func whatIsStoppedIsAskedOnceStaysStoppedAndCanBeForgotten() throws {
        var script = running("w1", "w2")
        script.fleet.stop("w1", now: instant(5))
        let process = try #require(script.fleet["w1"]?.process)
        #expect(script.settle(at: 5) == [.terminate("w1", process: process)])
        #expect(script.settle(at: 6).isEmpty)
        script.fleet.forget("w1")
        #expect(script.fleet["w1"] != nil, "it has not ended yet")
        #expect(script.dies("w1", .status(0), at: 7) == [.inform("w1 has ended")])
        #expect(script.settle(at: 60_000).isEmpty)
        script.fleet.forget("w1")
        #expect(script.fleet.members.map(\.name) == ["w2"])
    }

    @Test func whoeverDoesNotEndIsKilledOnce() throws {
        var script = running("w1")
        script.fleet.stop("w1", now: instant(0))
        _ = script.settle(at: 0)
        #expect(script.settle(at: 14_999).isEmpty)
        let process = try #require(script.fleet["w1"]?.process)
        #expect(script.settle(at: 15_000).last == .kill("w1", process: process))
        #expect(script.settle(at: 60_000).isEmpty)
        _ = script.dies("w1", at: 60_000)
        #expect(script.fleet["w1"]?.state == .stopped)
    }

    @Test func stoppedWhileItWaitedForItsNextStartItIsNotStarted() {
        var script = running("w1")
        _ = script.dies("w1", at: 10)
        script.fleet.stop("w1", now: instant(20))
        #expect(script.settle(at: 10_000).isEmpty)
        #expect(script.fleet["w1"]?.state == .stopped)
        script.fleet.start("w1", now: instant(10_001))
        #expect(script.settle(at: 10_001) == [.spawn("w1")])
    }

    @Test func wantedAgainWhileItEndsItIsStartedAtOnce() {
        var script = running("w1")
        script.fleet.stop("w1", now: instant(0))
        _ = script.settle(at: 0)
        script.fleet.start("w1", now: instant(1))
        _ = script.dies("w1", .status(0), at: 2)
        #expect(script.settle(at: 2) == [.spawn("w1")])
        #expect(script.fleet["w1"]?.pause.deaths == 0)
    }

    @Test func theEndOfAnEarlierProcessChangesNothing() {
        var script = running("w1")
        var actions: [FleetAction] = []
        script.fleet.ended("w1", process: 1, .signal(9), now: instant(1), into: &actions)
        script.fleet.ended("w9", process: 1, .signal(9), now: instant(1), into: &actions)
        #expect(actions.isEmpty)
        #expect(script.fleet["w1"]?.runningSince != nil)
    }

    @Test func namesAreTheFirstFreeOnesAndTheHighestGoFirst() {
        #expect(WorkerNames.free(3, besides: ["w1", "w3", "spare"]) == ["w2", "w4", "w5"])
        #expect(WorkerNames.free(-1, besides: []).isEmpty)
        #expect(WorkerNames.surplus(2, of: ["w10", "w2", "w9", "w1"]) == ["w10", "w9"])
        #expect(WorkerNames.surplus(-1, of: ["w1"]).isEmpty)
    }
}

struct Missing: Error {}
