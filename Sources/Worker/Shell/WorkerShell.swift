// The worker's process: one DEALER socket to the router, one thread that serves, one that waits for the disk
// (`DiskThread`), and the core that decides. The serving loop never blocks except to wait for work.

import Configuration
import Domain
import Foundation
import Models
import Operations
import Pricing
import Wire
import WorkerCore
import ZeroMQ

/// A worker. Lives on the thread that made it.
public struct WorkerShell: ~Copyable {
    var core: WorkerCore
    let name: String
    let journal: Journal
    let key: QuoteKey
    let disk: DiskThread
    private let diskEvents: Mailbox<DiskEvent>
    private let wake: WakeUp
    private let settings: ClusterConfiguration
    var socket: Socket
    let decoder = BodyDecoder()
    let encoder = BodyEncoder()
    var header = Message()
    var body = Message()
    /// Requests that wait for the log, by ticket.
    var waiting: [Ticket: MessageHeader] = [:]
    private var tickets: UInt64 = 0
    /// Requests that wait for one more look at the broadcast log; see `WorkerShell+Deferral`.
    var deferred: [DeferredRequest] = []
    var actions: [WorkerAction] = []

    // What is still missing before requests may come.
    private var partitionsToLead: Set<PartitionID>
    private var isBroadcastRead = false
    private var isModelSettled = false
    /// nil while the log names a model, which is always waited for.
    private var waitForModelUntil: MonotonicInstant?
    /// The model that is being loaded.
    private var loading: ModelActivation?
    private var problem = ""
    private var problemSource: ProblemSource?

    private enum ProblemSource {
        case model, log
    }

    /// Messages handled before anything else gets its turn.
    private static let batch = 256

    public init(
        _ configuration: ClusterConfiguration, name: String, journal: Journal
    ) throws(Refusal) {
        guard let calendar = ShopCalendar(timeZone: configuration.shop.timeZone),
            let index = configuration.workers.names.firstIndex(of: name), let router = configuration.routers.first
        else {
            throw Refusal(
                .invalidConfiguration, place: "--name", value: name,
                remedy: "Use one of \(configuration.workers.names.joined(separator: ", ")).")
        }
        var random = SystemRandomNumberGenerator()
        let incarnation: UInt64 = random.next()
        let key = try QuoteKeyFile.loadOrCreate(configuration.quotes.keyFile)
        let socket = try Self.connect(to: router.workers, as: incarnation)
        self.key = key
        self.socket = socket
        settings = configuration
        self.name = name
        self.journal = journal
        core = WorkerCore(WorkerConfiguration(configuration, name: name, calendar: calendar), incarnation: incarnation)
        let wake = WakeUp()
        let diskEvents = Mailbox<DiskEvent> { wake.signal() }
        self.wake = wake
        self.diskEvents = diskEvents
        disk = DiskThread(
            directory: configuration.log.directory, cluster: configuration.cluster.name,
            partitions: configuration.cluster.partitions, owner: name, calendar: calendar, journal: journal,
            events: diskEvents)

        let placement = Placement(
            members: configuration.workers.names.map { Placement.Member(name: $0) },
            partitions: configuration.cluster.partitions, replicas: 1)
        let led =
            (0..<configuration.cluster.partitions).map { PartitionID(UInt16($0)) }
            .filter { placement.holders(of: $0)[0] == index } + (placement.broadcast[0] == index ? [.broadcast] : [])
        partitionsToLead = Set(led)
        if !led.contains(.broadcast) { disk.post(.followBroadcast) }
        // The broadcast partition first, so that no cart meets an empty catalogue.
        for partition in led.reversed() { disk.post(.lead(partition)) }
    }

    private static func connect(to router: Endpoint, as incarnation: UInt64) throws(Refusal) -> Socket {
        do throws(ZeroMQError) {
            var options = SocketOptions()
            options.maximumFrameBytes = Int64(Limits.frameBytes)
            options.sendHighWater = 100_000
            options.receiveHighWater = 100_000
            options.lingerMilliseconds = 500
            // Odd, because libzmq reserves ids that begin with a zero byte.
            options.routingID = (0..<8).map { UInt8(truncatingIfNeeded: (incarnation | 1) >> (8 * UInt64($0))) }
            let socket = try Socket(.dealer, in: Context(), options: options)
            try socket.connect(router.description)
            return socket
        } catch {
            throw Refusal(
                .unavailable, place: "routers.workers", value: router.description, remedy: error.description)
        }
    }

