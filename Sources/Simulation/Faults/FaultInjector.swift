// Makes things go wrong, each kind at its own rate, and right again after a while.

import Domain
import Log

final class FaultInjector {
    private unowned let cluster: SimulatedCluster
    var random: SeededRandom
    /// Faults that are to be healed, by number.
    private var remedies: [Int: Remedy] = [:]
    private var numbers = 0
    private var slowDisks = 0
    private var fullDisks = 0
    private var unruly = 0
    /// The next append of a worker is its last.
    private var tearsNext = false
    /// Workers that each request of death has stopped.
    private var deaths: [RequestID: Int] = [:]
    /// From here on nothing new goes wrong, and nothing is healed but the core.
    private(set) var isOver = false
    private(set) var core = HealthyCore(router: 0, workers: [])

    enum Remedy {
        case unblock([(link: Int, direction: Direction)])
        case undelay([Int], microseconds: UInt64)
        case speedUp
        case freeSpace
        case calmDown
        case setClock(NodeID)
        case reachLog(worker: Int)
        case flipEntryBack(bit: Int, record: UInt64, PartitionID)
        case retire(worker: Int)
        case serveAgain(worker: Int)
    }

    /// What is made well at the end.
    struct HealthyCore: CustomStringConvertible {
        var router: Int
        var workers: [Int]

        var description: String { (["r\(router + 1)"] + workers.map { "w\($0 + 1)" }).joined(separator: ", ") }
    }

    init(_ cluster: SimulatedCluster) {
        self.cluster = cluster
        random = SeededRandom(seed: cluster.scenario.seed, stream: "faults")
    }

    var isDiskSlow: Bool { slowDisks > 0 }

    private var mix: FaultMix { cluster.scenario.faults }

    func begin() {
        for place in mix.meanIntervals.indices { scheduleNext(place) }
    }

    private func scheduleNext(_ place: Int) {
        let pause = random.interval(mean: mix.meanIntervals[place].microseconds)
        cluster.schedule(.fault(place), at: cluster.now + pause)
    }

    /// The next fault of one kind.
    func happen(_ place: Int) {
        guard !isOver else { return }
        let kind = mix.meanIntervals[place].kind
        if inject(kind), !kind.isUnruly, kind != .tornTail { cluster.counts.faults[kind, default: 0] += 1 }
        scheduleNext(place)
    }

    // MARK: - Remedies

    private func duration() -> UInt64 { random.logUniform(mix.durations) }

    private func heal(_ remedy: Remedy, after microseconds: UInt64) {
        numbers += 1
        remedies[numbers] = remedy
        cluster.schedule(.heal(numbers), at: cluster.now + microseconds)
    }

    func heal(_ number: Int) {
        guard !isOver, let remedy = remedies.removeValue(forKey: number) else { return }
        apply(remedy)
    }

    private func apply(_ remedy: Remedy) {
        switch remedy {
        case .unblock(let lanes):
            note("the network heals")
            for lane in lanes { cluster.network.unblock(lane.link, lane.direction, now: cluster.now, cluster) }
        case .undelay(let links, let microseconds):
            for link in links { cluster.network.undelay(link, byMicroseconds: microseconds) }
        case .speedUp: slowDisks -= 1
        case .freeSpace:
            fullDisks -= 1
            cluster.storage.isFull = fullDisks > 0
        case .calmDown:
            unruly -= 1
            cluster.network.isUnruly = unruly > 0
        case .setClock(let node): cluster.node(node).clock.setRight()
        case .reachLog(let worker): restoreLog(of: cluster.workers[worker])
        case .flipEntryBack(let bit, let record, let partition):
            note("record \(record) of partition \(partition) is repaired")
            cluster.storage.flipBit(bit, inRecord: record, of: partition)
        case .retire(let worker):
            guard running(.worker).count > 1 else { return apply(.serveAgain(worker: worker)) }
            cluster.workers[worker].isRetired = true
            cluster.kill(cluster.workers[worker])
        case .serveAgain(let worker): cluster.workers[worker].drain(false)
        }
    }

    private func restoreLog(of worker: SimulatedWorker) {
        guard worker.logReach != .whole else { return }
        cluster.note(worker.id, "reaches the log again")
        worker.logReach = .whole
    }

    private func note(_ text: @autoclosure () -> String) { cluster.note(.world, text()) }

    // MARK: - Faults

    private func running(_ kind: NodeID.Kind) -> [SimulatedNode] {
        let nodes: [SimulatedNode] = kind == .router ? cluster.routers : cluster.workers
        return nodes.filter { $0.isRunning && !$0.isPaused }
    }

    private func killAndRestart(_ node: SimulatedNode) {
        cluster.kill(node)
        cluster.schedule(.start(node.id), at: cluster.now + random.logUniform(50_000...20_000_000))
    }

