// Rules that no socket can be asked about are looked up in the source.

import Foundation
import Testing

struct SourceTests {
    private static let sources = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

    /// Lines of code, without comments, of every Swift file below a folder.
    private func code(in folder: URL) throws -> [(file: String, line: Substring)] {
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var lines: [(String, Substring)] = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for line in text.split(separator: "\n") where !line.drop(while: \.isWhitespace).hasPrefix("//") {
                lines.append((file.path, line))
            }
        }
        #expect(!lines.isEmpty)
        return lines
    }

    /// libzmq 4.3.4 aborts the process when a peer stalls past its high-water mark while heartbeats are on.
    @Test func heartbeatsOfZeroMQAreNeverSet() throws {
        let uses = try code(in: Self.sources).filter { $0.line.contains("ZMQ_HEARTBEAT") }
        #expect(uses.isEmpty)
    }

    @Test func everythingElseReachesZeroMQThroughThisModule() throws {
        let importers = try code(in: Self.sources).filter { $0.line.contains("import CZeroMQ") }.map(\.file)
        #expect(!importers.isEmpty)
        #expect(importers.allSatisfy { $0.contains("/Sources/Wire/ZeroMQ/") })
    }

    @Test func nothingOfZeroMQMayBlockExceptThePoller() throws {
        let calls = try code(in: Self.sources.appending(path: "Wire/ZeroMQ")).map(\.line)
        #expect(!calls.contains { $0.contains("zmq_msg_recv(") && !$0.contains("ZMQ_DONTWAIT") })
        let flags = calls.filter { $0.contains("let flags =") }
        #expect(!flags.isEmpty && flags.allSatisfy { $0.contains("ZMQ_DONTWAIT") })
    }
}
