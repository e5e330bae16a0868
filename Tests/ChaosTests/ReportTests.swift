import Chaos
import Domain
import Testing

struct ReportTests {
    /// A worker that leads everything dies at 100 ms; of its requests one waits, one fails, one never notices.
    private func report() throws -> ChaosReport {
        var story = Story()
        story.faults = [
            FaultRecord(
                name: "kill", kind: .kill, target: "w1", startedAt: Story.at(100), healedAt: Story.at(100),
                partitions: [story.shop.partition(ofShopper: 0)])
        ]
        story.acknowledged(0, [1], sent: 10)
        // Under way when it happened.
        story.acknowledged(0, [2], sent: 99)
        story.operations[1].endedAt = Story.at(160)
        // Sent after it, and the first to be answered.
        story.acknowledged(0, [3], sent: 120)
        story.operations[2].endedAt = Story.at(145)
        story.sent(1, [4], .refused(.unavailable, ""), sent: 130)
        story.sent(1, [5], .unknown(.answered), sent: 140)
        // After the window.
        story.acknowledged(0, [6], sent: 2_200)
        let plan = try ChaosPlan.parse(yaml: "faults: [{action: kill, every: 1s, name: kill}]", source: "plan")
        return ChaosReport(plan: plan, rate: 100, findings: story.findings, lateness: [], failures: [])
    }

    @Test func aWindowHoldsWhatMetTheFaultAndNothingElse() throws {
        let report = try report()
        let figure = try #require(report.faults.first)
        #expect(figure.requests == 4)
        #expect(figure.failed == 2)
        #expect(figure.unknown == 1)
        #expect(figure.refusals == ["UNAVAILABLE": 1])
        #expect(report.steady.count == 2)
        #expect(report.steadyFailed == 0)
        #expect(report.requests == 6)
        #expect(report.violations.isEmpty)
    }

    @Test func detectionIsTheFirstAnswerToWhatWasSentAfterTheFault() throws {
        let report = try report()
        let figure = try #require(report.faults.first)
        #expect(figure.detectionMicroseconds == 45_000)
        #expect(figure.longestMicroseconds == 61_000)
        #expect(figure.longestWriteMicroseconds == 61_000)
        #expect(figure.worst.first?.request == "client 0 request 1")
        #expect(figure.worst.first?.sentMicroseconds == -1_000)
        #expect(report.kinds.first?.repetitions == 1)
        #expect(report.kinds.first?.detection.max == 45_000)
    }

    /// Each kill makes answers three times as slow, on a machine that becomes half as fast after the second one.
    @Test func aFaultIsHeldAgainstTheTimeAroundIt() throws {
        var story = Story()
        story.faults = [10_000, 20_000, 40_000].map { (at: UInt64) in
            FaultRecord(name: "kill", kind: .kill, target: "w1", startedAt: Story.at(at), healedAt: Story.at(at))
        }
        func asks(from start: UInt64, _ took: UInt64) {
            for sent in start..<(start + 10) {
                story.acknowledged(0, [sent], sent: sent)
                story.operations[story.operations.count - 1].endedAt = Story.at(sent + took)
            }
        }
        asks(from: 9_000, 10)
        asks(from: 10_100, 30)
        asks(from: 13_000, 10)
        asks(from: 20_100, 60)
        asks(from: 23_000, 20)
        asks(from: 40_100, 60)
        let plan = try ChaosPlan.parse(yaml: "faults: [{action: kill, every: 1s, name: kill}]", source: "plan")
        let report = ChaosReport(plan: plan, rate: 100, findings: story.findings, lateness: [], failures: [])
        #expect(report.kinds[0].slowdowns == [3, 3, 3])
        #expect(report.steady.count == 30)
        #expect(report.text.contains("3.0 (3.0 to 3.0)"))
    }

    /// What was answered before a fault is of the time before it, also when a slow request was sent first.
    @Test func aSlowRequestMovesNoOtherPastTheFaultThatItMet() throws {
        var story = Story()
        story.faults = [10_000, 20_000].map { (at: UInt64) in
            FaultRecord(name: "kill", kind: .kill, target: "w1", startedAt: Story.at(at), healedAt: Story.at(at))
        }
        for (id, (sent, took)) in [
            (9_000, 1_500), (9_100, 50), (10_100, 30), (13_000, 20), (20_100, 60), (23_000, 20),
        ].enumerated() {
            story.acknowledged(0, [UInt64(id + 1)], sent: UInt64(sent))
            story.operations[id].endedAt = Story.at(UInt64(sent + took))
        }
        let plan = try ChaosPlan.parse(yaml: "faults: [{action: kill, every: 1s, name: kill}]", source: "plan")
        let report = ChaosReport(plan: plan, rate: 100, findings: story.findings, lateness: [], failures: [])
        #expect(report.kinds[0].slowdowns == [3, 30])
    }

    @Test func aPriceThatKnowsLessThanAnEarlierOneIsCold() throws {
        var story = Story()
        story.faults = [
            FaultRecord(
                name: "add", kind: .addWorker, target: "w4", startedAt: Story.at(100), healedAt: Story.at(200),
                partitions: [])
        ]
        // Nobody is known at first.
        story.priced(0, .segment, sent: 10)
        story.priced(0, .personal, sent: 20)
        story.priced(1, .list, sent: 30)
        story.priced(0, .segment, sent: 110)
        story.priced(0, .personal, sent: 120)
        story.priced(1, .list, sent: 130)
        story.priced(0, .list, sent: 3_000)
        // Sent before the first personal answer was there.
        story.priced(2, .personal, sent: 3_100)
        story.operations[7].endedAt = Story.at(3_120)
        story.priced(2, .segment, sent: 3_110)
        let plan = try ChaosPlan.parse(yaml: "faults: [{action: kill, every: 1s, name: add}]", source: "plan")
        let report = ChaosReport(plan: plan, rate: 100, findings: story.findings, lateness: [], failures: [])
        #expect(report.faults[0].cold == 1)
        #expect(report.kinds[0].cold == 1)
        #expect(report.steadyCold == 1)
    }

    @Test func theTextHasALineForEachKindOfFaultAndTheVerdict() throws {
        let text = try report().text
        #expect(text.contains("kill "))
        #expect(text.contains("refused during kill: UNAVAILABLE 1"))
        #expect(text.hasSuffix("every promise was kept"))
    }

    @Test(arguments: [
        ([], Spread([])), ([7], Spread([7])), ([3, 1, 2], Spread([1, 2, 3])),
    ]) func aSpreadDoesNotDependOnTheOrder(_ values: [UInt64], _ same: Spread) {
        #expect(Spread(values) == same)
    }

    @Test func percentilesAreNearestRanks() {
        let spread = Spread((1...1_000).map { UInt64($0) })
        #expect(spread.p50 == 500)
        #expect(spread.p99 == 990)
        #expect(spread.p999 == 999)
        #expect(spread.max == 1_000)
    }
}
