// Adding, draining, restarting and reloading are one thing: a list of steps, each of which is begun, waited for,
// and given up when nothing moves any more. A value: it sees the processes and the routers' statuses and says
// what to do next; it has no clock and no thread. Rejected: a script with blocking calls; the supervisor must go
// on starting what dies while a procedure waits, and a test could not walk through it without processes.

import Domain

public struct Procedure: Sendable {
    /// What it is, for people: `drain w2`.
    public let title: String
    private let steps: [ProcedureStep]
    /// Replicas that a partition shall have.
    private let replicas: Int

    private var position = 0
    private var hasBegun = false
    private var begunAt = MonotonicInstant(microseconds: 0)
    /// What was missing at the last look, and since when nothing else was.
    private var obstacle = ""
    private var unchangedSince = MonotonicInstant(microseconds: 0)
    private var isSaid = false
    private var isRefusalSaid = false
    /// Who led what at the last look, and since when.
    private var leaders: [[String]] = []
    private var settledSince = MonotonicInstant(microseconds: 0)
    private var askedToDrainAt: MonotonicInstant?
    private var drainRefusal: String?
    private var isOver = false

    /// Nothing has moved for so long: give up.
    public static let patienceMicroseconds: UInt64 = 120_000_000
    /// Leadership that has stood still for so long has settled, even where it is not as expected: routers know more
    /// about workers than they tell, and move the same partition on purpose every 2 s at most.
    public static let settlingMicroseconds: UInt64 = 5_000_000
    private static let worthSayingMicroseconds: UInt64 = 200_000
    private static let askAgainMicroseconds: UInt64 = 500_000

    public init(title: String, steps: [ProcedureStep], replicas: Int) {
        self.title = title
        self.steps = steps
        self.replicas = replicas
    }

    // MARK: - Events

    /// The worker was asked to hand over.
    /// - Parameter refusal: why it could not be; it is asked again.
    public mutating func drainAnswered(refusal: String?) { drainRefusal = refusal }

    /// An operator wants it to end.
    public mutating func cancelled(into actions: inout [ProcedureAction]) {
        guard !isOver, position < steps.count else { return }
        give(up: "it was cancelled", steps[position], &actions)
    }

    /// Looks at the cluster: begins steps, waits, ends. Call it whenever something may have changed.
    public mutating func advance(
        _ fleet: Fleet, _ sightings: [Sighting], now: MonotonicInstant, into actions: inout [ProcedureAction]
    ) {
        while !isOver {
            guard position < steps.count else {
                isOver = true
                return actions.append(.finished)
            }
            let step = steps[position]
            if !hasBegun {
                begin(step, now: now)
                actions += Self.opening(of: step)
                // What a step does has to be done before it can be waited for.
                if !actions.isEmpty { return }
            }
            if let name = Self.started(by: step).first(where: { fleet[$0]?.pause.keepsDying ?? false }) {
                return give(up: "\(name) keeps dying: it \(fleet[name]?.lastEnd ?? "")", step, &actions)
            }
            let seen = Seen(fleet: fleet, sightings: sightings.filter { $0.at > begunAt }, now: now)
            guard let missing = missing(for: step, seen) else {
                position += 1
                hasBegun = false
                continue
            }
            switch step {
            case .drain(let worker): ask(worker, toDrain: true, seen, &actions)
            case .awaitWorker(let worker): ask(worker, toDrain: false, seen, &actions)
            default: break
            }
            return wait(for: missing, step, now: now, &actions)
        }
    }

    // MARK: - Steps

    private struct Seen {
        let fleet: Fleet
        /// Taken after the step began.
        let sightings: [Sighting]
        let now: MonotonicInstant
    }

    private mutating func begin(_ step: ProcedureStep, now: MonotonicInstant) {
        hasBegun = true
        begunAt = now
        obstacle = ""
        unchangedSince = now
        isSaid = false
        isRefusalSaid = false
        leaders = []
        settledSince = now
        askedToDrainAt = nil
        drainRefusal = nil
    }

    private static func opening(of step: ProcedureStep) -> [ProcedureAction] {
        switch step {
        case .drain(let worker): [.say("\(worker) hands over")]
        case .stop(let names): [.stop(names), .say("\(names.joined(separator: ", ")): stopping")]
        case .forget(let names): [.forget(names)]
        case .start(let names, let kind): [.start(names, kind), .say("\(names.joined(separator: ", ")): starting")]
        case .awaitWorker, .awaitRouter: []
        }
    }

