// What a router knows of one worker: whether it is connected, whether it can be trusted, and what it says it holds.
// Only a hint: the log decides who may write.

import Domain

struct WorkerView: Sendable {
    let name: String
    let key: KeyHash
    /// Which start of the process speaks under this name; nil when none is connected.
    private(set) var connection: UInt64?
    /// The start that spoke under this name before, while the newer one does.
    private var superseded: UInt64?
    var report: WorkerReport
    /// By partition; from the last report.
    var replicas = PartitionMap<ReplicaReport>()
    private(set) var lastHeard: MonotonicInstant
    private var detector: SuspicionDetector
    private(set) var isSuspected = false
    private var beatsSinceSuspicion = 0
    /// Since when it has been gone, silent or not ready; nil while it is there.
    private var awaySince: MonotonicInstant?
    private var hasBeenReady = false
    var load: WorkerLoad

    /// Times at which its process went away, of the last minute.
    private var deaths: [MonotonicInstant] = []
    private var quarantines = 0
    private var isQuarantined = false
    /// Since when it has been ready without a break.
    private var readySince: MonotonicInstant?

    /// The one request that it has of those that may have stopped another worker; see `RouterCore+Suspects`.
    var suspectUnderTrial: Slot?
    /// What it was last told to hold.
    var assigned: [PartitionID]?

    /// Heartbeats in a row after which a suspected worker is trusted again.
    private static let beatsToTrust = 3
    /// How long a worker that is away keeps its place.
    private static let rejoinMicroseconds: UInt64 = 10_000_000
    private static let deathsToQuarantine = 2
    private static let deathWindowMicroseconds: UInt64 = 60_000_000
    private static let quarantineMicroseconds: UInt64 = 5_000_000

    init(name: String, now: MonotonicInstant, _ configuration: RouterConfiguration) {
        self.name = name
        key = KeyHash(workerName: name)
        lastHeard = now
        load = WorkerLoad(now: now)
        report = WorkerReport(
            name: name, isReady: false, modelVersion: 0, catalogueProducts: 0, broadcastIndex: 0, answered: 0,
            problem: "has not reported")
        detector = SuspicionDetector(
            expectedMicroseconds: configuration.heartbeatMicroseconds,
            limitMicroseconds: configuration.suspectAfterMicroseconds)
    }

    var isConnected: Bool { connection != nil }

    /// Whether it should get requests while somebody else could.
    func isTrusted(now: MonotonicInstant) -> Bool { isHeard && !isInQuarantine(now) }

    /// Whether it would answer, as far as its heartbeats say.
    var isHeard: Bool { isConnected && report.isReady && !isSuspected }

    /// Whether partitions are placed on it. Most of those that go away are back at once, and would read everything twice
    /// if their place went to somebody else.
    func keepsPlace(_ now: MonotonicInstant) -> Bool {
        guard hasBeenReady, !report.isDraining else { return false }
        guard let awaySince else { return true }
        return now.microseconds(since: awaySince) < Self.rejoinMicroseconds
    }

    private func isInQuarantine(_ now: MonotonicInstant) -> Bool {
        guard isQuarantined else { return false }
        guard let readySince else { return true }
        return now.microseconds(since: readySince) < Self.quarantineMicroseconds << UInt64(min(quarantines - 1, 4))
    }

    /// Why it gets no requests, in words; empty when it does.
    func trouble(_ now: MonotonicInstant) -> String {
        if isSuspected { return "silent" }
        if isInQuarantine(now) { return "quarantined: it has stopped \(deaths.count) times in a minute" }
        return ""
    }

    // MARK: - Events

    /// Whether this is an older process under a name that a newer one has taken.
    func isSuperseded(_ connection: UInt64) -> Bool { superseded == connection }

    mutating func connected(
        _ connection: UInt64, replacing earlier: UInt64?, now: MonotonicInstant, _ configuration: RouterConfiguration
    ) {
        self.connection = connection
        superseded = earlier
        detector = SuspicionDetector(
            expectedMicroseconds: configuration.heartbeatMicroseconds,
            limitMicroseconds: configuration.suspectAfterMicroseconds)
        load.restarted()
        readySince = nil
        assigned = nil
    }

    mutating func reported(_ report: WorkerReport, now: MonotonicInstant) {
        self.report = report
        replicas = PartitionMap(report.replicas.lazy.map { ($0.partition, $0) })
        lastHeard = now
        detector.heard(at: now)
        load.reported(busyPerMille: report.busyPerMille)
        if isSuspected {
            beatsSinceSuspicion = report.isReady ? beatsSinceSuspicion + 1 : 0
            if beatsSinceSuspicion >= Self.beatsToTrust && !planted(.neverTrustedAgain) { isSuspected = false }
        }
        if !report.isReady { readySince = nil } else if readySince == nil { readySince = now }
        if isQuarantined && !isInQuarantine(now) { isQuarantined = false }
        if report.isReady && !isSuspected {
            hasBeenReady = true
            awaySince = nil
        } else {
            awaySince = awaySince ?? now
        }
    }

    /// - Returns: whether it has just become suspected.
    mutating func timeAdvanced(to now: MonotonicInstant, excusedMicroseconds: UInt64) -> Bool {
        guard isConnected else { return false }
        if excusedMicroseconds > 0 { detector.excuse(microseconds: excusedMicroseconds, at: now) }
        guard detector.isSuspicious(at: now) else { return false }
        beatsSinceSuspicion = 0
        awaySince = awaySince ?? now
        defer { isSuspected = true }
        return !isSuspected
    }

    mutating func vanished(now: MonotonicInstant) {
        connection = nil
        superseded = nil
        replicas = PartitionMap()
        report.isReady = false
        report.replicas = []
        isSuspected = false
        awaySince = awaySince ?? now
        // One that had said that it would end has kept its word.
        guard !report.isDraining else { return }
        deaths.removeAll { now.microseconds(since: $0) > Self.deathWindowMicroseconds }
        // One that is not served yet is not forgotten either.
        if deaths.isEmpty && !isQuarantined { quarantines = 0 }
        deaths.append(now)
        if deaths.count >= Self.deathsToQuarantine {
            isQuarantined = true
            quarantines += 1
        }
    }
}
