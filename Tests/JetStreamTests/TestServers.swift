// One cluster of three servers for the whole suite; every test has a log of its own name on it. The suite is
// serialized, because some tests kill servers.

import Domain
import Foundation
import Glibc
import JetStreamLog
import Log
import LogConformance
import NatsServers
import Testing

@Suite(.serialized)
struct JetStreamTests {}

/// Started when a test first needs it; ends with the process.
final class TestServers: @unchecked Sendable {
    // Tests of the suite run one after another.
    static let shared = Result { try TestServers() }

    private nonisolated(unsafe) static var started: TestServers?

    let servers: NatsServers
    private let folder: String

    private init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/farthing-nats-\(UUID().uuidString)"
        let ports = freePorts(6)
        servers = try NatsServers(
            directory: folder, cluster: "test", clientPorts: Array(ports[0..<3]), routePorts: Array(ports[3..<6]))
        try servers.start()
        unsafe Self.started = self
        atexit {
            unsafe TestServers.started?.servers.stop()
            unsafe TestServers.started.map { try? FileManager.default.removeItem(atPath: $0.folder) }
        }
        guard servers.waitUntilReady(seconds: 30) else { throw Unready(folder: folder) }
    }

    struct Unready: Error { let folder: String }

    /// Opens a log as a process that has just started would.
    func open(
        _ cluster: String, partitionCount: Int = World.partitionCount, patience: Duration = .seconds(15)
    ) throws(LogError) -> JetStreamLog {
        try JetStreamLog(servers: servers.urls, cluster: cluster, partitionCount: partitionCount, patience: patience)
    }

    /// A new log, and the first claim of its partition seven.
    static func led(
        _ what: String, patience: Duration = .seconds(15)
    ) throws -> (shared: TestServers, name: String, log: JetStreamLog, claim: Claim) {
        let shared = try Self.shared.get()
        let name = newName(what)
        let log = try shared.open(name, patience: patience)
        return (shared, name, log, try log.claim(seven, owner: "w1"))
    }

    /// Which of the servers leads a stream.
    func leader(of stream: String) throws -> Int {
        let raw = try RawJetStream(servers: servers.urls)
        for _ in 0..<200 {
            if let name = raw.leader(of: stream), let number = Int(name.dropFirst()) { return number - 1 }
        }
        throw Unready(folder: "\(folder): no leader of \(stream)")
    }

    /// Has a leader look after its partition's streams, as its log thread does all the time, until two servers lead them.
    /// - Returns: who leads the first stream.
    func spread(_ log: JetStreamLog, _ name: String, _ partition: PartitionID) throws -> Int {
        let stream = "farthing-\(name)-partition-00\(partition.number)"
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            _ = try log.leadership(of: partition)
            let first = try leader(of: stream)
            if try leader(of: stream + "-2") != first { return first }
        }
        throw Unready(folder: "\(folder): one server leads both streams of \(stream)")
    }

    /// Starts again what a test has killed, and waits until it takes part.
    func restore() throws {
        try servers.start()
        guard servers.waitUntilReady(seconds: 30) else { throw Unready(folder: folder) }
    }

    static func newName(_ what: String) -> String { "\(what)-\(UInt32.random(in: 0...UInt32.max))" }
}

/// Ports of loopback that nobody listens on.
func freePorts(_ count: Int) -> [UInt16] {
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    return (0..<count).map { _ in
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        descriptors.append(descriptor)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = unsafe bind(descriptor, pointer, length)
                _ = unsafe getsockname(descriptor, pointer, &length)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}