    /// What `run` should be woken by besides messages.
    public var stopSignal: StopSignal { StopSignal(wake: wake) }

    private var isReady: Bool {
        partitionsToLead.isEmpty && isBroadcastRead
            && (isModelSettled || waitForModelUntil.map { Clock.monotonic() >= $0 } ?? false)
    }

    /// How long a worker waits for a first model that it cannot be sure will come.
    private static let modelPatienceMicroseconds: UInt64 = 2_000_000

    // MARK: - The loop

    /// Serves until `stop` is requested, then makes everything durable.
    /// - Throws: when the log has failed; the process must not go on.
    public mutating func run(until stop: StopSignal) throws {
        var nextReport = Clock.monotonic()
        var nextExposures = nextReport
        while !stop.isRequested {
            let ready = try Poller.wait(for: socket, descriptor: wake.descriptor, timeoutMilliseconds: 10)
            if ready[1] { try handleDiskEvents() }
            if ready[0] { try drainRequests() }
            let now = Clock.monotonic()
            if now >= nextExposures {
                nextExposures = now.adding(microseconds: settings.exposures.flushEvery.wholeMicroseconds)
                core.exposuresDue(now: Clock.timestamp(), into: &actions)
            }
            try carryOutActions()
            if now >= nextReport {
                nextReport = now.adding(microseconds: settings.heartbeats.interval.wholeMicroseconds)
                try report()
            }
        }
        try finish()
    }

    private mutating func drainRequests() throws {
        for _ in 0..<Self.batch {
            guard try socket.receive(&header) else { return }
            guard header.hasMore else { continue }
            _ = try socket.receive(&body)
            try socket.discardRest(after: &body)
            try handleRequest()
        }
    }

    /// A heartbeat from the loop that prices: when this stops, pricing has stopped.
    private mutating func report() throws {
        let header = MessageHeader(
            kind: .report, priority: .commit, deadlineMicroseconds: 0, keyHash: KeyHash(0), requestID: .none)
        _ = try send(header, encoder.workerReport(core.report(isReady: isReady, problem: problem)))
    }

    /// Logs what was shown, keeps snapshots, and waits for the disk.
    private mutating func finish() throws {
        core.exposuresDue(now: Clock.timestamp(), into: &actions)
        try carryOutActions()
        while core.isAppending {
            _ = try Poller.wait(for: socket, descriptor: wake.descriptor, timeoutMilliseconds: 1_000)
            try handleDiskEvents()
            try carryOutActions()
        }
        for partition in core.ledPartitions {
            if let snapshot = core.snapshot(of: partition) { disk.post(.keepSnapshot(snapshot, of: partition)) }
        }
        disk.post(.stop)
        while true {
            for event in diskEvents.takeAll() {
                if case .stopped = event { return }
                if case .failed(let why, let isPermanent) = event { throw logFailure(why, isPermanent) }
            }
            _ = try Poller.wait(for: socket, descriptor: wake.descriptor, timeoutMilliseconds: 1_000)
            wake.clear()
        }
    }

    // MARK: - The disk

    private mutating func handleDiskEvents() throws {
        wake.clear()
        for event in diskEvents.takeAll() {
            switch event {
            case .led(let partition, let epoch, let replay):
                core.ledPartition(partition, epoch: epoch, replay: replay)
                partitionsToLead.remove(partition)
                if partition == .broadcast { broadcastWasRead() }
            case .followedBroadcast(let replay):
                core.followedBroadcast(replay)
                broadcastWasRead()
            case .broadcastRead(let records):
                core.broadcastRead(records)
                loadActivatedModel()
            case .broadcastCaughtUp:
                try handleDeferred()
            case .appended(let partition):
                core.appended(to: partition, into: &actions)
                if problemSource == .log { clearProblem() }
                if partition == .broadcast { loadActivatedModel() }
            case .appendRefused(let partition, let failure):
                core.appendRefused(by: partition, failure, into: &actions)
                try noteAppendFailure(failure, partition)
            case .bundleStaged(.success(let activation), let ticket):
                core.activationRequested(activation, ticket: ticket, into: &actions)
            case .bundleStaged(.failure(let refusal), let ticket):
                if let ticket { actions.append(.answer(ticket, .refused(refusal))) }
                if ticket == nil {
                    noteProblem(refusal.description, .model)
                    isModelSettled = true
                }
            case .bundleLoaded(let result, let activation):
                bundleLoaded(result, activation)
            case .failed(let why, let isPermanent):
                throw logFailure(why, isPermanent)
            case .stopped: break
            }
        }
    }

