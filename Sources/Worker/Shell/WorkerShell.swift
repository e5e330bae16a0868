// The worker's process: a link to each router, one thread that serves, one that acknowledgements wait for
// (`LogThread`), one for what takes long (`HousekeepingThread`), one for models (`ModelThread`), and the core that
// decides. The serving loop never blocks except to wait for work.

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
    let settings: ClusterConfiguration
    let log: LogThreads
    let housekeeping: HousekeepingThread
    let modelThread: ModelThread
    let events: Mailbox<BackgroundEvent>
    let wake: WakeUp
    let links: [RouterLink]
    private var contacts: RouterContacts
    private var sources: PollSet
    private let wakeSource: Int
    let decoder = BodyDecoder()
    let encoder = BodyEncoder()
    var header = Message()
    var body = Message()
    /// Requests that wait for the log, by ticket.
    var waiting: [Ticket: ReceivedRequest] = [:]
    private var tickets: UInt64 = 0
    private var nextReport = Clock.monotonic()
    private var busy = BusyShare(now: Clock.monotonic())
    private var reportedRoleChanges: UInt64 = 0
    /// Reads that wait for what they are about to see; see `WorkerShell+Deferral`.
    var deferral = Deferral<DeferredRequest>()
    var actions: [WorkerAction] = []
    var model = ModelProgress()
    var problem = Problem()

    /// Messages of a link, and microseconds, before the next link, the log and the heartbeat get their turn.
    private static let batch = 256
    private static let turnMicroseconds: UInt64 = 50_000
    /// How long a worker that ends waits for the next partition to be taken over.
    private static let handOverPatienceMicroseconds: UInt64 = 300_000

    /// - Parameters:
    ///   - name: new or old; nobody else in the cluster may have it.
    ///   - weight: this worker's share of the partitions, relative to the others'.
    public init(
        _ configuration: ClusterConfiguration, name: String, weight: UInt32 = WorkerReport.defaultWeight,
        journal: Journal
    ) throws(Refusal) {
        guard WorkerName.isAcceptable(name) else {
            throw Refusal(
                .invalidConfiguration, place: "--name", value: name,
                remedy: "Use 1 to 64 letters, digits, dots, underscores or hyphens.")
        }
        guard let calendar = ShopCalendar(timeZone: configuration.shop.timeZone) else {
            throw Refusal(
                .invalidConfiguration, place: "shop.time_zone", value: configuration.shop.timeZone,
                remedy: "Name a time zone that this machine's database knows.")
        }
        var random = SystemRandomNumberGenerator()
        let incarnation: UInt64 = random.next()
        let key = try QuoteKeyFile.loadOrCreate(configuration.quotes.keyFile)
        let context = Context()
        var links: [RouterLink] = []
        for router in configuration.routers { links.append(try RouterLink(router, in: context, as: incarnation)) }
        let wake = WakeUp()
        let events = Mailbox<BackgroundEvent> { wake.signal() }
        let factory = LogFactory(configuration)
        let log = LogThreads(factory, owner: name, calendar: calendar, journal: journal, events: events)
        var sources = PollSet(capacity: links.count + 1)
        for link in links { _ = link.join(&sources) }
        wakeSource = sources.add(descriptor: wake.descriptor)

        self.name = name
        self.journal = journal
        self.key = key
        self.log = log
        self.events = events
        self.wake = wake
        self.links = links
        contacts = RouterContacts(routers: links.count, now: Clock.monotonic())
        self.sources = sources
        settings = configuration
        housekeeping = HousekeepingThread(
            factory, calendar: calendar, threads: log, journal: journal, events: events)
        modelThread = ModelThread(ModelStore(log: configuration.log.directory), events: events)
        core = WorkerCore(
            WorkerConfiguration(configuration, name: name, weight: weight, calendar: calendar),
            incarnation: incarnation)
    }

    /// What `run` should be woken by besides messages.
    public var stopSignal: StopSignal { StopSignal(wake: wake) }

    // MARK: - The loop

    /// Serves until `stop` is requested, hands over, and makes everything durable.
    /// - Throws: when the log has failed; the process must not go on.
    public mutating func run(until stop: StopSignal) throws {
        core.started(into: &actions)
        while !stop.isRequested { try serve() }
        try handOver()
        try finish()
    }

    private mutating func serve() throws {
        try carryOutActions()
        let idleSince = Clock.monotonic()
        try sources.wait(timeoutMilliseconds: links.contains(where: \.hasMessages) ? 0 : 10)
        busy.waited(from: idleSince, to: Clock.monotonic())
        if sources.isReady(wakeSource) { try handleEvents() }
        let now = Clock.monotonic()
        for link in links.indices where sources.isReady(link) {
            contacts.heard(link, at: now)
            try links[link].takeIn()
        }
        for link in links.indices { try handleMessages(from: link) }
        core.timeAdvanced(to: now, Clock.timestamp(), into: &actions)
        try answerExpired(now)
        try carryOutActions()
        if now >= nextReport || core.roleChanges != reportedRoleChanges {
            nextReport = now.adding(microseconds: settings.heartbeats.interval.wholeMicroseconds)
            try report(now)
        }
    }

    private mutating func handleMessages(from link: Int) throws(ZeroMQError) {
        var now = Clock.monotonic()
        let end = now.adding(microseconds: Self.turnMicroseconds)
        for _ in 0..<Self.batch {
            guard now < end else { return }
            // What has come meanwhile needs no further look at all the sockets.
            if !links[link].hasMessages { try links[link].takeIn() }
            guard let arrivedAt = links[link].next(&header, &body) else { return }
            try handleMessage(from: link, arrivedAt: arrivedAt, now)
            now = Clock.monotonic()
        }
    }

    /// A heartbeat from the loop that prices: when this stops, pricing has stopped.
    private mutating func report(_ now: MonotonicInstant) throws(ZeroMQError) {
        reportedRoleChanges = core.roleChanges
        let header = MessageHeader(
            kind: .report, priority: .commit, deadlineMicroseconds: 0, keyHash: KeyHash(0), requestID: .none)
        busy.measured(at: now)
        var report = core.report(isReady: false, problem: problem.text, now: Clock.timestamp())
        report.busyPerMille = busy.perMille
        let isReady = model.isSettled(at: now)
        for (number, link) in links.enumerated() {
            report.isReady = isReady && contacts.hears(number, at: now)
            try link.send(header, encoder.workerReport(report))
        }
    }

    /// Serves on until others lead what this worker led: then no request is in its hands when it ends. When nobody
    /// takes over, because the whole cluster stops, it does not wait for long.
    private mutating func handOver() throws {
        core.drainRequested(true)
        nextReport = Clock.monotonic()
        var changes = core.roleChanges
        var patience = nextReport.adding(microseconds: Self.handOverPatienceMicroseconds)
        while !core.ledPartitions.isEmpty, Clock.monotonic() < patience {
            // So that the next leader finds all of them in the log.
            core.exposuresDue(at: Clock.timestamp(), into: &actions)
            try serve()
            if core.roleChanges != changes {
                changes = core.roleChanges
                patience = Clock.monotonic().adding(microseconds: Self.handOverPatienceMicroseconds)
            }
        }
    }

    /// Logs what was shown, keeps snapshots, and waits for the log.
    private mutating func finish() throws {
        core.exposuresDue(at: Clock.timestamp(), into: &actions)
        try carryOutActions()
        while core.isAppending {
            try sources.wait(timeoutMilliseconds: 1_000)
            try handleEvents()
            try carryOutActions()
        }
        for partition in core.ledPartitions {
            if let state = core.frozenState(of: partition) { housekeeping.post(.keepSnapshot(state)) }
        }
        housekeeping.post(.stop)
        log.stop()
        var running = log.count + 1
        while running > 0 {
            for event in events.takeAll() {
                if case .stopped = event { running -= 1 }
                if case .failed(let why, let isPermanent) = event { throw logFailure(why, isPermanent) }
            }
            if running > 0 { try sources.wait(timeoutMilliseconds: 1_000) }
            wake.clear()
        }
    }

    func logFailure(_ why: String, _ isPermanent: Bool) -> Refusal {
        Refusal(
            isPermanent ? .invalidConfiguration : .logFailed, place: "the log of worker \(name)", remedy: why)
    }

    mutating func nextTicket(for request: ReceivedRequest) -> Ticket {
        tickets += 1
        let ticket = Ticket(tickets, router: request.link)
        waiting[ticket] = request
        return ticket
    }
}

/// What an operator should know, in the journal once and in every heartbeat, so that `farthing status` shows it.
struct Problem {
    enum Source {
        case model, log
    }

    private(set) var text = ""
    private var source: Source?

    mutating func note(_ text: String, _ source: Source, in journal: Journal) {
        if self.text != text { journal.error(text) }
        self.text = text
        self.source = source
    }

    /// What was wrong there is not any more.
    mutating func clear(_ source: Source) {
        if self.source == source { self = Problem() }
    }
}
