import Client
import Domain
import Foundation
import Glibc
import Models
import Testing

/// What operators do to a cluster without meaning harm.
@Suite(.serialized) struct AdversityClusterTests {
    @Test func aPipeInPlaceOfABundleIsRefusedAndTheLogWritesOn() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let client = try cluster.client()
        let pipe = cluster.folder.appending(path: "pipe").path
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/stdin", "/dev/zero"] {
            let error = #expect(throws: ClientError.self) { try client.activate(path: path) }
            guard case .refused(let refusal)? = error else { continue }
            #expect(refusal.code == .modelRejected)
        }
        let rows = [row("milk", list: 100, cost: 50)]
        #expect(try client.send(catalogue: rows, tenant: tenant, currency: dollars).value.accepted == 1)
        #expect(cluster.stop() == 0)
    }

    @Test func aSecondClusterOnTheSameLogIsRefused() throws {
        let first = try TestCluster()
        try first.start()
        let second = try TestCluster(
            extra: "experiments: {control_share: 0%}", log: first.folder.appending(path: "log").path)
        let result = try second.farthing(["up"])
        #expect(result.status != 0)
        #expect(result.errors.contains("Another cluster runs on it"))
        #expect(try first.client().status().value.workers.allSatisfy(\.report.isReady))
    }

    @Test func anotherPartitionCountIsOneSentenceAndNotACrashLoop() throws {
        let first = try TestCluster()
        try first.start()
        #expect(first.stop() == 0)
        let second = try TestCluster(log: first.folder.appending(path: "log").path, partitions: 8)
        let started = Date()
        let result = try second.farthing(["up"])
        #expect(result.status != 0)
        #expect(result.errors.contains("trying again will not help"))
        #expect(Date().timeIntervalSince(started) < 30)
    }

    @Test func aWorkerThatRestartsAfterABundleAppearedPricesAgain() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let client = try cluster.client()
        _ = try cluster.write(try bundle(version: 4, products: ["milk"]))
        for name in ["w1", "w2", "w3"] {
            #expect(Glibc.kill(try cluster.process(named: name), SIGKILL) == 0)
            let deadline = Date().addingTimeInterval(20)
            var hasGone = false
            while true {
                let isReady = try client.status().value.workers.allSatisfy(\.report.isReady)
                hasGone = hasGone || !isReady
                if hasGone && isReady { break }
                try #require(Date() < deadline, "\(name) did not become ready again")
            }
        }
    }

    @Test func nobodyReadingTheJournalStopsNothing() throws {
        let cluster = try TestCluster()
        try cluster.start(standardError: FileHandle(forWritingAtPath: "/dev/full"))
        let client = try cluster.client()
        let victim = try cluster.process(named: "w1")
        #expect(Glibc.kill(victim, SIGKILL) == 0)
        let deadline = Date().addingTimeInterval(20)
        while try [victim, nil].contains(cluster.processIfAny(named: "w1"))
            || !client.status().value.workers.allSatisfy(\.report.isReady)
        {
            try #require(Date() < deadline, "w1 was not started again")
        }
        #expect(cluster.stop() == 0)
    }
}
