import Client
import Domain
import Foundation
import Glibc
import Testing

/// A cluster grows, shrinks and starts again while checkouts run, and nobody notices.
@Suite(.serialized) struct ScalingClusterTests {
    private func startedCluster(routers: Int = 1) throws -> TestCluster {
        let cluster = try TestCluster(routers: routers)
        try cluster.start()
        _ = try cluster.client().send(
            catalogue: [row("milk", list: 199, cost: 100)], tenant: tenant, currency: dollars)
        return cluster
    }

    private func succeeds(_ cluster: TestCluster, _ arguments: String...) throws -> String {
        let result = try cluster.farthing(arguments)
        try #require(result.status == 0, "\(arguments): \(result.output)\n\(result.errors)")
        return result.output
    }

    /// Nothing failed, and every event that was acknowledged is known.
    private func checkNothingWasLost(_ tally: Load.Tally, _ cluster: TestCluster) throws {
        #expect(tally.failures.isEmpty)
        #expect(tally.prices > 0 && !tally.acknowledged.isEmpty)
        let client = try cluster.client()
        for number in tally.acknowledged {
            let (user, event) = Load.event(number)
            #expect(try client.send([event], of: user).value.accepted == 0, "event \(number) was lost")
        }
    }

    /// Every one of these leads partitions, and nobody else does. A worker that was thought dead for a moment, on a
    /// machine under load, leads again once it has been heard from for long enough.
    private func waitForLeaders(_ expected: Set<String>, _ cluster: TestCluster) throws {
        var leaders: Set<String> = []
        try wait(for: "\(expected.sorted()) to lead instead of \(leaders.sorted())") {
            leaders = try Set(cluster.states().map(\.leader))
            return leaders == expected
        }
    }

    @Test func anAddedWorkerTakesItsShareAndNoRequestFails() throws {
        let cluster = try startedCluster()
        let load = Load(cluster)
        try load.waitForPrices(100)
        _ = try succeeds(cluster, "workers", "add")
        try load.waitForPrices(100)
        try checkNothingWasLost(load.stop(), cluster)
        try waitForLeaders(["w1", "w2", "w3", "w4"], cluster)
        #expect(try cluster.client().status().value.workers.allSatisfy { $0.report.led > 0 })
        #expect(try succeeds(cluster, "verify").contains("every replica agrees"))
    }

    @Test func aDrainedWorkerEndsAndNoRequestFails() throws {
        let cluster = try startedCluster()
        let drained = try cluster.process(named: "w2")
        let load = Load(cluster)
        try load.waitForPrices(100)
        _ = try succeeds(cluster, "workers", "drain", "w2")
        #expect(hasEnded(drained))
        try load.waitForPrices(100)
        try checkNothingWasLost(load.stop(), cluster)
        try waitForLeaders(["w1", "w3"], cluster)
        #expect(try Set(cluster.processes().keys) == ["r1", "w1", "w3"])
        // Two replicas need two workers.
        let refused = try cluster.farthing(["workers", "drain", "w1"])
        #expect(refused.status != 0)
        #expect(refused.errors.contains("cluster.replicas"))
        // The next one gets the name that is free.
        _ = try succeeds(cluster, "workers", "add")
        try waitForLeaders(["w1", "w2", "w3"], cluster)
    }

