// A whole cluster in one thread: its processes, network, disks and clocks, and one queue of what happens next. The same
// scenario gives the same run, event for event.

import Domain
import Log
import Models
import WorkerCore
import WorkerLog

public final class SimulatedCluster {
    public let scenario: Scenario
    /// Microseconds since the run began.
    private(set) var now: UInt64 = 0
    private var queue = EventQueue<SimulationEvent>()
    public let trace: Trace
    let network: SimulatedNetwork
    let storage: MemoryLogStorage
    let witness: Witness
    private(set) var routers: [SimulatedRouter] = []
    private(set) var workers: [SimulatedWorker] = []
    private(set) var clients: [ShopClient] = []
    private(set) var prober: LivenessProber!
    private(set) var faults: FaultInjector!
    /// By the checksum that activations name them by.
    private(set) var models: [UInt64: ModelBundle] = [:]
    var counts = RunCounts()
    private var random: SeededRandom
    private var diskRandom: SeededRandom
    private var incarnations: UInt64
    /// Between two looks at every replica.
    private let inspectMicroseconds: UInt64

    /// - Parameter recordedLines: how many lines of trace to keep; 0 for none.
    public init(_ scenario: Scenario, recordedLines: Int = 0) {
        self.scenario = scenario
        trace = Trace(recordedLines: recordedLines)
        network = SimulatedNetwork(scenario.network, seed: scenario.seed)
        storage = MemoryLogStorage(partitionCount: scenario.partitions)
        witness = Witness(partitions: scenario.partitions)
        random = SeededRandom(seed: scenario.seed, stream: "cluster")
        diskRandom = SeededRandom(seed: scenario.seed, stream: "disk")
        incarnations = random.next() >> 16
        inspectMicroseconds = random.element(of: [2_000_000, 5_000_000, 15_000_000])
        storage.observer = witness
        faults = FaultInjector(self)
        addNodes()
    }

    private func addNodes() {
        let known = Array(0..<Scenario.mostRouters)
        for number in known {
            routers.append(SimulatedRouter(.router(number), self, clock: SimulatedClock(random: &random)))
        }
        for number in 0..<Scenario.mostWorkers {
            workers.append(SimulatedWorker(.worker(number), self, clock: SimulatedClock(random: &random)))
            for router in known { network.addLink(from: .worker(number), toRouter: router) }
        }
        for number in 0..<scenario.load.clients {
            let stream = SeededRandom(seed: scenario.seed, stream: "client \(number)")
            clients.append(
                ShopClient(
                    .client(number), self, clock: SimulatedClock(random: &random),
                    routers: Array(0..<scenario.routers), random: stream))
            for router in known { network.addLink(from: .client(number), toRouter: router) }
        }
        prober = LivenessProber(
            .client(scenario.load.clients), self, clock: SimulatedClock(random: &random), routers: [0],
            random: SeededRandom(seed: scenario.seed, stream: "prober"))
        for router in known { network.addLink(from: prober.id, toRouter: router) }
        for router in routers.dropFirst(scenario.routers) { router.isRetired = true }
        for worker in workers.dropFirst(scenario.workers) { worker.isRetired = true }
    }

    // MARK: - Running

    /// Runs until a violation, or until `microseconds` have passed and the core of the cluster has shown progress.
    public func run(microseconds: UInt64) -> RunReport {
        for router in routers.prefix(scenario.routers) { start(router) }
        for worker in workers.prefix(scenario.workers) { start(worker) }
        for client in clients { start(client) }
        start(prober)
        prober.fillCatalogue()
        faults.begin()
        schedule(.inspect, at: inspectMicroseconds)
        advance(to: microseconds)
        if witness.violation == nil {
            faults.healCore()
            prober.begin(through: faults.core.router)
            advance(to: now + LivenessProber.patienceMicroseconds) { self.prober.isDone }
            prober.conclude()
            inspect()
        }
        counts.messages = network.sent
        counts.records = witness.recordsAppended
        return RunReport(
            seed: scenario.seed, microseconds: now, askedMicroseconds: microseconds, counts: counts,
            digest: trace.digest, violation: witness.violation)
    }

    /// Runs to a time, a violation, or an end.
    func advance(to end: UInt64, until isDone: () -> Bool = { false }) {
        while let next = queue.nextTime, next <= end, witness.violation == nil, !isDone() {
            guard let (time, event) = queue.next() else { break }
            now = time
            witness.now = time
            counts.events += 1
            handle(event)
        }
        if witness.violation == nil, !isDone() { now = max(now, end) }
    }

    func schedule(_ event: SimulationEvent, at time: UInt64) { queue.schedule(event, at: time) }