    /// - Returns: false when there is nothing that it could happen to.
    private func inject(_ kind: FaultKind) -> Bool {
        switch kind {
        case .killWorker, .killRouter, .killLeader, .killAll, .pause, .requestOfDeath, .addWorker, .drainWorker,
            .removeWorker, .addRouter, .removeRouter, .upgrade:
            return injectIntoProcesses(kind)
        case .partition, .partitionOneWay, .partitionPartial, .reset, .delay: return injectIntoNetwork(kind)
        case .drop, .duplicate, .reorder:
            unruly += 1
            cluster.network.isUnruly = true
            heal(.calmDown, after: duration())
            return true
        case .clockJump:
            let node = random.element(of: cluster.workers as [SimulatedNode])
            let size = Int64(random.logUniform(1_000...600_000))
            note("\(node.id)'s clock jumps by \(size) ms")
            cluster.witness.clockWasSet()
            node.clock.jump(milliseconds: random.chance(0.5) ? size : -size)
            heal(.setClock(node.id), after: duration())
            return true
        default: return injectIntoDisk(kind)
        }
    }

    private func injectIntoDisk(_ kind: FaultKind) -> Bool {
        note("the disk: \(kind)")
        switch kind {
        case .slowDisk:
            slowDisks += 1
            heal(.speedUp, after: duration())
        case .failedSync: cluster.storage.inject(random.chance(0.5) ? .appendLost : .appendKept)
        case .fullDisk:
            fullDisks += 1
            cluster.storage.isFull = true
            heal(.freeSpace, after: duration())
        case .failedClaim: cluster.storage.inject(.claimFails)
        case .failedRead: cluster.storage.inject(.readFails)
        case .failedSnapshot: cluster.storage.inject(.snapshotFails)
        case .tornTail: tearsNext = true
        case .flippedEntry:
            let partition = randomPartition()
            let last = cluster.witness.lastIndex(of: partition)
            guard last > 0 else { return false }
            let record = random.number(in: 1...last)
            let bit = random.below(1 << 16)
            guard cluster.storage.flipBit(bit, inRecord: record, of: partition) else { return false }
            heal(.flipEntryBack(bit: bit, record: record, partition), after: duration())
        case .flippedSnapshot:
            return cluster.storage.flipBit(random.below(1 << 20), inNewestSnapshotOf: randomPartition())
        case .lostLog:
            let worker = random.element(of: cluster.workers)
            guard worker.logReach == .whole else { return false }
            loseLog(worker)
            heal(.reachLog(worker: worker.id.number), after: duration())
        default: return false
        }
        return true
    }

    private func loseLog(_ worker: SimulatedWorker) {
        worker.logReach = random.chance(0.5) ? .lost : .answersLost
        cluster.note(worker.id, worker.logReach == .lost ? "loses the log" : "does not hear what the log answers")
    }

    private func randomPartition() -> PartitionID {
        random.chance(0.2) ? .broadcast : PartitionID(UInt16(random.below(cluster.scenario.partitions)))
    }

    func appendBegan(_ worker: Int) {
        guard tearsNext, !isOver else { return }
        tearsNext = false
        killAndRestart(cluster.workers[worker])
    }

    func workerStopped(_ worker: Int, _ request: RequestID) {
        guard request != .none else { return }
        deaths[request, default: 0] += 1
        // Each of at most three attempts may take two workers, at a router that knows nothing of the others'.
        guard deaths[request]! > 6, mix.keepsOrder else { return }
        cluster.witness.report(
            .twoDeathsConvict, request: request.low, "a request of death has stopped \(deaths[request]!) workers")
    }
}

// MARK: - Processes

extension FaultInjector {
    private func injectIntoProcesses(_ kind: FaultKind) -> Bool {
        switch kind {
        case .killWorker: return with(running(.worker)) { killAndRestart($0) }
        case .killRouter: return with(running(.router)) { killAndRestart($0) }
        case .killLeader:
            let owner = cluster.witness.leaderships[randomPartition()]?.owner
            return with(running(.worker).filter { "\($0.id)" == owner }) { killAndRestart($0) }
        case .killAll:
            for node in running(.worker) { killAndRestart(node) }
        case .pause:
            return with(running(.worker) + running(.router)) { node in
                cluster.note(node.id, "stands still")
                node.pause()
                cluster.schedule(.resume(node.id, pause: node.pauses), at: cluster.now + duration())
            }
        case .requestOfDeath: random.element(of: cluster.clients).askForDeath()
        case .upgrade:
            return with(running(.worker) + running(.router)) { node in
                node.version = 1 - node.version
                killAndRestart(node)
            }
        default: return changeMembers(kind)
        }
        return true
    }

    private func with(_ nodes: [SimulatedNode], _ body: (SimulatedNode) -> Void) -> Bool {
        guard !nodes.isEmpty else { return false }
        body(random.element(of: nodes))
        return true
    }

