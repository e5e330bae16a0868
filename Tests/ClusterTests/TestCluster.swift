// A real cluster of real processes on ports and in a folder of its own, for as long as a test needs it.

import Client
import Domain
import Foundation
import Glibc
import Models
import Testing

struct ProcessResult {
    let status: Int32
    let output: String
    let errors: String
}

/// The executables stand beside the test bundle.
enum Executable {
    static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    static func url(_ name: String) -> URL { folder.appending(path: name) }

    /// Runs a command to its end.
    static func run(_ name: String, _ arguments: [String]) throws -> ProcessResult {
        let process = Process()
        process.executableURL = url(name)
        process.arguments = arguments
        let files = try ["out", "err"].map { suffix in
            let path = FileManager.default.temporaryDirectory.appending(path: "farthing-\(UUID()).\(suffix)")
            _ = FileManager.default.createFile(atPath: path.path, contents: nil)
            return (path, try FileHandle(forWritingTo: path))
        }
        process.standardOutput = files[0].1
        process.standardError = files[1].1
        try process.run()
        process.waitUntilExit()
        let texts = try files.map { try String(contentsOf: $0.0, encoding: .utf8) }
        for file in files { try FileManager.default.removeItem(at: file.0) }
        return ProcessResult(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }
}

/// The root of the repository.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

final class TestCluster {
    let folder: URL
    let configuration: URL
    /// Where clients call the routers r1, r2, …
    let endpoints: [String]
    private let log: String
    /// Ports for the servers of a replicated log.
    let servers: [UInt16]
    let partitions: Int
    private let ports: [UInt16]
    private var process: Process?
    private var output = Pipe()

    /// Writes a configuration; starts nothing yet.
    /// - Parameter extra: further sections of cluster.yaml.
    init(
        extra: String = "experiments: {salt: tests, control_share: 0%}", log: String = "log", partitions: Int = 16,
        routers: Int = 1, workers: Int = 3
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "farthing-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        configuration = folder.appending(path: "cluster.yaml")
        self.log = log
        self.partitions = partitions
        let free = try freePorts(2 * routers + 3)
        ports = Array(free.dropLast(3))
        servers = free.suffix(3)
        endpoints = (0..<routers).map { [ports] in "tcp://127.0.0.1:\(ports[2 * $0])" }
        try write(extra: extra, workers: workers)
    }

    /// Writes the configuration anew, for whoever reads it next.
    func write(extra: String = "experiments: {salt: tests, control_share: 0%}", workers: Int = 3) throws {
        let routers = endpoints.indices.map { index in
            "  - {name: r\(index + 1), clients: \"\(endpoints[index])\", "
                + "workers: \"tcp://127.0.0.1:\(ports[2 * index + 1])\"}"
        }
        try """
        cluster: {name: tests, partitions: \(partitions)}
        routers:
        \(routers.joined(separator: "\n"))
        workers: {count: \(workers)}
        log: {directory: "\(log)", servers: [\(servers.map { "\"nats://127.0.0.1:\($0)\"" }.joined(separator: ", "))]}
        quotes: {key_file: quote.key}
        model: {bundle: model.bundle}
        \(extra)
        """.write(to: configuration, atomically: true, encoding: .utf8)
    }

