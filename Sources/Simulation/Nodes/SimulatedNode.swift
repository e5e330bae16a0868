// What every simulated process has: a clock, a start and an end, and the possibility of standing still.

import Domain

class SimulatedNode {
    let id: NodeID
    unowned let cluster: SimulatedCluster
    var clock: SimulatedClock
    private(set) var isRunning = false
    /// Names this start of the process; never given twice in a run.
    private(set) var incarnation: UInt64 = 0
    /// Gone for good: nobody starts it again.
    var isRetired = false
    /// Which version of the configuration it runs under.
    var version = 0
    private(set) var isPaused = false
    private(set) var pauses: UInt64 = 0
    /// Until when it has last stood still or not run: answers may have been late until then.
    private(set) var awakeSince: UInt64 = 0
    /// What happened to it while it stood still.
    private var backlog: [SimulationEvent] = []
    private var wakesAt: UInt64?

    init(_ id: NodeID, _ cluster: SimulatedCluster, clock: SimulatedClock) {
        self.id = id
        self.cluster = cluster
        self.clock = clock
    }

    var now: MonotonicInstant { clock.monotonic(at: cluster.now) }

    var settings: NodeSettings { cluster.scenario.settings[version] }

    // MARK: - Events, for subclasses

    /// The process has begun.
    func started() {}
    /// It has ended; nothing of its memory is left.
    func ended() {}
    /// The time that it asked for by `wake` has come.
    func woken() {}
    func received(_ message: Message, on link: Int) {}
    func connected(_ link: Int) {}
    func disconnected(_ link: Int) {}

    // MARK: - Life

    func start(incarnation: UInt64) {
        isRunning = true
        self.incarnation = incarnation
        awakeSince = cluster.now
        wakesAt = nil
        started()
    }

    func end() {
        isRunning = false
        isPaused = false
        backlog = []
        wakesAt = nil
        ended()
    }

    func pause() {
        isPaused = true
        pauses += 1
    }

    /// - Returns: what has waited for it.
    func resume() -> [SimulationEvent] {
        isPaused = false
        awakeSince = cluster.now
        defer { backlog = [] }
        return backlog
    }

    /// Keeps an event until the process goes on.
    func postpone(_ event: SimulationEvent) { backlog.append(event) }

    // MARK: - Time

    /// Asks to be woken no later than at `time`.
    func wake(at time: UInt64) {
        let due = max(time, cluster.now)
        if let wakesAt, wakesAt <= due { return }
        wakesAt = due
        cluster.schedule(.wake(id, incarnation: incarnation, at: due), at: due)
    }

    func wakeDue(incarnation: UInt64, at time: UInt64) {
        guard isRunning, incarnation == self.incarnation, wakesAt == time else { return }
        wakesAt = nil
        woken()
    }
}