    private func changeMembers(_ kind: FaultKind) -> Bool {
        switch kind {
        case .addWorker: return bringBack(cluster.workers)
        case .addRouter: return bringBack(Array(cluster.routers.prefix(cluster.scenario.routers)))
        case .drainWorker:
            return with(running(.worker)) { node in
                cluster.note(node.id, "drains")
                cluster.workers[node.id.number].drain(true)
                heal(
                    random.chance(0.5) ? .retire(worker: node.id.number) : .serveAgain(worker: node.id.number),
                    after: duration())
            }
        case .removeWorker, .removeRouter:
            let nodes = running(kind == .removeWorker ? .worker : .router)
            guard nodes.count > 1 else { return false }
            return with(nodes) { node in
                node.isRetired = true
                cluster.kill(node)
            }
        default: return false
        }
    }

    private func bringBack(_ nodes: [SimulatedNode]) -> Bool {
        guard let node = nodes.first(where: { $0.isRetired && !$0.isRunning }) else { return false }
        node.isRetired = false
        cluster.start(node)
        return true
    }
}

// MARK: - The network

extension FaultInjector {
    private func injectIntoNetwork(_ kind: FaultKind) -> Bool {
        let network = cluster.network
        switch kind {
        case .partition:
            // Some processes on one side, the others on the other side.
            let away = Set(cluster.servers.map(\.id).filter { _ in random.chance(0.4) })
            let cut = network.links.indices.filter {
                away.contains(network.links[$0].id.dialer) != away.contains(.router(network.links[$0].id.router))
            }
            block(cut.flatMap { [($0, .toRouter), ($0, .toDialer)] })
        case .partitionOneWay:
            let direction: Direction = random.chance(0.5) ? .toRouter : .toDialer
            block(network.links(of: randomNode()).map { ($0, direction) })
        case .partitionPartial:
            let share = 0.1 + 0.5 * random.fraction()
            let cut = network.links.indices.filter { _ in random.chance(share) }
            block(cut.flatMap { [($0, .toRouter), ($0, .toDialer)] })
        case .reset:
            for link in network.links(of: randomNode()) where random.chance(0.6) {
                network.reset(link, now: cluster.now, cluster)
            }
        default:
            let slow = network.links(of: randomNode())
            let microseconds = random.logUniform(1_000...400_000)
            for link in slow { network.delay(link, byMicroseconds: microseconds) }
            heal(.undelay(slow, microseconds: microseconds), after: duration())
        }
        return true
    }

    private func randomNode() -> NodeID {
        let nodes = (cluster.servers + cluster.clients).filter { !$0.isRetired }
        return random.element(of: nodes).id
    }

    private func block(_ lanes: [(link: Int, direction: Direction)]) {
        note("\(lanes.count) ways of the network are cut")
        for lane in lanes { cluster.network.block(lane.link, lane.direction) }
        heal(.unblock(lanes), after: duration())
    }
}

// MARK: - The end

extension FaultInjector {
    /// Makes one router and as many workers as hold a partition well, and leaves the rest as it is, or worse.
    func healCore() {
        for client in cluster.clients { client.isClosing = true }
        healDisks()
        isOver = true
        let router = random.below(cluster.scenario.routers)
        let candidates = random.shuffled(Array(0..<cluster.scenario.workers))
        core = HealthyCore(
            router: router, workers: Array(candidates.prefix(max(1, cluster.scenario.replicas))).sorted())
        note("the core is healed: \(core)")
        let members = Set([NodeID.router(router)] + core.workers.map(NodeID.worker))
        breakOthers(members)
        for id in members.sorted() {
            let node = cluster.node(id)
            node.isRetired = false
            node.clock.setRight()
            if node.isPaused { cluster.resume(node) }
            if !node.isRunning { cluster.start(node) }
            if id.kind == .worker {
                cluster.workers[id.number].drain(false)
                restoreLog(of: cluster.workers[id.number])
            }
        }
        for link in cluster.network.links.indices where isInside(link, members) {
            cluster.network.heal(link, now: cluster.now, cluster)
        }
    }

    private func isInside(_ link: Int, _ members: Set<NodeID>) -> Bool {
        let id = cluster.network.links[link].id
        return members.contains(.router(id.router)) && (members.contains(id.dialer) || id.dialer == cluster.prober.id)
    }

    /// The disks of one machine are everybody's.
    private func healDisks() {
        for number in remedies.keys.sorted() {
            switch remedies[number]! {
            case .speedUp, .freeSpace, .calmDown, .flipEntryBack: apply(remedies[number]!)
            default: break
            }
        }
        remedies = [:]
        cluster.storage.forgetFaults()
        tearsNext = false
    }

    /// A whole cluster with a healthy core proves little: half of the others go down, stand still, or lose some ways or the log.
    private func breakOthers(_ members: Set<NodeID>) {
        for node in cluster.servers where !members.contains(node.id) && node.isRunning {
            switch random.below(8) {
            case 0: cluster.kill(node)
            case 1:
                cluster.note(node.id, "stands still")
                node.pause()
            case 2:
                for link in cluster.network.links(of: node.id) where random.chance(0.5) {
                    cluster.network.block(link, random.chance(0.5) ? .toRouter : .toDialer)
                }
            case 3: if node.id.kind == .worker { loseLog(cluster.workers[node.id.number]) }
            default: break
            }
            // Nobody starts it again.
            node.isRetired = !node.isRunning
        }
    }
}
