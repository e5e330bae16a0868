import Client
import Domain
import Foundation
import Glibc
import Testing

/// A running cluster obeys another cluster.yaml, or says why not; and it does not outlive its supervisor.
@Suite(.serialized) struct ReloadClusterTests {
    @Test func aBadFileChangesNothingAndSaysWhere() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let before = try cluster.processes()
        let good = try String(contentsOf: cluster.configuration, encoding: .utf8)

        try (good + "\npricng: {smoothing: 1}\n").write(to: cluster.configuration, atomically: true, encoding: .utf8)
        let line = good.split(separator: "\n", omittingEmptySubsequences: false).count + 1
        let misspelt = try cluster.farthing(["reload"])
        #expect(misspelt.status != 0)
        #expect(misspelt.errors.contains("cluster.yaml:\(line):1: unknown key “pricng”; did you mean “pricing”?"))

        // The supervisor itself refuses as well.
        try cluster.hangUp()
        try wait(for: "the supervisor to complain") { try cluster.journalText().contains("Nothing was changed") }

        try good.replacing("partitions: 16", with: "partitions: 32")
            .write(to: cluster.configuration, atomically: true, encoding: .utf8)
        let fixed = try cluster.farthing(["reload"])
        #expect(fixed.status != 0)
        #expect(fixed.errors.contains("cluster.partitions is “16” and cannot become “32”"))
        #expect(try cluster.processes() == before)
        #expect(try cluster.client().status().value.workers.allSatisfy(\.report.isReady))

        // Nor does a process that dies meanwhile read it.
        #expect(Glibc.kill(try #require(before["w2"]), SIGKILL) == 0)
        try wait(for: "w2 to be back") {
            try ![before["w2"], nil].contains(cluster.processIfAny(named: "w2"))
                && cluster.client().status().value.workers.allSatisfy(\.report.isReady)
        }
    }

    @Test func aReloadSaysWhatItWillDoAndDoesIt() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let before = try cluster.processes()
        try cluster.write(workers: 4)
        let plan = try cluster.farthing(["reload", "--dry-run"])
        #expect(plan.status == 0)
        #expect(plan.output.contains("workers.count is 4: add w4"))
        #expect(try cluster.processes() == before)

        #expect(try cluster.farthing(["reload"]).status == 0)
        #expect(try Set(cluster.processes().keys) == ["r1", "w1", "w2", "w3", "w4"])

        // Back to three, and another policy, by signal: workers read it one after the other.
        try cluster.write(extra: "pricing: {smoothing: 1}", workers: 3)
        try cluster.hangUp()
        try wait(for: "the reload to end") {
            try cluster.journalText().contains("reload: done") == true
                && (try cluster.processes()["w4"]) == nil
                && (try cluster.processes()["w3"]).map { $0 != before["w3"] } ?? false
        }
        let after = try cluster.processes()
        #expect(Set(after.keys) == ["r1", "w1", "w2", "w3"])
        #expect(after["r1"] == before["r1"])
    }

    @Test func whatACancelledReloadHasStartedIsKnownAndTakenBack() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let before = try cluster.processes()
        let copy = cluster.folder.appending(path: "log/running-cluster.yaml")
        let earlier = try String(contentsOf: copy, encoding: .utf8)
        try cluster.write(
            extra: "experiments: {salt: tests, control_share: 0%}\npricing: {smoothing: 0.91}")
        try cluster.hangUp()
        try wait(for: "w1 to be restarted") { try ![before["w1"], nil].contains(cluster.processIfAny(named: "w1")) }
        #expect(try cluster.farthing(["workers", "cancel"]).status == 0)

        // What dies from now on does not come back with the file that was abandoned.
        #expect(try String(contentsOf: copy, encoding: .utf8) == earlier)
        try cluster.write()
        let plan = try cluster.farthing(["reload", "--dry-run"])
        #expect(plan.output.contains("pricing changed: restart w1, one by one"))
        let restarted = try cluster.process(named: "w1")
        let reload = try cluster.farthing(["reload"])
        #expect(reload.status == 0, "\(reload.output)\n\(reload.errors)")
        let after = try cluster.processes()
        #expect(after["w1"] != restarted)
        for name in ["r1", "w2", "w3"] { #expect(after[name] == before[name]) }
        #expect(try cluster.farthing(["reload", "--dry-run"]).output.contains("nothing to start or stop"))
    }

    @Test func aCommandWithoutASupervisorNamesThePathAndTheRemedy() throws {
        let cluster = try TestCluster()
        let result = try cluster.farthing(["workers"])
        #expect(result.status != 0)
        #expect(result.errors.contains("log/supervisor.sock is not there"))
        #expect(result.errors.contains("farthing up"))
    }

    @Test func aKilledSupervisorLeavesNoProcessBehind() throws {
        let cluster = try TestCluster(routers: 2)
        try cluster.start()
        let children = try cluster.killSupervisor()
        #expect(children.count == 5)
        try wait(for: "its children to end") { children.allSatisfy(hasEnded) }
        // The next one takes over the socket that was left there.
        try cluster.start()
        #expect(try cluster.farthing(["workers"]).status == 0)
        #expect(cluster.stop() == 0)
    }

    @Test func aKilledWorkerIsStartedAgainAndShownSo() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let victim = try cluster.process(named: "w2")
        #expect(Glibc.kill(victim, SIGKILL) == 0)
        try wait(for: "w2 to be back") {
            try ![victim, nil].contains(cluster.processIfAny(named: "w2"))
                && cluster.client().status().value.workers.allSatisfy(\.report.isReady)
        }
        let shown = try cluster.farthing(["workers"])
        #expect(shown.output.contains("was ended by signal 9"))
    }
}