    /// A quote is good wherever its shopper is moved to: each worker in turn gives all that it leads to the others.
    @Test func everyWorkerHonoursWhatEveryOtherHasPromised() throws {
        let cluster = try startedCluster()
        let client = try cluster.client()
        func leaders() throws -> [PartitionID: String] {
            try Dictionary(uniqueKeysWithValues: cluster.states().map { ($0.partition, $0.leader) })
        }
        /// Each of the three, of the sixteen partitions of shoppers.
        func waitForEveryoneToLeadThree() throws {
            try wait(for: "three workers to lead three partitions each") {
                let led = try leaders().filter { $0.key != .broadcast }.values
                return ["w1", "w2", "w3"].allSatisfy { name in led.count { $0 == name } >= 3 }
            }
        }
        try waitForEveryoneToLeadThree()
        let quotes = try (0..<64).map { number in
            let request = cart("shopper-\(number)", ["milk"])
            return (request.user, try client.price(request).value)
        }
        func leader(of user: UserKey, _ leaders: [PartitionID: String]) throws -> String {
            try #require(leaders[user.hash.partition(of: cluster.partitions)])
        }
        let issuers = try leaders()
        var honoured: Set<[String]> = []
        for drained in ["w1", "w2", "w3"] {
            _ = try succeeds(cluster, "workers", "drain", drained)
            let now = try leaders()
            for (user, signed) in quotes {
                let promised = try client.verify(token: signed.token, of: user).value
                #expect(promised.id == signed.quote.id && promised.total == signed.quote.total)
                #expect(promised.lines.map(\.unitPrice) == signed.quote.lines.map(\.unitPrice))
                honoured.insert([try leader(of: user, issuers), try leader(of: user, now)])
            }
            _ = try succeeds(cluster, "workers", "add")
            try waitForEveryoneToLeadThree()
        }
        let moved = honoured.filter { $0[0] != $0[1] }
        #expect(Set(moved.map { $0[0] }) == ["w1", "w2", "w3"], "whose quotes others were shown")
        #expect(Set(moved.map { $0[1] }) == ["w1", "w2", "w3"], "who was shown others' quotes")
    }

    @Test func aRollingRestartOfEverythingIsNotNoticed() throws {
        let cluster = try startedCluster(routers: 2)
        let before = try cluster.processes()
        #expect(Set(before.keys) == ["r1", "r2", "w1", "w2", "w3"])
        let load = Load(cluster)
        try load.waitForPrices(100)
        _ = try succeeds(cluster, "restart", "--rolling")
        try load.waitForPrices(100)
        try checkNothingWasLost(load.stop(), cluster)
        let after = try cluster.processes()
        #expect(before.keys == after.keys)
        #expect(before.allSatisfy { after[$0.key] != $0.value })
        #expect(try succeeds(cluster, "verify").contains("every replica agrees"))
    }

    @Test func whatWouldBeNoticedNeedsForce() throws {
        let cluster = try TestCluster(workers: 1)
        try cluster.start()
        let lastWorker = try cluster.farthing(["workers", "drain", "w1"])
        #expect(lastWorker.status != 0)
        #expect(lastWorker.errors.contains("last worker"))
        let onlyRouter = try cluster.farthing(["restart", "r1", "--rolling"])
        #expect(onlyRouter.status != 0)
        #expect(onlyRouter.errors.contains("only router"))
        let unknown = try cluster.farthing(["restart", "w7", "--rolling"])
        #expect(unknown.errors.contains("r1, w1"))
        let router = try cluster.process(named: "r1")
        _ = try succeeds(cluster, "restart", "r1", "--rolling", "--force")
        #expect(try cluster.process(named: "r1") != router)
        #expect(try succeeds(cluster, "workers").contains("w1"))
    }

    @Test func verifyFindsEqualStates() throws {
        let cluster = try startedCluster()
        for shopper in 0..<20 {
            let events = (0..<3).map { basket("v\(shopper)-\($0)", weeksAgo: Int64($0), buying: ["milk"]) }
            _ = try cluster.client().send(events, of: UserKey(tenant: tenant, user: "v\(shopper)"))
        }
        let text = try succeeds(cluster, "verify")
        #expect(text.contains("every replica agrees"))
        let json = try succeeds(cluster, "verify", "--json")
        let report = try JSONDecoder().decode(VerifyReport.self, from: Data(json.utf8))
        #expect(report.verdict == "equal")
        #expect(report.partitions.count == 17)
        #expect(report.partitions.allSatisfy { $0.agreeing >= 2 && $0.agreeing == $0.replicas.count })
    }

    private struct VerifyReport: Decodable {
        struct Partition: Decodable {
            var agreeing: Int
            var replicas: [String: String]
        }
        var verdict: String
        var partitions: [Partition]
    }
}
