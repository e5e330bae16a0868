import Client
import Domain
import Foundation
import Glibc
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
