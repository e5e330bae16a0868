// A whole local cluster as child processes: one router and the workers of the configuration. A child that dies
// is started again, after a pause that grows while it keeps dying. Children end when their standard input
// does, so none outlives this process, however it ends.

import Client
import Configuration
import Domain
import Foundation
import Glibc
import Operations

/// Owned by one thread; children report their end through a mailbox.
final class ClusterProcesses {
    private enum Note: Sendable {
        case ended(name: String, pid: Int32, status: Int32)
        case restart(name: String)
        case stop
    }

    private struct Child {
        let process: Process
        /// Held open: when it closes, the child ends.
        let input: Pipe
        let startedAt: MonotonicInstant
        /// Deaths in a row, each soon after the start.
        let deaths: Int
    }

    private let configurationPath: String
    private let configuration: ClusterConfiguration
    private let router: RouterSettings
    private let journal = Journal(process: "up")
    private var children: [String: Child] = [:]
    private let notes: Mailbox<Note>
    private let noted = DispatchSemaphore(value: 0)
    private var termination: Termination?
    private var lock: DirectoryLock?
    private var isStopping = false
    /// A child that said that starting it again will not help.
    private var failedForGood: String?

    /// How long a child may take to end when asked to.
    private static let patienceMicroseconds: UInt64 = 15_000_000
    /// A child that lived this long has recovered.
    private static let healthyMicroseconds: UInt64 = 10_000_000

    init(configurationPath: String, configuration: ClusterConfiguration) throws {
        guard let router = configuration.routers.first else {
            throw Refusal(
                .invalidConfiguration, place: "routers", value: "none", remedy: "Name one router in cluster.yaml.")
        }
        self.router = router
        self.configurationPath = configurationPath
        self.configuration = configuration
        notes = Mailbox { [noted] in noted.signal() }
        let notes = notes
        termination = Termination { notes.post(.stop) }
    }

    var endpoint: String { router.clients.description }

    // MARK: - Starting

    /// Starts every process. Returns when the router listens; workers may still be replaying.
    func start() throws {
        lock = try DirectoryLock(configuration.log.directory)
        let standardOutput = Pipe()
        try startChild(router.name, deaths: 0, output: standardOutput)
        // One line when it listens; nothing, when it could not and has said why on standard error.
        guard !standardOutput.fileHandleForReading.availableData.isEmpty else {
            stop()
            throw ExitCodeError(message: "the router did not start; its reason stands above")
        }
        for name in configuration.workers.names { try startChild(name, deaths: 0) }
    }

    /// Waits until every worker can price.
    /// - Returns: false when asked to stop meanwhile.
    func waitUntilReady(seconds: Double) throws -> Bool {
        let client = try PricingClient(endpoint: endpoint, deadlineMilliseconds: 1_000)
        let deadline = Clock.monotonic().adding(microseconds: UInt64(seconds * 1e6))
        while !isStopping {
            if let status = try? client.status().value, status.workers.allSatisfy(\.report.isReady) { return true }
            guard Clock.monotonic() < deadline else {
                throw ExitCodeError(
                    message: "not every worker is ready after \(Int(seconds)) s; see what they say above")
            }
            handleNotes(waitMilliseconds: 20)
            if let name = failedForGood {
                throw ExitCodeError(
                    message: "\(name) cannot start, and trying again will not help; its reason stands above")
            }
        }
        return false
    }

    private func startChild(_ name: String, deaths: Int, output: Pipe? = nil) throws {
        let isRouter = name == router.name
        let process = Process()
        let folder = (try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") as NSString)
            .deletingLastPathComponent
        process.executableURL = URL(filePath: folder + (isRouter ? "/farthing-router" : "/farthing-worker"))
        process.arguments = [
            "--config", configurationPath, "--name", name, "--workers", "\(configuration.workers.count)",
            "--exit-with-parent",
        ]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = output ?? FileHandle.nullDevice
        let notes = notes
        process.terminationHandler = { process in
            notes.post(.ended(name: name, pid: process.processIdentifier, status: process.terminationStatus))
        }
        try process.run()
        children[name] = Child(process: process, input: input, startedAt: Clock.monotonic(), deaths: deaths)
        journal.info("started \(name), process \(process.processIdentifier)")
    }

    // MARK: - Supervising

    /// Looks whether SIGTERM or SIGINT has come.
    var isAskedToStop: Bool {
        handleNotes(waitMilliseconds: 0)
        return isStopping
    }

    /// Keeps the cluster running until SIGTERM or SIGINT.
    func supervise() {
        while !isStopping { handleNotes(waitMilliseconds: 1_000) }
        stop()
    }

    private func handleNotes(waitMilliseconds: Int) {
        _ = noted.wait(timeout: .now() + .milliseconds(waitMilliseconds))
        for note in notes.takeAll() {
            switch note {
            case .stop: isStopping = true
            case .ended(let name, let pid, let status): childEnded(name, pid, status)
            case .restart(let name): restart(name)
            }
        }
    }

    private func childEnded(_ name: String, _ pid: Int32, _ status: Int32) {
        guard let child = children[name], child.process.processIdentifier == pid, !isStopping else { return }
        if status == PermanentFailure.status { failedForGood = name }
        let lived = Clock.monotonic().microseconds(since: child.startedAt)
        let deaths = lived > Self.healthyMicroseconds ? 1 : child.deaths + 1
        children[name] = Child(process: child.process, input: child.input, startedAt: child.startedAt, deaths: deaths)
        let pause = min(5_000, 50 << min(deaths, 8))
        journal.warning("\(name) (process \(pid)) ended with status \(status); starting it again in \(pause) ms")
        let notes = notes
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(pause)) { notes.post(.restart(name: name)) }
    }

    private func restart(_ name: String) {
        guard let child = children[name], !child.process.isRunning, !isStopping else { return }
        do {
            try startChild(name, deaths: child.deaths)
        } catch {
            journal.error("\(name) cannot be started: \(error)")
        }
    }

    /// Ends every process: workers first, so that what they have to say still finds a router.
    func stop() {
        isStopping = true
        let workers = children.filter { $0.key != router.name }.map(\.value)
        end(workers)
        end(children[router.name].map { [$0] } ?? [])
        children = [:]
        journal.info("stopped")
    }

    private func end(_ children: [Child]) {
        for child in children where child.process.isRunning {
            child.process.terminate()
            // A signal can come too early to be heard; the end of its input is there to be read at any time.
            try? child.input.fileHandleForWriting.close()
        }
        let deadline = Clock.monotonic().adding(microseconds: Self.patienceMicroseconds)
        while children.contains(where: \.process.isRunning), Clock.monotonic() < deadline {
            _ = noted.wait(timeout: .now() + .milliseconds(100))
        }
        for child in children where child.process.isRunning {
            // The log is the truth: a kill costs a longer replay and nothing else.
            journal.warning("process \(child.process.processIdentifier) does not end; killing it")
            kill(child.process.processIdentifier, SIGKILL)
        }
        for child in children { child.process.waitUntilExit() }
    }
}

/// A failure that has been explained; the command ends with status 1.
struct ExitCodeError: Error, CustomStringConvertible {
    let message: String

    var description: String { message }
}
