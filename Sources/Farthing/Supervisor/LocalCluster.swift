// A whole cluster on this machine, for commands that start one: `up` and `demo`. The supervisor runs on a thread of
// its own from the first process to the last, so whatever the command does meanwhile, what dies is started again
// and Ctrl-C is heard.

import Client
import Configuration
import Domain
import Foundation
import Operations
import Supervision
import Synchronization

final class LocalCluster: Sendable {
    private let settings: SupervisorSettings
    private let configuration: ClusterConfiguration
    private let notes: Mailbox<Supervisor.Note>
    private let wake: WakeUp
    private let state = Mutex(SupervisorState(phase: .startingServers))
    private let changed = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - workers: in place of `workers.count`.
    ///   - log: in place of `log.kind`; the servers of `jetstream` are started as well.
    init(configurationPath: String, workers: Int? = nil, log: LogSettings.Kind? = nil) throws {
        settings = try SupervisorSettings(configurationPath: configurationPath, workers: workers, log: log)
        configuration = try settings.load()
        let wake = WakeUp()
        self.wake = wake
        notes = Mailbox { wake.signal() }
    }

    /// Where clients call, for people.
    var addresses: String { configuration.endpoints.joined(separator: " or ") }

    /// Starts every process. Returns when every router listens; workers may still be replaying.
    func start() throws {
        let lock = try DirectoryLock(configuration.log.directory)
        let thread = Thread { [self] in supervise(lock) }
        thread.name = "supervisor"
        thread.start()
        while true {
            let state = state.withLock { $0 }
            if state.failure != nil { return try waitForEnd() }
            if !state.phase.isStarting { return }
            changed.wait()
        }
    }

    private func supervise(_ lock: DirectoryLock) {
        let journal = Journal(process: "up")
        let notes = notes
        let termination = Termination { notes.post(.stop) }
        let hangUp = HangUp { notes.post($0 == .readAgain ? .reload : .stop) }
        do {
            let supervisor = try Supervisor(settings, configuration, notes: notes, wake: wake, journal: journal) {
                new in
                self.state.withLock { state in
                    let failure = state.failure ?? new.failure
                    state = new
                    state.failure = failure
                }
                self.changed.signal()
            }
            try supervisor.run()
        } catch {
            journal.error("\(error)")
            state.withLock { $0 = SupervisorState(phase: .stopped, failure: "the supervisor has failed: \(error)") }
        }
        withExtendedLifetime((lock, termination, hangUp)) {}
        changed.signal()
        ended.signal()
    }

    /// Whether SIGTERM or SIGINT has come, or the supervisor has failed.
    var isAskedToStop: Bool {
        state.withLock { !$0.phase.isStarting && $0.phase != .running }
    }

    /// Waits until every worker can price and every partition has its leader, whichever router is asked.
    /// - Returns: false when asked to stop meanwhile.
    /// - Throws: when they are not ready in time, and when the supervisor has failed.
    func waitUntilReady(seconds: Double) throws -> Bool {
        var waited = try configuration.endpoints.map { try PricingClient(endpoint: $0, deadlineMilliseconds: 1_000) }
        let deadline = Clock.monotonic().adding(microseconds: UInt64(seconds * 1e6))
        while !isAskedToStop {
            waited.removeAll { client in
                guard let status = try? client.status().value else { return false }
                let view = ClusterView(status)
                return view.obstacleToHealth(replicas: configuration.cluster.replicas) == nil
                    && Set(view.stayingWorkers).isSuperset(of: configuration.workers.names)
            }
            if waited.isEmpty { return true }
            guard Clock.monotonic() < deadline else {
                throw ExitCodeError(
                    message: "not every worker is ready after \(Int(seconds)) s; see what they say above")
            }
            if let name = state.withLock({ $0.permanentFailure }) {
                throw ExitCodeError(
                    message: "\(name) cannot start, and trying again will not help; its reason stands above")
            }
            _ = changed.wait(timeout: .now() + .milliseconds(20))
        }
        try throwFailure()
        return false
    }

    /// Waits until the cluster has been asked to stop and has.
    /// - Throws: when it has ended because it could not be started, or because its supervisor has failed.
    func waitForEnd() throws {
        ended.wait()
        ended.signal()
        try throwFailure()
    }

    /// Ends every process.
    func stop() {
        notes.post(.stop)
        // Whoever stops it has a reason of its own to report.
        try? waitForEnd()
    }

    private func throwFailure() throws {
        if let failure = state.withLock({ $0.failure }) { throw ExitCodeError(message: failure) }
    }
}

/// A failure that has been explained; the command ends with status 1.
struct ExitCodeError: Error, CustomStringConvertible {
    let message: String

    var description: String { message }
}
