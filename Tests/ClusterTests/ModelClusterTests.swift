import Client
import Domain
import Features
import Foundation
import Glibc
import Models
import Testing

/// A model file is outside data: a bad one leaves the last good one serving.
@Suite(.serialized) struct ModelClusterTests {
    @Test func aBadBundleIsRefusedAndTheLastGoodOneServesOn() throws {
        let cluster = try TestCluster()
        let good = try bundle(version: 5, products: ["milk"])
        let path = try cluster.write(good)
        try cluster.start()
        let client = try cluster.client()
        #expect(try versions(client) == [5, 5, 5])

        var flipped = good.encode()
        flipped[flipped.count / 2] ^= 0x40
        var older = good.encode()
        older[4] = 0
        let column = try #require(FeatureSchema.names.first)
        let damaged: [(String, Data)] = [
            ("flipped", Data(flipped)), ("truncated", Data(good.encode().dropLast(9))), ("empty", Data()),
            ("not a model", Data("hello".utf8)), ("older", Data(older)),
            ("not a number", try replacing(bytes(of: -2), by: bytes(of: .nan), in: good.encode())),
            ("another column", try replacing(Array(column.utf8), by: Array("?".utf8), in: good.encode())),
            ("too large", Data(count: ModelBundle.largestBytes + 1)),
        ]
        for (name, bytes) in damaged {
            let file = cluster.folder.appending(path: name)
            try bytes.write(to: file)
            try expectRejected(client, file.path, name)
        }
        try expectRejected(client, cluster.folder.appending(path: "missing").path, "missing")
        try expectRejected(client, cluster.folder.path, "a folder")
        #expect(try versions(client) == [5, 5, 5])

        // The operator's file may vanish: what was activated is kept beside the log.
        try FileManager.default.removeItem(atPath: path)
        #expect(cluster.stop() == 0)
        try cluster.start()
        #expect(try versions(try cluster.client()) == [5, 5, 5])
    }

    @Test func activatingReplacesTheModelOnEveryWorker() throws {
        let cluster = try TestCluster()
        try cluster.start()
        let client = try cluster.client()
        #expect(try versions(client) == [0, 0, 0])
        let path = try cluster.write(try bundle(version: 9, products: ["milk"]), as: "next.bundle")
        #expect(try client.activate(path: path).value.version == 9)
        try wait(for: "every worker to follow the activation") { try versions(client) == [9, 9, 9] }
    }

    /// Tried as a shadow, then on a share, promoted, and left again: with the commands that an operator has.
    @Test func aModelIsTriedPromotedAndLeftAgain() throws {
        let cluster = try TestCluster()
        _ = try cluster.write(try bundle(version: 5, products: ["milk"]))
        try cluster.start()
        var client = try cluster.client()
        _ = try client.send(catalogue: [row("milk", list: 199, cost: 100)], tenant: tenant, currency: dollars)
        let next = try cluster.write(try bundle(version: 6, products: ["milk"]), as: "next.bundle")

        let shadow = try models(cluster, "try", next)
        #expect(shadow.trial?.version == 6 && shadow.trial?.share == 0 && shadow.trial?.workers == 3)
        #expect(try pricedBy(client) == [5])
        let early = try cluster.farthing(["models", "promote"])
        #expect(early.status == 1 && early.errors.contains("lines have been compared"))
        for number in 0..<200 { _ = try client.price(cart("c\(number)", ["milk"])) }
        try wait(for: "carts to be compared") { try models(cluster).trial?.lines ?? 0 > 0 }

        // The same shoppers, after everything was killed, too.
        #expect(try models(cluster, "try", "--share", "40%").trial?.share == 0.4)
        let canaries = try shoppersPricedBy(6, client)
        #expect((5...35).contains(canaries.count))
        try cluster.kill()
        try FileManager.default.removeItem(atPath: next)
        try cluster.start()
        client = try cluster.client()
        try wait(for: "the trial to be loaded again") { try models(cluster).trial?.workers == 3 }
        #expect(try shoppersPricedBy(6, client) == canaries)

        let promoted = try models(cluster, "promote", "--force")
        #expect(promoted.serving.map(\.version) == [6] && promoted.trial == nil && promoted.previous?.version == 5)
        #expect(try pricedBy(client) == [6])
        let back = try models(cluster, "rollback")
        #expect(back.serving.map(\.version) == [5] && back.previous == nil)
        #expect(try pricedBy(client) == [5])
        #expect(try models(cluster).kept.map(\.version).sorted() == [5, 6])
        let further = try cluster.farthing(["models", "rollback"])
        #expect(further.status != 0 && further.errors.contains("No model served before"))
    }

    /// A kept copy that was damaged is refused by name, and nothing changes.
    @Test func whatIsNotKeptCannotBeServed() throws {
        let cluster = try TestCluster()
        _ = try cluster.write(try bundle(version: 5, products: ["milk"]))
        try cluster.start()
        let client = try cluster.client()
        for order in [ModelOrder.serve(.kept(77)), .tryOut(.kept(77), sharePerMille: 10)] {
            let error = #expect(throws: ClientError.self) { try client.order(order) }
            guard case .refused(let refusal)? = error else { continue }
            #expect(refusal.code == .modelRejected && refusal.place.contains("000000000000004d"))
        }
        #expect(try versions(client) == [5, 5, 5])
    }

