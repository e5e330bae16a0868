// A cluster on paper, in which everything a procedure asks for happens by the next tick: processes end and start,
// routers place partitions on the workers that are left, draining workers hand over.

import Domain
import Supervision

struct PaperCluster {
    private(set) var fleet = Fleet(permanentFailureStatus: 78)
    private(set) var now: UInt64 = 1_000
    /// What was stopped and started, in order: `−w1`, `+w1`; `~w1` is asked to drain.
    private(set) var trace: [String] = []
    private(set) var said: [String] = []
    /// How it ended; nil while it goes on.
    private(set) var outcome: ProcedureAction?
    /// The most processes that were down at a time.
    private(set) var mostDown = 0
    /// Processes that end as soon as they start.
    var doomed: Set<String> = []
    /// Workers that refuse to let go.
    var stubborn: Set<String> = []
    /// Workers that do not answer any more: what they said last stands, and asking them is refused in other words
    /// each time.
    var hung: Set<String> = []
    /// Whether routers let others lead what hung workers led.
    var replacesHungLeaders = true
    /// Workers that are given, when they start, the request to drain that their predecessor left unanswered.
    var inheriting: Set<String> = []
    /// Workers of which routers repeat, for a second after they start, that their predecessor was draining.
    var outlived: Set<String> = []
    private var draining: Set<String> = []
    private var nextProcess: Int32 = 100

    init(routers: Int, workers: Int) {
        for number in 1...routers { fleet.add("r\(number)", .router, now: instant(0)) }
        for number in 1...workers { fleet.add("w\(number)", .worker, now: instant(0)) }
        reconcile()
    }

    /// Runs a procedure to its end, or for so long.
    mutating func run(_ procedure: Procedure, forMilliseconds patience: UInt64 = 600_000) {
        var procedure = procedure
        let end = now + patience
        while outcome == nil, now < end {
            now += 100
            var actions: [ProcedureAction] = []
            procedure.advance(fleet, sightings, now: instant(now), into: &actions)
            for action in actions { carryOut(action, &procedure) }
            reconcile()
        }
    }

    private mutating func carryOut(_ action: ProcedureAction, _ procedure: inout Procedure) {
        switch action {
        case .drain(let worker, let drain):
            trace.append((drain ? "~" : "!~") + worker)
            guard !hung.contains(worker) else {
                return procedure.drainAnswered(refusal: "\(worker) was silent for \(now) ms")
            }
            if drain { draining.insert(worker) } else { draining.remove(worker) }
            procedure.drainAnswered(refusal: nil)
        case .stop(let names):
            for name in names {
                trace.append("−\(name)")
                fleet.stop(name, now: instant(now))
            }
        case .forget(let names): for name in names { fleet.forget(name) }
        case .start(let names, let kind):
            for name in names {
                trace.append("+\(name)")
                fleet.add(name, kind, now: instant(now))
            }
        case .say(let line): said.append(line)
        case .finished, .failed: outcome = action
        }
    }

    private mutating func reconcile() {
        var actions: [FleetAction] = []
        fleet.reconcile(now: instant(now), into: &actions)
        for action in actions {
            switch action {
            case .spawn(let name):
                nextProcess += 1
                fleet.started(name, process: nextProcess, now: instant(now))
                if inheriting.remove(name) != nil { draining.insert(name) }
                guard doomed.contains(name) else { continue }
                var more: [FleetAction] = []
                fleet.ended(name, process: nextProcess, .status(1), now: instant(now), into: &more)
            case .terminate(let name, let process):
                draining.remove(name)
                hung.remove(name)
                mostDown = max(mostDown, fleet.members.count { $0.runningSince == nil })
                var more: [FleetAction] = []
                fleet.ended(name, process: process, .status(0), now: instant(now), into: &more)
            case .kill, .inform, .warn: break
            }
        }
    }

    /// What every router that runs says now.
    private var sightings: [Sighting] {
        let running = fleet.members.filter { $0.runningSince != nil }
        let workers = running.filter { $0.kind == .worker }.map(\.name).sorted()
        let placement = placement(among: workers.filter { !isReplaced($0) })
        let earlier = self.placement(among: workers)
        let statuses = workers.map { name in
            if hung.contains(name) {
                let held = held(by: name, earlier)
                return worker(name, held, isReady: false, silentMilliseconds: 60_000, problem: "silent")
            }
            if outlived.contains(name), let age = age(of: name), age < 1_000 {
                return worker(name, [], isDraining: true, silentMilliseconds: UInt32(age) + 100)
            }
            return worker(
                name, held(by: name, placement, epoch: 2), isDraining: draining.contains(name), silentMilliseconds: 0)
        }
        return running.filter { $0.kind == .router }.map { router in
            Sighting(
                router: router.name, status: status(statuses, partitions: 4, router: router.name), at: instant(now))
        }
    }

    private func age(of name: String) -> UInt64? {
        fleet[name]?.runningSince.map { instant(now).microseconds(since: $0) / 1_000 }
    }

    private func isReplaced(_ name: String) -> Bool {
        hung.contains(name) ? replacesHungLeaders : draining.contains(name) && !stubborn.contains(name)
    }

    private func placement(among names: [String]) -> ([String], Placement) {
        (names, Placement(members: names.map { .init(name: $0) }, partitions: 4, replicas: 2))
    }

    private func held(by name: String, _ placed: ([String], Placement), epoch: UInt64 = 1) -> [ReplicaReport] {
        let (names, placement) = placed
        guard let place = names.firstIndex(of: name) else { return [] }
        return ((0..<4).map { PartitionID($0) } + [.broadcast]).compactMap { partition in
            placement.holders(of: partition).firstIndex(of: place)
                .map { replica($0 == 0 ? .leading : .following, partition.number, epoch: epoch) }
        }
    }
}
