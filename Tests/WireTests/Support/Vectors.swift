// Vectors/wire-vectors.json: what every implementation of the protocol agrees on. The Python client's tests read
// the same file; clients/python/tools/write_vectors.py wrote it.

import Foundation

struct Vectors: Decodable {
    var keyHashes: [JSON]
    var partitions: [JSON]
    var headers: [JSON]
    var brokenHeaders: [JSON]
    var bodies: [Body]
    var brokenBodies: [BrokenBody]

    struct Body: Decodable {
        var message: String
        var hex: String
        var meaning: JSON

        var bytes: [UInt8] { JSON.bytes(hexadecimal: hex) ?? [] }

        private enum CodingKeys: CodingKey { case message, hex, meaning }
    }

    struct BrokenBody: Decodable {
        var name: String
        var kind: UInt8
        var prefix: String?
        var hex: String
        var times: Int?
        var code: UInt16
        var place: String

        var bytes: [UInt8] {
            let repeated = JSON.bytes(hexadecimal: hex) ?? []
            let start = prefix.flatMap(JSON.bytes(hexadecimal:)) ?? []
            return start + Array(repeatElement(repeated, count: times ?? 1).joined())
        }
    }

    private enum CodingKeys: String, CodingKey {
        case keyHashes = "key_hashes"
        case partitions, headers, bodies
        case brokenHeaders = "broken_headers"
        case brokenBodies = "broken_bodies"
    }

    static func load() throws -> Vectors {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Vectors/wire-vectors.json")
        return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
    }
}
