import Client
import Domain
import Foundation
import Testing

/// From observations to prices that stand still, through the commands that an operator's timer runs.
@Suite(.serialized) struct FreezeClusterTests {
    /// Thirty steady days of a competitor's prices; on the last one `milk` has lost its decimal point.
    private func observations(lastDay: Date) -> String {
        (0..<30).reduce("item,time,competitor_price\n") { text, day in
            let time = lastDay.addingTimeInterval(-86_400 * Double(29 - day)).formatted(.iso8601.year().month().day())
            let wobble = Double(day % 3) * 0.05
            let milk = day == 29 ? 0.1 : 9.9 + wobble
            return text + "milk,\(time),\(milk)\neggs,\(time),\(2.9 + wobble)\nunheard of,\(time),\(milk)\n"
        }
    }

    private func line(_ client: PricingClient, _ user: String, _ product: String = "milk") throws -> QuotedLine {
        try client.price(cart(user, [product])).value.quote.lines[0]
    }

    /// Every worker has read the broadcast log as far as the freeze.
    private func waitUntilRead(_ client: PricingClient, frozen: UInt64) throws {
        try wait(for: "every worker to know of \(frozen) freezes") {
            try client.status().value.workers.allSatisfy { $0.report.isReady && $0.report.frozenProducts == frozen }
        }
    }

    @Test func anAlarmFreezesPricesUntilTheyAreThawedWhateverDies() throws {
        let (cluster, first) = try quickShop()
        var client = first
        let shoppers = (0..<12).map { "s\($0)" }
        let shown = try shoppers.map { try line(client, $0).personalPrice }
        #expect(shown.allSatisfy { $0 < Money(minorUnits: 1_000) })

        // The alarm.
        let input = cluster.folder.appending(path: "observations.csv").path
        let alarms = cluster.folder.appending(path: "alarms.csv").path
        try observations(lastDay: Date()).write(toFile: input, atomically: true, encoding: .utf8)
        let learned = try Executable.run("farthing", ["learn", "anomalies", "--input", input, "--out", alarms])
        #expect(learned.status == 0, "\(learned.errors)")
        let frozen = try cluster.farthing(["freeze", "--alarms", alarms, "--tenant", tenant])
        #expect(frozen.status == 1, "one product is not in the catalogue: \(frozen.errors)")
        #expect(frozen.output.contains("milk is frozen until"))
        #expect(frozen.output.contains("unheard of is not in the catalogue of \(tenant)"))
        #expect(!frozen.output.contains("eggs"))
        let again = try cluster.farthing(["freeze", "--alarms", alarms, "--tenant", tenant])
        #expect(again.output.contains("1 left as they are, frozen for as long already"))
        try waitUntilRead(client, frozen: 1)
        #expect(try cluster.journalText().contains("prices of \(tenant)/milk are frozen until"))
        #expect(try cluster.farthing(["status"]).output.contains("prices of 1 product are frozen"))

        // Nothing moves: not with another model, not for newcomers, not after everything was killed.
        let next = try cluster.write(try bundle(version: 4, products: ["milk", "eggs"], slope: 5), as: "next.bundle")
        _ = try client.activate(path: next)
        try wait(for: "the model") { try client.status().value.workers.allSatisfy { $0.report.modelVersion == 4 } }
        func expectFrozen() throws {
            for (shopper, price) in zip(shoppers, shown) {
                let line = try line(client, shopper)
                #expect(line.personalPrice == price)
                #expect(line.reasons.contains(.frozen))
            }
            #expect(try line(client, "newcomer").personalPrice == Money(minorUnits: 1_000))
            #expect(try !line(client, "newcomer", "eggs").reasons.contains(.frozen))
        }
        try expectFrozen()
        // What was shown and is not in the log yet dies with its worker.
        try wait(for: "what was shown to be logged") {
            try cluster.states().reduce(0) { $0 + Int($1.shoppers) } == shoppers.count + 1
        }
        try cluster.kill()
        try cluster.start()
        client = try cluster.client()
        try waitUntilRead(client, frozen: 1)
        try expectFrozen()
        let listed = try cluster.farthing(["freezes", "--tenant", tenant, "--json"]).output
        #expect(listed.contains("\"product\":\"milk\",\"reason\":\"competitor price, decimal slip"))

        // The thaw.
        let thawed = try cluster.farthing(["thaw", "--product", "milk", "--tenant", tenant])
        #expect(thawed.output == "prices move again: milk\n")
        try waitUntilRead(client, frozen: 0)
        #expect(try cluster.farthing(["freezes", "--tenant", tenant]).output == "no prices are frozen\n")
        for (shopper, price) in zip(shoppers + ["newcomer"], shown + [Money(minorUnits: 1_000)]) {
            #expect(try line(client, shopper).personalPrice < price)
        }
    }

    @Test func whatCannotBeFrozenIsRefusedByItsPlace() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let client = try cluster.client()
        _ = try client.send(catalogue: [row("milk", list: 1_000, cost: 500)], tenant: tenant, currency: dollars)
        for (end, why) in [
            ("yesterday", "--until"), ("2020-01-01T00:00:00Z", "--until"), ("2999-01-01T00:00:00Z", "year"),
        ] {
            let result = try cluster.farthing(
                ["freeze", "--product", "milk", "--tenant", tenant, "--until", end, "--reason", "r"])
            #expect(result.status == 1)
            #expect(result.errors.contains(why), "\(result.errors)")
        }
        let long = String(repeating: "é", count: 101)
        for (reason, code) in [("", RefusalCode.invalidFreeze), ("a\nb", .invalidFreeze), (long, .invalidIdentifier)] {
            let error = #expect(throws: ClientError.self) {
                try client.freeze("milk", of: tenant, until: now().adding(milliseconds: 60_000), because: reason)
            }
            guard case .refused(let refusal)? = error else { continue }
            #expect(refusal.code == code && refusal.place == "reason")
        }
        #expect(try client.freezes(of: tenant).isEmpty)
        // Known the moment that it is acknowledged, whoever answers.
        _ = try client.freeze("milk", of: tenant, until: now().adding(milliseconds: 60_000), because: "r")
        #expect(try client.freezes(of: tenant).map(\.product) == ["milk"])
    }
}
