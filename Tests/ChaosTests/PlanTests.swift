import Chaos
import Configuration
import Domain
import Foundation
import Testing

struct PlanTests {
    @Test func aPlanIsReadWithItsDefaults() throws {
        let plan = try ChaosPlan.parse(
            yaml: """
                seed: 7
                load: {rate: 3000/s, mix: {price: 80%, events: 20%, verify: 0%}}
                faults:
                  - {action: kill, worker: leader-of:3, every: 3s, jitter: 1s, times: 30}
                  - {action: stop, router: r1, at: 500ms, for: 2s, name: pause}
                """, source: "plan")
        #expect(plan.seed == 7)
        #expect(plan.cluster == ClusterShape())
        #expect(plan.load.rate == .perSecond(3_000))
        #expect(plan.load.deadline == .seconds(2))
        let kill = try #require(plan.faults.first)
        #expect(kill.action == .kill)
        #expect(kill.target == .worker(.leader(of: PartitionID(3))))
        #expect(kill.at == .seconds(3))
        #expect(kill.times == 30)
        #expect(plan.faults[1].action == .stop(for: .seconds(2)))
        #expect(plan.faults[1].target == .router(.named("r1")))
        #expect(plan.faults[1].name == "pause")
        #expect(plan.faults[1].every == nil)
    }

    @Test func aPlanThatBreaksLinksGoesThroughTheProxyUnasked() throws {
        let plan = try ChaosPlan.parse(yaml: "faults: [{action: reset, worker: w1}]", source: "plan")
        #expect(plan.cluster.network == .proxy)
        #expect(plan.faults[0].target == .links(worker: .named("w1"), router: .all))
    }

    @Test func aRouterWithoutAWorkerMeansTheLinksOfItsClients() throws {
        let plan = try ChaosPlan.parse(yaml: "faults: [{action: cut, router: any, for: 1s}]", source: "plan")
        #expect(plan.faults[0].target == .clientLinks(router: .any))
        #expect(plan.faults[0].action == .cut(.both, for: .seconds(1)))
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var yaml: String
        var line: String
        var testDescription: String { line }

        init(_ yaml: String, _ line: String) {
            self.yaml = yaml
            self.line = line
        }
    }

    @Test(arguments: [
        Mistake("seed: 1", "1:1: faults is missing; give a list of what shall happen"),
        Mistake("faults: 3", "1:9: faults is “3”; expected a list of what shall happen"),
        Mistake("faults: []\nfalts: []", "2:1: unknown key “falts”; did you mean “faults”?"),
        Mistake("faults:\n  - {worker: any}", "2:5: faults[0].action is missing; give one of"),
        Mistake("faults:\n  - {action: explode}", "2:14: faults[0].action is “explode”; expected one of kill, "),
        Mistake("faults:\n  - {action: stop}", "2:5: faults[0].for is missing; give a duration from 1ms to 1h"),
        Mistake("faults:\n  - {action: kill, for: 1s}", "2:20: unknown key “for”; known here: action, at, every, "),
        Mistake(
            "faults:\n  - {action: kill, worker: 3}",
            "2:28: faults[0].worker is “3”; expected any, the name of a worker such as w2, or leader-of:3"),
        Mistake(
            "faults:\n  - {action: kill, worker: w1, router: r1}",
            "2:40: faults[0] names two victims; make two faults of it"),
        Mistake(
            "faults:\n  - {action: kill, times: 3}",
            "2:5: faults[0].times is 3 without faults[0].every; say how far apart"),
        Mistake(
            "load: {rate: fast}\nfaults: []",
            "1:14: load.rate is “fast”; expected a share of capacity such as 70%, or requests a second such as 3000/s"),
        Mistake("load:\n  mix: {price: 95%}\nfaults: []", "2:8: load.mix adds up to 105.0%; make it 100%"),
        Mistake(
            "cluster:\n  network: loopback\nfaults: [{action: reset}]",
            "2:12: cluster.network is loopback, where nothing can reset; leave it out"),
        Mistake(
            "cluster:\n  network: namespaces\nfaults: [{action: reset}]",
            "2:12: cluster.network is namespaces, where only whole cables of workers can be cut, not “reset worker any”; use proxy"
        ),
        Mistake(
            "faults: [{action: fill-disk, for: 1s}]",
            "1:1: cluster.log_size is missing; fill-disk needs one, such as 64MiB"),
        Mistake(
            "faults: [{action: throttle, rate: 10, for: 1s}]",
            "1:35: faults[0].rate is “10”; expected a rate from 1KiB/s to 1048576KiB/s"),
        Mistake(
            "cluster: {log_size: 1GiB}\nfaults: []",
            "1:21: cluster.log_size is “1GiB”; expected a size from 8MiB to 4096MiB"),
    ])
    func aMistakeIsReportedWithItsPlaceAndItsRemedy(_ mistake: Mistake) throws {
        let error = try #require(throws: ConfigurationError.self) {
            try ChaosPlan.parse(yaml: mistake.yaml, source: "plan")
        }
        let lines = error.problems.map { problem in
            (problem.place.map { "\($0.line):\($0.column): " } ?? "") + problem.message
        }
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix(mistake.line) == true, "\(lines)")
    }

    @Test func everyPlanThatIsDeliveredIsRead() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "deploy/chaos")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(names.count >= 8)
        for name in names { #expect(throws: Never.self) { try ChaosPlan.load(path: folder.path + "/" + name) } }
    }
}

struct TimelineTests {
    private func plan(_ faults: String, seed: Int = 1) throws -> ChaosPlan {
        try ChaosPlan.parse(yaml: "seed: \(seed)\nfaults:\n\(faults)", source: "plan")
    }

    @Test func theSameSeedGivesTheSameTimeline() throws {
        let text = "  - {action: kill, every: 1s, jitter: 500ms}\n  - {action: stop, for: 1s, every: 2s}"
        let first = Timeline.faults(of: try plan(text), until: .seconds(30))
        #expect(first == Timeline.faults(of: try plan(text), until: .seconds(30)))
        #expect(first != Timeline.faults(of: try plan(text, seed: 2), until: .seconds(30)))
        #expect(first.map(\.at) == first.map(\.at).sorted())
    }

    @Test func repetitionsStopAtTheirNumberOrAtTheEnd() throws {
        let three = Timeline.faults(of: try plan("  - {action: kill, every: 1s, times: 3}"), until: .seconds(60))
        #expect(three.map(\.at) == [.seconds(1), .seconds(2), .seconds(3)])
        let all = Timeline.faults(of: try plan("  - {action: kill, at: 0s, every: 1s}"), until: .seconds(5))
        #expect(all.count == 5)
        #expect(Timeline.faults(of: try plan("  - {action: kill, at: 9s}"), until: .seconds(5)).isEmpty)
    }

    @Test func anotherFaultDoesNotMoveTheFirst() throws {
        let one = "  - {action: kill, every: 1s, jitter: 500ms}"
        let alone = Timeline.faults(of: try plan(one), until: .seconds(10))
        let together = Timeline.faults(of: try plan(one + "\n  - {action: kill, every: 700ms}"), until: .seconds(10))
        #expect(together.filter { $0.step == 0 } == alone)
    }
}