    private func handle(_ event: SimulationEvent) {
        if let id = event.node {
            let node = node(id)
            if node.isPaused { return node.postpone(event) }
        }
        trace.mix(now ^ event.code << 56)
        switch event {
        case .arrival(let travelling): arrivesNow(travelling)
        case .takenIn(let travelling): takenIn(travelling)
        case .redial(let link, let incarnation):
            let dialer = network.links[link].id.dialer
            if node(dialer).incarnation == incarnation { network.dial(link, now: now, self) }
        case .disconnected(let id, let link): if node(id).isRunning { node(id).disconnected(link) }
        case .wake(let id, let incarnation, let time):
            trace.mix(id.word)
            node(id).wakeDue(incarnation: incarnation, at: time)
        case .poll(let worker, let incarnation):
            if isCurrent(worker, incarnation) { workers[worker].disk?.pollDue() }
        case .diskActs(let worker, let incarnation):
            if isCurrent(worker, incarnation) { workers[worker].disk?.act() }
        case .diskAnswers(let worker, let incarnation):
            if isCurrent(worker, incarnation), let answer = workers[worker].disk?.tell() {
                workers[worker].diskAnswered(answer)
            }
        case .start(let id):
            let node = node(id)
            if !node.isRunning, !node.isRetired { start(node) }
        case .resume(let id, let pause):
            if node(id).pauses == pause { resume(node(id)) }
        case .fault(let place): faults.happen(place)
        case .heal(let fault): faults.heal(fault)
        case .inspect:
            inspect()
            schedule(.inspect, at: now + inspectMicroseconds)
        }
    }

    private func isCurrent(_ worker: Int, _ incarnation: UInt64) -> Bool {
        workers[worker].isRunning && workers[worker].incarnation == incarnation
    }

    // MARK: - Processes

    func node(_ id: NodeID) -> SimulatedNode {
        switch id.kind {
        case .router: routers[id.number]
        case .worker: workers[id.number]
        case .client, .world: id.number < clients.count ? clients[id.number] : prober
        }
    }

    /// Every router and every worker, those included that do not run.
    var servers: [SimulatedNode] { (routers as [SimulatedNode]) + (workers as [SimulatedNode]) }

    func start(_ node: SimulatedNode) {
        incarnations += 1
        note(node.id, "starts")
        node.start(incarnation: incarnations)
    }

    /// Ends a process as SIGKILL would.
    func kill(_ node: SimulatedNode) {
        guard node.isRunning else { return }
        note(node.id, "dies")
        node.end()
        network.processDied(node.id, now: now, self)
    }

    func resume(_ node: SimulatedNode) {
        guard node.isPaused else { return }
        note(node.id, "goes on")
        for event in node.resume() { schedule(event, at: now) }
    }

    /// A worker's process ends by itself; its supervisor starts it again.
    func workerStopped(
        _ worker: Int, because reason: String, isCorruption: Bool = false, request: RequestID = .none
    ) {
        let node = workers[worker]
        note(node.id, request, "ends itself: \(reason)")
        kill(node)
        counts.workersStopped += 1
        faults.workerStopped(worker, request)
        schedule(.start(node.id), at: now + (isCorruption ? 2_000_000 : random.logUniform(100_000...2_000_000)))
    }

    // MARK: - Disks

    func diskTime(isWrite: Bool) -> UInt64 {
        let time = diskRandom.number(in: isWrite ? scenario.disk.write : scenario.disk.read)
        return faults.isDiskSlow ? time * scenario.disk.slowness : time
    }

    /// How much of an entry is on the disk when its process dies while it writes; nil for nothing at all.
    func tornShare() -> Double? {
        guard scenario.faults.contains(.tornTail), diskRandom.chance(0.7) else { return nil }
        counts.faults[.tornTail, default: 0] += 1
        return diskRandom.chance(0.3) ? 1 : diskRandom.fraction()
    }

    /// A worker's append has begun: the moment at which dying hurts most.
    func appendBegan(_ worker: Int) { faults.appendBegan(worker) }

    // MARK: - Models

    /// A model that nobody has activated yet.
    func newModel() -> ModelActivation {
        let activation = model(UInt64(models.count + 1))
        models[activation.checksum] = try? PaperShop.model(version: activation.version)
        return activation
    }

    /// The one that was made last, whatever became of it; nil before the first.
    var latestModel: ModelActivation? { models.isEmpty ? nil : model(UInt64(models.count)) }

    func anyModel(_ random: inout SeededRandom) -> ModelActivation? {
        models.isEmpty ? nil : model(UInt64(1 + random.below(models.count)))
    }

    private func model(_ version: UInt64) -> ModelActivation {
        ModelActivation(version: version, checksum: finalMix(version), path: "model-\(version)")
    }

    // MARK: - Checking

