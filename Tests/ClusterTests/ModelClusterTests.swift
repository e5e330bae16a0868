import Client
import Domain
import Foundation
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
        let damaged: [(String, Data)] = [
            ("flipped", Data(flipped)), ("truncated", Data(good.encode().dropLast(9))), ("empty", Data()),
            ("not a model", Data("hello".utf8)), ("not a number", Data(withNaN(good.encode()))),
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
        let deadline = Date().addingTimeInterval(10)
        while try versions(client) != [9, 9, 9] {
            try #require(Date() < deadline, "a worker did not follow the activation")
        }
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

    /// The bytes of a bundle with its first leaf replaced by NaN, under a checksum that fits.
    private func withNaN(_ bytes: [UInt8]) -> [UInt8] {
        let leaf = Float(-2).bitPattern
        let pattern = (0..<4).map { UInt8(truncatingIfNeeded: leaf >> (8 * UInt32($0))) }
        guard let place = bytes.indices.dropLast(4).first(where: { Array(bytes[$0..<($0 + 4)]) == pattern }) else {
            Issue.record("the bundle holds no leaf of that value")
            return bytes
        }
        var changed = bytes
        for (offset, byte) in [UInt8](arrayLiteral: 0, 0, 0xc0, 0x7f).enumerated() { changed[place + offset] = byte }
        return changed
    }
}
