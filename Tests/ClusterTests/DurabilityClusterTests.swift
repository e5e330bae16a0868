import Client
import Domain
import Foundation
import Glibc
import Testing

/// What was acknowledged is still there, whatever ended the processes.
@Suite(.serialized) struct DurabilityClusterTests {
    /// Sends events of many shoppers; returns what was acknowledged.
    private func send(_ client: PricingClient, _ round: Int) throws -> [String: UInt32] {
        var acknowledged: [String: UInt32] = [:]
        for shopper in 0..<40 {
            let events = (0..<5).map { basket("r\(round)-\(shopper)-\($0)", weeksAgo: Int64($0), buying: ["milk"]) }
            let user = UserKey(tenant: tenant, user: "s\(shopper)")
            acknowledged[user.user, default: 0] += try client.send(events, of: user).value.accepted
        }
        return acknowledged
    }

    @Test func aCleanRestartComesBackToTheSameStates() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let client = try cluster.client()
        _ = try client.send(catalogue: [row("milk", list: 199, cost: 100)], tenant: tenant, currency: dollars)
        _ = try send(client, 1)
        let before = try cluster.states()
        #expect(cluster.stop() == 0)
        try cluster.start()
        let after = try cluster.states()
        #expect(before.map(\.index) == after.map(\.index))
        #expect(before.map(\.stateHash) == after.map(\.stateHash))
        #expect(zip(before, after).allSatisfy { $0.epoch < $1.epoch }, "a restart claims every partition anew")
    }

    @Test func killingEverythingLosesNothingAcknowledged() throws {
        let cluster = try TestCluster()
        for round in 1...5 {
            try cluster.start()
            let acknowledged = try send(try cluster.client(), round)
            #expect(acknowledged.values.reduce(0, +) == 200)
            let before = try cluster.states()
            try cluster.kill()
            try cluster.start()
            let after = try cluster.states()
            #expect(before.map(\.stateHash) == after.map(\.stateHash))
            // Every one of them is known: sent again, they are duplicates.
            let again = try send(try cluster.client(), round)
            #expect(again.values.allSatisfy { $0 == 0 })
            #expect(cluster.stop() == 0)
        }
    }

    @Test func aKilledWorkerIsStartedAgainAndTheOthersPriceMeanwhile() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let client = try cluster.client()
        _ = try client.send(catalogue: [row("milk", list: 199, cost: 100)], tenant: tenant, currency: dollars)
        let victim = try #require(try cluster.states().first).leader
        let users = (0..<64).map { "k\($0)" }
        let before = try cluster.states()
        #expect(Glibc.kill(try cluster.process(named: victim), SIGKILL) == 0)

        // Every request is answered: with a price, or with a refusal that says nothing was changed.
        let deadline = Date().addingTimeInterval(20)
        var isWhole = false
        while !isWhole {
            try #require(Date() < deadline, "\(victim) did not come back")
            isWhole = true
            for user in users {
                guard let refusal = try refusal(client, user) else { continue }
                #expect(refusal.code == .unavailable)
                #expect(refusal.code.isRetryable)
                isWhole = false
            }
        }
        #expect(try cluster.states().map(\.index).count == before.count)
        // The others price for it; it is back moments later.
        while try !client.status().value.workers.allSatisfy(\.report.isReady) {
            try #require(Date() < deadline, "\(victim) did not come back")
        }
    }

    /// How a price was refused; nil when there was one.
    private func refusal(_ client: PricingClient, _ user: String) throws -> Refusal? {
        do throws(ClientError) {
            _ = try client.price(cart(user, ["milk"]))
            return nil
        } catch {
            guard case .refused(let refusal) = error else { throw error }
            return refusal
        }
    }
}
