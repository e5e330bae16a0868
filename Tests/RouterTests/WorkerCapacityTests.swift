// Worker names are free, and every pod of a cluster that is rolled out again has a new one.

import Domain
import RouterCore
import Testing

@Suite struct WorkerCapacityTests {
    private func report(_ name: String) -> WorkerReport {
        WorkerReport(
            name: name, isReady: true, modelVersion: 1, catalogueProducts: 1, broadcastIndex: 1, answered: 0,
            problem: "")
    }

    @Test func aNewWorkerTakesThePlaceOfTheGoneOneThatWasHeardLongestAgo() {
        var now = MonotonicInstant(microseconds: 1_000_000_000)
        var actions: [RouterAction] = []
        var core = RouterCore(
            RouterConfiguration(
                cluster: "farthing", name: "r1", partitions: 4, replicas: 2, inFlightCapacity: 4,
                heartbeatMicroseconds: 50_000, suspectAfterMicroseconds: 500_000),
            now: now)
        for number in 0..<RouterCore.workerCapacity {
            #expect(core.workerReported(report("w\(number)"), connection: 1, now: now, into: &actions) == number)
            now.microseconds += 1
        }
        #expect(core.workerReported(report("new"), connection: 1, now: now, into: &actions) == nil)
        core.workerVanished(7, now: now, into: &actions)
        core.workerVanished(3, now: now, into: &actions)
        #expect(
            core.workerReported(report("new"), connection: 1, now: now, into: &actions) == nil, "they may come back")
        now.microseconds += 10_000_000
        #expect(core.workerReported(report("new"), connection: 1, now: now, into: &actions) == 3)
        #expect(core.name(ofWorker: 3) == "new")
        #expect(core.workerReported(report("w5"), connection: 1, now: now, into: &actions) == 5)
        #expect(core.workerReported(report("newer"), connection: 1, now: now, into: &actions) == 7)
        #expect(core.workerReported(report("newest"), connection: 1, now: now, into: &actions) == nil)
    }
}
