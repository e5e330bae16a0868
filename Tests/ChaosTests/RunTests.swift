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
            load: {rate: 400/s, users: 500, deadline: 20s, mix: {price: 60%, events: 35%, verify: 5%}}
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
            load: {rate: 200/s, users: 100, deadline: 20s, mix: {price: 60%, events: 40%, verify: 0%}}
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

    @Test func onlyWhatThisUserAloneCouldWriteIsTidiedUp() throws {
        // Folder by folder, each lists a process of its own to be killed.
        let own = try Bait("1-\(UUID())")
        let open = try Bait("2-\(UUID())")
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: open.folder.path)
        let linked = try Bait("3-\(UUID())", behindALink: true)
        var baits = [open, linked]
        if geteuid() == 0 {
            let foreign = try Bait("4-\(UUID())")
            try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: foreign.folder.path)
            baits.append(foreign)
        }
        defer { for bait in baits + [own] { bait.remove() } }

        // There are no programs: the run ends as soon as it has tidied up, and keeps its folder.
        let plan = try ChaosPlan.parse(yaml: "load: {rate: 50/s, users: 10}\nfaults: []", source: "plan")
        let options = ChaosOptions(duration: .seconds(1), programs: "/nowhere")
        var journal: [String] = []
        #expect(throws: (any Error).self) {
            try ChaosRun(plan, options, until: StopSignal()) { journal.append($0) }.run()
        }
        for bait in baits {
            #expect(bait.isAlive, "\(bait.folder.path)")
            #expect(FileManager.default.fileExists(atPath: bait.folder.path))
        }
        own.waitForEnd()
        #expect(!FileManager.default.fileExists(atPath: own.folder.path))

        let kept = try #require(journal.last { $0.hasPrefix("kept ") }?.dropFirst("kept ".count))
        defer { try? FileManager.default.removeItem(atPath: String(kept)) }
        let mode = try FileManager.default.attributesOfItem(atPath: String(kept))[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    /// A folder like that of a run that was killed, and a process that it lists.
    private struct Bait {
        let folder: URL
        private let target: URL
        private let process = Process()

        init(_ name: String, behindALink: Bool = false) throws {
            let parent = FileManager.default.temporaryDirectory
            folder = parent.appending(path: "farthing-chaos-" + name)
            target = behindALink ? parent.appending(path: "bait-\(UUID())") : folder
            try FileManager.default.createDirectory(
                at: target, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            if behindALink { try FileManager.default.createSymbolicLink(at: folder, withDestinationURL: target) }
            process.executableURL = URL(filePath: "/bin/sleep")
            process.arguments = ["600"]
            try process.run()
            let number = process.processIdentifier
            let stat = try String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
            let fields = stat[stat.index(after: try #require(stat.lastIndex(of: ")")))...].split(separator: " ")
            try "\(number) \(fields[19])\n".write(
                to: target.appending(path: "processes"), atomically: true, encoding: .utf8)
        }

        var isAlive: Bool { process.isRunning }

        func waitForEnd() { process.waitUntilExit() }

        func remove() {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
            for url in [folder, target] { try? FileManager.default.removeItem(at: url) }
        }
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