    private mutating func broadcastWasRead() {
        isBroadcastRead = true
        if core.activation == nil {
            // A new cluster serves the configured bundle, if there is a good one: the leader of the broadcast
            // partition says so in the log, and the others wait a moment for that.
            let isConfigured = FileManager.default.fileExists(atPath: settings.model.bundleFile)
            isModelSettled = !isConfigured
            waitForModelUntil = Clock.monotonic().adding(microseconds: Self.modelPatienceMicroseconds)
            if isConfigured && core.broadcastEpoch > 0 {
                disk.post(.stageBundle(path: settings.model.bundleFile, nil))
            }
        }
        loadActivatedModel()
    }

    /// Loads the model that the log names, unless it serves already.
    private mutating func loadActivatedModel() {
        guard let activation = core.activation, loading == nil else { return }
        guard activation.checksum != core.servingChecksum else {
            if problemSource == .model { clearProblem() }
            return
        }
        loading = activation
        waitForModelUntil = nil
        disk.post(.loadBundle(activation))
    }

    private mutating func bundleLoaded(_ result: Result<ModelBundle, Refusal>, _ activation: ModelActivation) {
        isModelSettled = true
        loading = nil
        guard activation == core.activation else { return loadActivatedModel() }
        switch result {
        case .success(let bundle):
            core.modelLoaded(bundle, checksum: activation.checksum)
            if problemSource == .model { clearProblem() }
            journal.info("model \(bundle.version) serves")
        case .failure(let refusal): noteProblem(refusal.description, .model)
        }
    }

    // MARK: - Problems

    private func logFailure(_ why: String, _ isPermanent: Bool) -> Refusal {
        Refusal(
            isPermanent ? .invalidConfiguration : .logFailed, place: "the log of worker \(name)", remedy: why)
    }

    private mutating func noteAppendFailure(_ failure: AppendFailure, _ partition: PartitionID) throws {
        switch failure {
        case .notWritten(let why): noteProblem("partition \(partition): \(why)", .log)
        case .fenced:
            // Somebody else writes there, so this process does not know the partition's state any more. Whoever
            // waits is told so; then the worker ends, and reads everything back when it is started again.
            try carryOutActions()
            throw Refusal(
                .unavailable, place: "partition \(partition)", value: "claimed by another process",
                remedy: "Two clusters share this log directory, or two workers this name: stop one of them.")
        }
    }

    /// Says it in the journal and in every heartbeat, so that `farthing status` shows it.
    private mutating func noteProblem(_ text: String, _ source: ProblemSource) {
        if problem != text { journal.error(text) }
        problem = text
        problemSource = source
    }

    private mutating func clearProblem() {
        problem = ""
        problemSource = nil
    }

    // MARK: - Sending

    mutating func nextTicket(for header: MessageHeader) -> Ticket {
        tickets += 1
        waiting[Ticket(tickets)] = header
        return Ticket(tickets)
    }

    /// Sends a message to the router.
    /// - Returns: false when the router does not read: it answers its clients itself when their time is up.
    @discardableResult
    mutating func send(_ reply: MessageHeader, _ packed: BodyEncoder.Packed) throws(ZeroMQError) -> Bool {
        header.reserve(MessageHeader.encodedBytes) { reply.encode(into: &$0) }
        guard case .sent = try socket.send(&header, more: true) else { return false }
        body.reserve(packed.count) { packed.write(into: &$0) }
        _ = try socket.send(&body)
        return true
    }
}
