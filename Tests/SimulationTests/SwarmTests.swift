// Whole clusters. What a seed finds here is replayed with `farthing simulate --seed N --hours 0.025`.

import Simulation
import Testing

@Suite struct SwarmTests {
    private static let microseconds: UInt64 = 90_000_000

    @Test func twoHundredClustersKeepTheirPromises() {
        let summary = Campaign(seeds: 1..<201, microseconds: Self.microseconds, jobs: 2).run()
        #expect(summary.failures.compactMap { "seed \($0.seed): \($0.violation?.description ?? "")" } == [])
        #expect(summary.runs == 200)
        // A run in which nothing happens proves nothing.
        #expect(summary.counts.acknowledgedEvents > 10_000)
        for kind in FaultKind.allCases { #expect(summary.counts.faults[kind] != nil, "\(kind) never happened") }
    }

    @Test(arguments: [3, 14, 15] as [UInt64]) func oneSeedGivesTheSameRunEveryTime(seed: UInt64) {
        func run() -> RunReport { SimulatedCluster(Scenario(seed: seed)).run(microseconds: Self.microseconds) }
        let one = run()
        let other = run()
        #expect(one.digest == other.digest)
        #expect(one.counts.events == other.counts.events)
        #expect(one.microseconds == other.microseconds)
    }

    @Test func recordingATraceChangesNothing() {
        let silent = SimulatedCluster(Scenario(seed: 9)).run(microseconds: Self.microseconds)
        let cluster = SimulatedCluster(Scenario(seed: 9), recordedLines: 1_000)
        #expect(cluster.run(microseconds: Self.microseconds).digest == silent.digest)
        #expect(!cluster.trace.recorded.isEmpty)
    }

    @Test func anotherSeedIsAnotherRun() {
        let one = SimulatedCluster(Scenario(seed: 4)).run(microseconds: 10_000_000)
        let other = SimulatedCluster(Scenario(seed: 5)).run(microseconds: 10_000_000)
        #expect(one.digest != other.digest)
    }

    @Test func aClusterWithoutFaultsAnswersNearlyEverything() {
        var scenario = Scenario(seed: 21)
        scenario.faults = FaultMix()
        let report = SimulatedCluster(scenario).run(microseconds: Self.microseconds)
        #expect(report.violation == nil)
        #expect(report.counts.answered * 100 >= report.counts.calls * 95)
        #expect(report.counts.faults.isEmpty)
    }

    @Test func aClusterThatNeverAnswersIsFoundOut() {
        var scenario = Scenario(seed: 22)
        scenario.faults = FaultMix()
        scenario.network.delay = 90_000_000...91_000_000
        let report = SimulatedCluster(scenario).run(microseconds: 1_000_000)
        #expect(report.violation?.invariant == .progress)
    }

    @Test func aFailureIsToldSoThatItCanBeReplayed() {
        var summary = Campaign.Summary()
        summary.add(
            RunReport(
                seed: 77, microseconds: 9_000_000, askedMicroseconds: 3_600_000_000, counts: RunCounts(), digest: 0,
                violation: Violation(
                    invariant: .userOrder, time: 9_000_000, request: 0, partition: nil, text: "made up")))
        let text = summary.text(wallSeconds: 1, cpuSeconds: 1)
        #expect(text.contains("violation: seed 77: UserOrder after 9.0 s: made up"))
        #expect(text.contains("replay: farthing simulate --seed 77 --hours 1.0"))
    }
}