    /// What a step still waits for, in words; nil when it is done.
    private mutating func missing(for step: ProcedureStep, _ seen: Seen) -> String? {
        switch step {
        case .drain(let worker):
            let isRunning = seen.fleet[worker]?.runningSince != nil
            return missing(seen, at: runningRouters(seen.fleet)) {
                $0.obstacleToStopping(worker, replicas: replicas, isRunning: isRunning)
            }
        case .stop(let names):
            return names.first { seen.fleet[$0].map { $0.state != .stopped } ?? false }.map { "\($0) is ending" }
        case .forget: return nil
        case .start(let names, _):
            return names.first { seen.fleet[$0]?.runningSince == nil }.map { name in
                let why = seen.fleet[name]?.lastEnd ?? ""
                return why.isEmpty ? "\(name) is not running yet" : "\(name) \(why)"
            }
        case .awaitWorker(let worker):
            return missing(serving: worker, seen)
        case .awaitRouter(let router):
            guard seen.fleet[router]?.runningSince != nil else { return "\(router) is not running" }
            return missing(seen, at: [router]) { view in
                let absent = seen.fleet.members.first { member in
                    member.kind == .worker && member.runningSince != nil
                        && view.worker(member.name)?.report.isReady != true
                }
                return absent.map { "\(router) does not see \($0.name) ready yet" }
                    ?? view.obstacleToHealth(replicas: replicas)
            }
        }
    }

    private mutating func missing(serving worker: String, _ seen: Seen) -> String? {
        guard let since = seen.fleet[worker]?.runningSince else {
            return "\(worker) \(seen.fleet[worker]?.lastEnd ?? "is not running")"
        }
        let routers = runningRouters(seen.fleet)
        // Not what its predecessor said last.
        for sighting in seen.sightings where !sighting.heard(worker, since: since) {
            return "\(worker) has not reported to \(sighting.router) yet"
        }
        let missing = missing(seen, at: routers) { $0.obstacleToServing(worker, replicas: replicas) }
        let leaders = seen.sightings.map { ClusterView($0.status).leaders }
        if missing != nil || leaders != self.leaders {
            self.leaders = leaders
            settledSince = seen.now
        }
        if let missing { return missing }
        guard seen.now.microseconds(since: settledSince) < Self.settlingMicroseconds else { return nil }
        return self.missing(seen, at: routers) { view in
            let count = view.partitionsToMove(replicas: replicas)
            return count == 0 ? nil : "\(counted(count, "partition")) to move"
        }
    }

    /// The first obstacle in the eyes of any of these routers, all of which have to have been asked.
    private func missing(_ seen: Seen, at routers: [String], _ obstacle: (ClusterView) -> String?) -> String? {
        for router in routers {
            guard let sighting = seen.sightings.last(where: { $0.router == router }) else {
                return "\(router) has not answered yet"
            }
            if let missing = obstacle(ClusterView(sighting.status)) { return missing }
        }
        return routers.isEmpty ? "no router runs" : nil
    }

    private func runningRouters(_ fleet: Fleet) -> [String] {
        fleet.members.filter { $0.kind == .router && $0.runningSince != nil }.map(\.name)
    }

    /// Asks until the worker says in its heartbeats what it shall. One that is to drain may have been started again
    /// meanwhile; one that was started may have been given the request that its predecessor left unanswered.
    private mutating func ask(
        _ worker: String, toDrain isWanted: Bool, _ seen: Seen, _ actions: inout [ProcedureAction]
    ) {
        guard let since = seen.fleet[worker]?.runningSince else { return }
        // Not what its predecessor said last.
        let isDraining = seen.sightings.contains { sighting in
            sighting.heard(worker, since: since)
                && sighting.status.workers.contains { $0.report.name == worker && $0.report.isDraining }
        }
        let isRecent = askedToDrainAt.map { seen.now.microseconds(since: $0) < Self.askAgainMicroseconds } ?? false
        guard isDraining != isWanted, !isRecent else { return }
        askedToDrainAt = seen.now
        actions.append(.drain(worker: worker, isWanted))
    }

    private mutating func wait(
        for missing: String, _ step: ProcedureStep, now: MonotonicInstant, _ actions: inout [ProcedureAction]
    ) {
        if missing != obstacle {
            obstacle = missing
            unchangedSince = now
            isSaid = false
        }
        // Not part of the obstacle: its words may differ each time, milliseconds for example, while nothing moves.
        let text = drainRefusal.map { "\(missing); it could not be asked: \($0)" } ?? missing
        let stood = now.microseconds(since: unchangedSince)
        let isNews = !isSaid || (drainRefusal != nil && !isRefusalSaid)
        // What passes at once is not worth a line.
        if isNews, stood >= Self.worthSayingMicroseconds {
            isSaid = true
            isRefusalSaid = drainRefusal != nil
            actions.append(.say(text))
        }
        guard stood >= Self.patienceMicroseconds else { return }
        give(up: "nothing has moved for \(Self.patienceMicroseconds / 1_000_000) s: \(text)", step, &actions)
    }

    private mutating func give(up why: String, _ step: ProcedureStep, _ actions: inout [ProcedureAction]) {
        isOver = true
        if case .drain(let worker) = step { actions.append(.drain(worker: worker, false)) }
        let done = position == 0 ? "Nothing was stopped or started" : "What was done before stays done"
        actions.append(
            .failed("\(title): given up, because \(why). \(done); look at `farthing workers` and ask again"))
    }

    /// The processes that a step needs to stay alive.
    private static func started(by step: ProcedureStep) -> [String] {
        switch step {
        case .start(let names, _): names
        case .awaitWorker(let name), .awaitRouter(let name): [name]
        case .drain, .stop, .forget: []
        }
    }
}