    /// Looks at the state of every replica.
    private func inspect() {
        for router in routers { router.noteView() }
        for worker in workers where worker.isRunning {
            guard let core = worker.core else { continue }
            for partition in core.heldPartitions {
                if let state = core.frozenState(of: partition) { witness.inspected(state, at: worker.id) }
            }
        }
    }
}

// MARK: - The network's questions

extension SimulatedCluster: NetworkDelegate {
    package func arrives(_ travelling: Travelling, at time: UInt64) { schedule(.arrival(travelling), at: time) }

    package func arrivesNow(_ travelling: Travelling) {
        if network.passes(travelling) { takenIn(travelling) }
    }

    /// A process that stands still takes it in later, whatever is cut by then.
    func takenIn(_ travelling: Travelling) {
        let link = network.links[travelling.link].id
        let receiver = node(travelling.direction == .toRouter ? .router(link.router) : link.dialer)
        if receiver.isPaused { return receiver.postpone(.takenIn(travelling)) }
        guard let message = network.arrived(travelling, now: now, self) else { return }
        trace.mix(message.header.requestID.low ^ UInt64(message.header.kind.rawValue) << 48 ^ receiver.id.word << 32)
        if receiver.isRunning { receiver.received(message, on: travelling.link) }
    }

    package func redials(_ link: Int, incarnation: UInt64, at time: UInt64) {
        schedule(.redial(link: link, incarnation: incarnation), at: time)
    }

    package func connected(_ link: Int) {
        let id = network.links[link].id
        note(id.dialer, "connects to r\(id.router + 1)")
        node(id.dialer).connected(link)
    }

    package func disconnected(_ link: Int, at end: NodeID) {
        note(end, "loses a connection")
        let node = node(end)
        if node.isPaused { return node.postpone(.disconnected(end, link: link)) }
        if node.isRunning { node.disconnected(link) }
    }

    package func isRunning(_ node: NodeID) -> Bool { self.node(node).isRunning }

    package func incarnation(of node: NodeID) -> UInt64 { self.node(node).incarnation }

    package func faultHappened(_ kind: FaultKind) { counts.faults[kind, default: 0] += 1 }
}

// MARK: - Notes

extension SimulatedCluster {
    @inline(__always)
    func note(_ node: NodeID, _ text: @autoclosure () -> String) {
        if trace.isRecording { trace.note(now, node, text()) }
    }

    @inline(__always)
    func note(_ node: NodeID, _ request: RequestID, _ text: @autoclosure () -> String) {
        if trace.isRecording {
            trace.note(now, node, request: request.low, "\(hexadecimal(request.low).prefix(6)) \(text())")
        }
    }

    @inline(__always)
    func note(_ node: NodeID, _ partition: PartitionID, _ text: @autoclosure () -> String) {
        if trace.isRecording { trace.note(now, node, partition: partition, "partition \(partition): \(text())") }
    }

    func note(_ node: NodeID, _ command: LogCommand) {
        guard trace.isRecording else { return }
        switch command {
        case .load(let partition), .resume(let partition, _): note(node, partition, "loads")
        case .claim(let partition, let epoch): note(node, partition, "claims after epoch \(epoch)")
        case .catchUp(let partition): note(node, partition, "looks at the log")
        case .release(let partition): note(node, partition, "releases")
        case .append(let records, let partition, let epoch, let index):
            let prices = records.compactMap { record -> String? in
                guard case .exposures(_, let shown) = record else { return nil }
                return shown.map { "\($0.user.user) \($0.product) \($0.personalPrice.minorUnits)" }
                    .joined(separator: ", ")
            }
            note(
                node, partition,
                "appends \(records.count) records after \(index) under epoch \(epoch)"
                    + (prices.isEmpty ? "" : "; shown: " + prices.joined(separator: "; ")))
        }
    }

    func note(_ node: NodeID, _ event: LogEvent) {
        guard trace.isRecording else { return }
        switch event {
        case .loaded(let partition, let replay, let leadership):
            note(node, partition, "has loaded up to \(replay.index), epoch \(leadership.epoch)")
        case .followed(let partition, let records, let index, let leadership):
            note(
                node, partition,
                "follows to \(index + UInt64(records.count)), led by \(leadership.owner) under \(leadership.epoch)")
        case .caughtUp(let partition): note(node, partition, "has caught up")
        case .claimed(let partition, let claim): note(node, partition, "leads under epoch \(claim.epoch)")
        case .claimRefused(let partition, let leadership):
            note(node, partition, "was not given the lead; epoch \(leadership.epoch) is \(leadership.owner)'s")
        case .appended(let partition): note(node, partition, "has appended")
        case .appendRefused(let partition, let failure): note(node, partition, "could not append: \(failure)")
        }
    }
}