    deinit {
        process?.terminate()
        process?.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts the cluster and waits until it says that it is ready.
    func start(_ arguments: [String] = [], standardError: FileHandle? = nil) throws {
        let process = Process()
        process.executableURL = Executable.url("farthing")
        process.arguments = ["up", "--config", configuration.path] + arguments
        output = Pipe()
        process.standardOutput = output
        process.standardError = try standardError ?? FileHandle(forWritingTo: journal())
        try process.run()
        self.process = process
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let journal = try journalText()
        try #require(line.hasPrefix("ready: call \(endpoints[0])"), "up said “\(line)”, and \(journal)")
    }

    /// Ends it as an operator would. Returns its exit status.
    @discardableResult
    func stop() -> Int32 {
        guard let process else { return 0 }
        process.terminate()
        process.waitUntilExit()
        self.process = nil
        return process.terminationStatus
    }

    /// Ends every process of the cluster as a power cut would.
    func kill() throws {
        let up = try #require(process)
        let children = try childProcesses(of: up.processIdentifier)
        for child in children + [up.processIdentifier] { Glibc.kill(child, SIGKILL) }
        up.waitUntilExit()
        process = nil
    }

    func client() throws -> PricingClient { try PricingClient(endpoints: endpoints) }

    func farthing(_ arguments: [String]) throws -> ProcessResult {
        try Executable.run("farthing", arguments + ["--config", configuration.path])
    }

    /// The process of a worker, by its name.
    func process(named name: String) throws -> Int32 { try #require(try processIfAny(named: name)) }

    /// nil while it is being started again.
    func processIfAny(named name: String) throws -> Int32? {
        let up = try #require(process)
        return try childProcesses(of: up.processIdentifier).first { try arguments(of: $0).contains(name) }
    }

    /// Ends `farthing up` alone, without a word. Returns the processes that it has left behind.
    func killSupervisor() throws -> [Int32] {
        let up = try #require(process)
        let children = try childProcesses(of: up.processIdentifier)
        Glibc.kill(up.processIdentifier, SIGKILL)
        up.waitUntilExit()
        process = nil
        return children
    }

    /// Nobody starts a worker that has ended again while it lasts.
    func whileSupervisorStandsStill(_ body: () throws -> Void) throws {
        let up = try #require(process).processIdentifier
        Glibc.kill(up, SIGSTOP)
        defer { Glibc.kill(up, SIGCONT) }
        try body()
    }

    /// Asks `farthing up` to read its configuration again.
    func hangUp() throws { Glibc.kill(try #require(process).processIdentifier, SIGHUP) }

    /// The servers of the log that `farthing up` has started.
    func logServers() throws -> [Int32] {
        let up = try #require(process)
        return try childProcesses(of: up.processIdentifier).filter { child in
            try arguments(of: child).first?.hasSuffix("nats-server") ?? false
        }
    }

    /// Every process that `farthing up` has started, by name.
    func processes() throws -> [String: Int32] {
        let up = try #require(process)
        var processes: [String: Int32] = [:]
        for child in try childProcesses(of: up.processIdentifier) {
            let arguments = try arguments(of: child)
            guard let flag = arguments.firstIndex(of: "--name"), flag + 1 < arguments.count else { continue }
            processes[arguments[flag + 1]] = child
        }
        return processes
    }

    /// Index and hash of every partition's state.
    func states() throws -> [PartitionStatus] {
        let client = try client()
        return try ((0..<UInt16(partitions)).map { PartitionID($0) } + [.broadcast]).map {
            try client.inspect($0).value
        }
    }

    private func journal() throws -> URL {
        let path = folder.appending(path: "journal")
        if !FileManager.default.fileExists(atPath: path.path) {
            _ = FileManager.default.createFile(atPath: path.path, contents: nil)
        }
        return path
    }

    func journalText() throws -> String { try String(contentsOf: try journal(), encoding: .utf8) }
}

/// Looks again and again until it holds, for a minute at the most; between two looks the machine belongs to the cluster.
func wait(for what: @autoclosure () -> String, until holds: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(60)
    while try !holds() {
        try #require(Date() < deadline, "waited a minute for \(what())")
        _ = poll(nil, 0, 10)
    }
}

/// TCP ports that nobody listens on at this moment.
func freePorts(_ count: Int) throws -> [UInt16] {
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    return try (0..<count).map { _ in
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        sockets.append(descriptor)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(bound)
        return UInt16(bigEndian: address.sin_port)
    }
}

private func childProcesses(of parent: Int32) throws -> [Int32] {
    let path = "/proc/\(parent)/task/\(parent)/children"
    var children = try String(contentsOfFile: path, encoding: .utf8)
    // A thread other than the first may have started some of them.
    for task in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task") where task != "\(parent)" {
        children +=
            " " + ((try? String(contentsOfFile: "/proc/\(parent)/task/\(task)/children", encoding: .utf8)) ?? "")
    }
    return children.split(separator: " ").compactMap { Int32($0) }
}

private func arguments(of process: Int32) throws -> [String] {
    let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
    return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
}

/// Whether a process is over; one that nobody has waited for yet counts.
func hasEnded(_ process: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
        let state = status[(status.lastIndex(of: ")") ?? status.startIndex)...].split(separator: " ").dropFirst().first
    else { return true }
    return state == "Z"
}
