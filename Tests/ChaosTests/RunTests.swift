// Short runs against real processes.

import Chaos
import Domain
import Foundation
import Glibc
import Operations
import Testing

@Suite(.serialized) struct RunTests {
    /// The executables stand beside the test bundle.
    private static let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().path

    private func run(_ yaml: String, seconds: Int) throws -> (report: ChaosReport, journal: [String]) {
        let plan = try ChaosPlan.parse(yaml: yaml, source: "plan")
        let options = ChaosOptions(duration: .seconds(seconds), programs: Self.programs)
        var journal: [String] = []
        let report = try ChaosRun(plan, options, until: StopSignal()) { journal.append($0) }.run()
        return (report, journal)
    }

    @Test func nothingFailsWhileAWorkerDiesALeaderStopsAndARouterDies() throws {
        let (report, journal) = try run(
            """
            cluster: {workers: 3, routers: 2, partitions: 8}
            load: {rate: 400/s, users: 500, deadline: 5s, mix: {price: 60%, events: 35%, verify: 5%}}
            faults:
              - {action: kill, worker: any, at: 1s}
              - {action: stop, worker: "leader-of:3", for: 700ms, at: 4s}
              - {action: kill, router: any, at: 7s}
            """, seconds: 10)
        #expect(report.violations.isEmpty, "\(report.text)\n\(journal.joined(separator: "\n"))")
        #expect(report.failed == 0, "\(report.text)")
        #expect(report.faults.count == 3)
        #expect(report.faults.allSatisfy { $0.skipped == nil })
        #expect(report.requests > 2_000)
        #expect(report.acknowledgedEvents > 1_000)
        #expect(report.readBack.events >= report.acknowledgedEvents)
        #expect(report.readBack.tokens > 100)
        #expect(report.readBack.shoppers > 100)
        // Two replicas of each partition, and the broadcast partition everywhere.
        #expect(report.readBack.replicas >= 8 * 2 + 3)
    }

    @Test func whatIsCutHealsByItselfAndNothingIsLost() throws {
        let (report, journal) = try run(
            """
            cluster: {workers: 2, routers: 2, partitions: 4}
            load: {rate: 200/s, users: 100, deadline: 5s, mix: {price: 60%, events: 40%, verify: 0%}}
            faults:
              - {action: cut, worker: any, direction: to-router, for: 500ms, at: 500ms}
              - {action: reset, router: all, at: 2s}
            """, seconds: 4)
        #expect(report.violations.isEmpty, "\(report.text)\n\(journal.joined(separator: "\n"))")
        #expect(report.failed == 0, "\(report.text)")
    }

    @Test func aRunThatIsKilledIsTidiedUpAfterByTheNext() throws {
        let plan = FileManager.default.temporaryDirectory.appending(path: "chaos-\(UUID()).yaml")
        try """
        load: {rate: 50/s, users: 10}
        faults: [{action: stop, worker: any, at: 0s, for: 1h}]
        """.write(to: plan, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: plan) }
        let process = Process()
        process.executableURL = URL(filePath: Self.programs + "/farthing")
        process.arguments = ["chaos", "--plan", plan.path, "--seconds", "60"]
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        var heard = ""
        while !heard.contains("stop worker any: ") {
            let data = errors.fileHandleForReading.availableData
            try #require(!data.isEmpty, "\(heard)")
            heard += String(decoding: data, as: UTF8.self)
        }
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "farthing-chaos-\(process.processIdentifier)")
        let children = try processes(in: folder)
        #expect(children.count == 5)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        _ = try run("cluster: {workers: 1, routers: 1}\nload: {rate: 50/s, users: 10}\nfaults: []", seconds: 1)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        // The stopped one cannot have noticed that its parent was gone.
        for child in children { #expect(!isRunning(child), "\(child)") }
    }

    /// Number and start of each process that a run has noted.
    private func processes(in folder: URL) throws -> [String] {
        try String(contentsOf: folder.appending(path: "processes"), encoding: .utf8).split(separator: "\n")
            .map(String.init)
    }

    private func isRunning(_ process: String) -> Bool {
        let fields = process.split(separator: " ")
        let stat = (try? String(contentsOfFile: "/proc/\(fields[0])/stat", encoding: .utf8)) ?? ""
        return stat.split(separator: " ").contains(fields[1]) && !stat.contains(") Z ")
    }
}