    @Test(arguments: [[], ["--trial"]])
    func aChangeUnderLoadIsMeasured(_ flags: [String]) throws {
        let cluster = try TestCluster()
        let one = try cluster.write(try bundle(version: 5, products: ["milk"]))
        let other = try cluster.write(try bundle(version: 6, products: ["milk"]), as: "other.bundle")
        try cluster.start()
        let client = try cluster.client()
        _ = try client.send(catalogue: [row("milk", list: 199, cost: 100)], tenant: "demo", currency: dollars)
        try "product_id\nmilk\n".write(
            to: cluster.folder.appending(path: "products.csv"), atomically: true, encoding: .utf8)
        try "household_id\n1\n2\n3\n".write(
            to: cluster.folder.appending(path: "baskets.csv.gz"), atomically: true, encoding: .utf8)
        let result = try cluster.farthing(
            ["bench", "swap", one, other, "--rounds", "3", "--answers", "300", "--lines", "1", "-o", "json"]
                + ["--data", cluster.folder.path] + flags)
        try #require(result.status == 0, "\(result.output) \(result.errors)")
        let report = try JSONDecoder().decode(SwapReport.self, from: Data(result.output.utf8))
        #expect(report.rounds == 3 && report.errors == 0)
        try wait(for: "the first to serve again") { try versions(client) == [5, 5, 5] }
    }

    private struct SwapReport: Decodable {
        var rounds: Int
        var errors: Int
    }

    /// What the commands say has been done is done by every worker, also by one that was stopped meanwhile.
    @Test func aWorkerThatHasNotFollowedIsNotCalledDone() throws {
        let cluster = try TestCluster()
        _ = try cluster.write(try bundle(version: 5, products: ["milk"]))
        try cluster.start()
        let next = try cluster.write(try bundle(version: 6, products: ["milk"]), as: "next.bundle")
        // Who leads the broadcast partition has to answer the order.
        let leader = try #require(try cluster.states().last?.leader)
        let victim = try cluster.process(named: leader == "w2" ? "w3" : "w2")
        Glibc.kill(victim, SIGSTOP)
        defer { Glibc.kill(victim, SIGCONT) }
        let stopped = try cluster.farthing(["models", "try", next, "--timeout", "1"])
        #expect(stopped.status == 1 && stopped.output.contains("on 2 of 3 workers"), "\(stopped.output)")
        let refused = try cluster.farthing(["models", "promote", "--lines", "0"])
        #expect(refused.status == 1 && refused.errors.contains("1 of 3 workers have not loaded it"))
        Glibc.kill(victim, SIGCONT)
        try wait(for: "the last worker to load the trial") { try models(cluster).trial?.workers == 3 }
    }

    /// Who has left need not follow.
    @Test func aWorkerThatWasDrainedIsNotWaitedFor() throws {
        let cluster = try TestCluster()
        _ = try cluster.write(try bundle(version: 5, products: ["milk"]))
        try cluster.start()
        let drained = try cluster.farthing(["workers", "drain", "w3"])
        try #require(drained.status == 0, "\(drained.errors)")
        let next = try cluster.write(try bundle(version: 6, products: ["milk"]), as: "next.bundle")
        #expect(try models(cluster, "try", next).trial?.workers == 2)
        let promoted = try models(cluster, "promote", "--lines", "0")
        #expect(promoted.serving.first?.version == 6 && promoted.trial == nil)
    }

    private struct Shown: Decodable {
        struct Model: Decodable {
            var version: UInt64
        }
        struct Trial: Decodable {
            var version: UInt64
            var share: Double
            var workers: Int
            var lines: UInt64
        }
        var serving: [Model]
        var previous: Model?
        var trial: Trial?
        var kept: [Model]
    }

    /// `farthing models`.
    private func models(_ cluster: TestCluster, _ arguments: String...) throws -> Shown {
        let result = try cluster.farthing(["models"] + (arguments.isEmpty ? ["list"] : arguments) + ["-o", "json"])
        try #require(result.status == 0, "\(arguments): \(result.output) \(result.errors)")
        return try JSONDecoder().decode(Shown.self, from: Data(result.output.utf8))
    }

    private func shoppersPricedBy(_ version: UInt64, _ client: PricingClient) throws -> [Int] {
        try (0..<50).filter { try client.price(cart("c\($0)", ["milk"])).value.quote.modelVersion == version }
    }

    private func pricedBy(_ client: PricingClient) throws -> Set<UInt64> {
        Set(try (0..<50).map { try client.price(cart("c\($0)", ["milk"])).value.quote.modelVersion })
    }

    private func versions(_ client: PricingClient) throws -> [UInt64] {
        try client.status().value.workers.map(\.report.modelVersion)
    }

    private func expectRejected(_ client: PricingClient, _ path: String, _ name: String) throws {
        let error = #expect(throws: ClientError.self, "\(name) was accepted") { try client.activate(path: path) }
        guard case .refused(let refusal)? = error else { return }
        #expect(refusal.code == .modelRejected)
        #expect(refusal.remedy.contains("still serves") || refusal.remedy.contains("bundle file"))
    }

    /// The bytes of a bundle with others in place of the first such, under a checksum that fits.
    private func replacing(_ old: [UInt8], by new: [UInt8], in bytes: [UInt8]) throws -> Data {
        let places = bytes.indices.dropLast(old.count)
        let place = try #require(places.first { Array(bytes[$0..<($0 + old.count)]) == old })
        var changed = bytes
        for (offset, byte) in new.enumerated() { changed[place + offset] = byte }
        let checksum = FNV1a.checksum(changed[14...])
        for byte in 0..<8 { changed[6 + byte] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt64(byte))) }
        return Data(changed)
    }

    private func bytes(of number: Float) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32($0))) }
    }
}
