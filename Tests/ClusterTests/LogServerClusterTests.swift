import Client
import Domain
import Foundation
import Glibc
import JetStreamLog
import Log
import LogConformance
import NatsServers
import Testing

/// `farthing up --log jetstream`: a replicated log without another machine.
@Suite(.serialized) struct LogServerClusterTests {
    @Test func theServersOfTheLogAreStartedLookedAfterAndEndedLast() throws {
        let cluster = try TestCluster(partitions: 4)
        try cluster.start(["--log", "jetstream"])
        let client = try cluster.client()
        _ = try patiently {
            try client.send(catalogue: [row("milk", list: 199, cost: 100)], tenant: tenant, currency: dollars)
        }
        let user = UserKey(tenant: tenant, user: "j")
        let events = (0..<5).map { basket("j\($0)", weeksAgo: Int64($0), buying: ["milk"]) }
        let sent = try send(events, of: user, cluster)
        #expect(sent.accepted + sent.duplicates == 5)

        let servers = try cluster.logServers()
        #expect(servers.count == 3)
        #expect(Glibc.kill(servers[1], SIGKILL) == 0)
        let deadline = Date().addingTimeInterval(60)
        while try cluster.logServers().count < 3 || Set(cluster.logServers()) == Set(servers) {
            try #require(Date() < deadline, "the server was not started again")
        }
        // Without one of three the log goes on; what was acknowledged is known.
        #expect(try send(events, of: user, cluster).accepted == 0)

        let before = try patiently { try cluster.states() }
        let last = try cluster.logServers()
        #expect(cluster.stop() == 0)
        #expect(last.allSatisfy(hasEnded))
        try cluster.start(["--log", "jetstream"])
        #expect(try patiently { try cluster.states() }.map(\.stateHash) == before.map(\.stateHash))
        let verified = try cluster.farthing(["verify"])
        #expect(verified.status == 0, "\(verified.output)")
        #expect(cluster.stop() == 0)
    }

    /// Whoever remembers the old log must not take the new one for older.
    @Test func aReplicatedLogIsCopiedIntoFilesUnderAHigherEpoch() throws {
        let cluster = try TestCluster(partitions: 4)
        let servers = try NatsServers(
            directory: cluster.folder.appending(path: "nats").path, cluster: "tests", clientPorts: cluster.servers)
        try servers.start()
        defer { servers.stop() }
        try #require(servers.waitUntilReady(seconds: 60))
        let source = try JetStreamLog(servers: servers.urls, cluster: "tests", partitionCount: 4)
        let partition = PartitionID(1)
        var epoch: UInt64 = 0
        for _ in 0..<3 { epoch = try source.claim(partition, owner: "w1", after: epoch).epoch }
        let records = batch(5, seed: 1)
        try source.append(records, to: partition, epoch: epoch, expecting: 0)
        let snapshot = Snapshot(index: 4, epoch: epoch, stateHash: 9, bytes: Array("state".utf8))
        try source.saveSnapshot(snapshot, of: partition)

        let folder = cluster.folder.appending(path: "files").path
        let result = try cluster.farthing(["log", "copy", "--from", "jetstream", "--to", "embedded:\(folder)"])
        #expect(result.status == 0, "\(result.output)\n\(result.errors)")
        let copy = try SQLiteLog(directory: folder, cluster: "tests", partitionCount: 4)
        #expect(try copy.leadership(of: partition) == Leadership(epoch: 4, owner: "copy"))
        #expect(try copy.read(partition, after: 0, limit: 100).flatMap(\.records) == records)
        #expect(try copy.latestSnapshot(of: partition) == snapshot)
        // What was never claimed there is not claimed here.
        #expect(try copy.leadership(of: PartitionID(0)).epoch == 0)
    }

    /// Again and again while the servers elect leaders.
    private func patiently<Value>(_ ask: () throws -> Value) throws -> Value {
        let deadline = Date().addingTimeInterval(60)
        while true {
            do {
                return try ask()
            } catch let error as ClientError {
                try #require(Date() < deadline, "\(error)")
            }
        }
    }

    /// Again and again while the servers elect a leader.
    private func send(
        _ events: [(id: [UInt8], event: Event)], of user: UserKey, _ cluster: TestCluster
    ) throws -> EventAcknowledgement {
        try patiently { try cluster.client().send(events, of: user).value }
    }
}
