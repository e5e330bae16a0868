import Client
import Domain
import Foundation
import Testing

/// The operator's command line, as an operator meets it.
@Suite(.serialized) struct CommandTests {
    @Test func aPortInUseIsSaidSoAndTheFirstClusterStaysUp() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let other = cluster.folder.appending(path: "other.yaml")
        try String(contentsOf: cluster.configuration, encoding: .utf8)
            .replacing("directory: \"log\"", with: "directory: \"other\"")
            .write(to: other, atomically: true, encoding: .utf8)
        let second = try Executable.run("farthing", ["up", "--config", other.path])
        #expect(second.status != 0)
        #expect(second.errors.contains("ADDRESS_IN_USE (301)"))
        #expect(second.errors.contains("choose another port in cluster.yaml"))
        #expect(try cluster.client().status().value.workers.allSatisfy(\.report.isReady))
    }

    @Test func validateNamesTheLineAndTheColumn() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "farthing-\(UUID()).yaml")
        try "cluster:\n  name: x\n  partitons: 4\n".write(to: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: path) }
        let text = try Executable.run("farthing", ["validate", path.path])
        #expect(text.status == 1)
        #expect(text.output.contains(":3:3: unknown key “partitons”; did you mean “partitions”?"))
        let json = try Executable.run("farthing", ["validate", path.path, "-o", "json"])
        #expect(json.output.contains("\"valid\":false"))
        let shipped = try Executable.run("farthing", ["validate", repository.appending(path: "cluster.yaml").path])
        #expect(shipped.status == 0)
    }

    @Test(arguments: [
        "up", "demo", "status", "quote", "import", "learn", "activate", "freeze", "thaw", "freezes", "validate",
    ])
    func everyCommandTeaches(_ command: String) throws {
        let help = try Executable.run("farthing", ["help", command])
        #expect(help.status == 0)
        #expect(help.output.contains("OVERVIEW"))
        #expect(help.output.contains("farthing"))
    }

    /// 1 says that a replica differs or a promise is broken, and nothing else.
    @Test func whatCouldNotBeCheckedIsStatusTwo() throws {
        let cluster = try TestCluster()
        let verify = try cluster.farthing(["verify"])
        #expect(verify.status == 2)
        #expect(verify.errors.contains("Is a cluster running there?"))
        let unreadable = try Executable.run("farthing", ["verify", "--config", "/nowhere.yaml"])
        #expect(unreadable.status == 2)
        #expect(unreadable.errors.contains("/nowhere.yaml"))

        let plan = cluster.folder.appending(path: "plan.yaml")
        try "faults: [{action: sing, at: 1s}]".write(to: plan, atomically: true, encoding: .utf8)
        let chaos = try Executable.run("farthing", ["chaos", "--plan", plan.path])
        #expect(chaos.status == 2)
        #expect(chaos.errors.contains("sing"))

        let trace = cluster.folder.appending(path: "nowhere/trace.txt").path
        let simulate = try Executable.run("farthing", ["simulate", "--hours", "0.001", "--trace", trace])
        #expect(simulate.status == 2)
        #expect(simulate.errors.contains("Error: "))
        // The command line itself is another matter.
        #expect(try Executable.run("farthing", ["chaos", "--plan", plan.path, "--seconds", "0"]).status == 64)
    }

    @Test func aClusterThatIsNotThereIsSaidSo() throws {
        let cluster = try TestCluster()
        let result = try cluster.farthing(["status"])
        #expect(result.status != 0)
        #expect(result.errors.contains("Is a cluster running there?"))
    }
}
