// The worker as a value: records, requests and the passing of time go in, decisions come out. It has no clock,
// disk, socket or thread; the shell brings those, and the simulator brings others. State changes only by
// applying records that the log has made durable, so what is served was acknowledged, and what was
// acknowledged is served.

import Domain
import Features
import Models

/// What the shell has to do.
public enum WorkerAction: Equatable, Sendable {
    /// Append to the log, and report with `appended` or `appendRefused`.
    case append([Record], to: PartitionID, epoch: UInt64, expecting: UInt64)
    /// Answer the request that was given this ticket.
    case answer(Ticket, WorkerAnswer)
    /// Keep a snapshot of this partition soon: its replay has grown long.
    case snapshotDue(PartitionID)
}

/// The answer to a request that had to wait for the log.
public enum WorkerAnswer: Equatable, Sendable {
    case events(EventAcknowledgement)
    case catalogue(CatalogueAcknowledgement)
    case activation(ActivationAcknowledgement)
    case refused(Refusal)
}

/// Why the log did not append.
public enum AppendFailure: Sendable {
    /// Another worker leads the partition now.
    case fenced
    /// Nothing was written; the same append may succeed later.
    case notWritten(String)
}

public struct WorkerCore: Sendable {
    let configuration: WorkerConfiguration
    var partitions: [PartitionID: LedPartition] = [:]
    var broadcast = BroadcastState()
    /// Set while this worker leads the broadcast partition.
    private var broadcastQueue: AppendQueue?
    private var broadcastSnapshotIndex: UInt64 = 0
    var model: ServingModel?
    var items = ItemCache()
    var scratch = ScoringScratch()
    /// Quote ids: which start of which worker, and a count.
    private let incarnation: UInt64
    private var quotesIssued: UInt64 = 0
    public private(set) var answered: UInt64 = 0

    /// A partition that this worker leads.
    struct LedPartition: Sendable {
        var state: PartitionState
        var queue: AppendQueue
        var shown = ExposureBuffer()
        /// The exposures in the append under way.
        var showing = ExposureBuffer()
        var snapshotIndex: UInt64
    }

    /// - Parameter incarnation: random, new at every start.
    public init(_ configuration: WorkerConfiguration, incarnation: UInt64) {
        self.configuration = configuration
        self.incarnation = incarnation
    }

    /// The epoch of the broadcast partition while this worker leads it, 0 otherwise.
    public var broadcastEpoch: UInt64 { broadcastQueue?.epoch ?? 0 }

    // MARK: - Taking the lead

    /// A claim succeeded and this much state was read back. Requests are served from here on.
    public mutating func ledPartition(_ partition: PartitionID, epoch: UInt64, replay: Replay) {
        let snapshotIndex = replay.snapshotIndex
        if partition == .broadcast {
            broadcast = replay.broadcast
            broadcastQueue = AppendQueue(epoch: epoch)
            broadcastSnapshotIndex = snapshotIndex
            items.removeAll()
        } else {
            partitions[partition] = LedPartition(
                state: replay.partition, queue: AppendQueue(epoch: epoch), snapshotIndex: snapshotIndex)
        }
    }

    /// Another worker's broadcast log as read back at start.
    public mutating func followedBroadcast(_ replay: Replay) {
        broadcast = replay.broadcast
        items.removeAll()
    }

    /// Records that the broadcast partition's leader has appended since.
    public mutating func broadcastRead(_ records: [Record]) {
        for record in records { broadcast.apply(record, calendar: configuration.calendar) }
        if !records.isEmpty { items.removeAll() }
    }

    /// A bundle was loaded and checked; it prices from here on.
    /// - Parameter checksum: of the bundle's file; what activations name it by.
    public mutating func modelLoaded(_ bundle: ModelBundle, checksum: UInt64) {
        model = ServingModel(bundle: bundle, checksum: checksum)
        items.removeAll()
    }

    // MARK: - Events

    /// Behaviour of one user. Answered by an action: at once when everything was counted before, otherwise
    /// when it is durable.
    public mutating func eventsReceived(
        _ events: [Event], of user: UserKey, header: MessageHeader, now: Timestamp, ticket: Ticket,
        into actions: inout [WorkerAction]
    ) {
        do throws(Refusal) {
            try refuseFuture(events, now)
            let partition = try partition(of: user, header)
            guard let led = partitions[partition] else { throw notLed(partition) }
            let uncounted = led.state.uncounted(events, of: user)
            guard uncounted > 0 else {
                let acknowledgement = EventAcknowledgement(
                    partition: partition, index: led.state.index, accepted: 0, duplicates: UInt32(events.count))
                return answer(ticket, .events(acknowledgement), &actions)
            }
            guard !led.queue.isFull else { throw overloaded(partition) }
            partitions[partition]!.queue.add(.init(record: .events(user: user, events: events), ticket: ticket))
            appendNext(partition, &actions)
        } catch {
            answer(ticket, .refused(error), &actions)
        }
    }

    /// A history reaches back from its latest week, so one event dated far ahead would push out everything real.
    private func refuseFuture(_ events: [Event], _ now: Timestamp) throws(Refusal) {
        let latest = now.adding(milliseconds: ShopCalendar.millisecondsPerDay)
        for (index, event) in events.enumerated() where event.occurredAt > latest {
            throw Refusal(
                .invalidEvent, place: "events[\(index)].occurred_at_ms", value: "\(event.occurredAt.milliseconds)",
                remedy: "Report what has happened: at most a day ahead of the cluster's clock (\(now.milliseconds)).")
        }
    }

    /// Rows of a tenant's catalogue, already checked one by one.
    public mutating func catalogueReceived(
        _ rows: [CatalogueRow], tenant: String, ticket: Ticket, into actions: inout [WorkerAction]
    ) {
        appendToBroadcast(.catalogue(tenant: tenant, rows: rows), ticket, &actions)
    }

    /// A bundle that this worker has loaded and found good shall serve everywhere.
    public mutating func activationRequested(
        _ activation: ModelActivation, ticket: Ticket?, into actions: inout [WorkerAction]
    ) {
        appendToBroadcast(.modelActivated(activation), ticket, &actions)
    }

    private mutating func appendToBroadcast(
        _ record: Record, _ ticket: Ticket?, _ actions: inout [WorkerAction]
    ) {
        guard let queue = broadcastQueue, !queue.isFull else {
            guard let ticket else { return }
            let refusal = broadcastQueue == nil ? notLed(.broadcast) : overloaded(.broadcast)
            return answer(ticket, .refused(refusal), &actions)
        }
        broadcastQueue!.add(.init(record: record, ticket: ticket))
        appendNext(.broadcast, &actions)
    }

    // MARK: - The log's answers

    /// The append under way is durable.
    public mutating func appended(to partition: PartitionID, into actions: inout [WorkerAction]) {
        if partition == .broadcast {
            guard let items = broadcastQueue?.finish() else { return }
            for item in items { applyBroadcast(item, &actions) }
            self.items.removeAll()
            if broadcast.index - broadcastSnapshotIndex >= configuration.snapshotEveryRecords {
                broadcastSnapshotIndex = broadcast.index
                actions.append(.snapshotDue(.broadcast))
            }
        } else {
            // Taken out while it changes, so that its state is not copied.
            guard var led = partitions.removeValue(forKey: partition) else { return }
            for item in led.queue.finish() { apply(item, to: &led, partition, &actions) }
            if led.state.index - led.snapshotIndex >= configuration.snapshotEveryRecords {
                led.snapshotIndex = led.state.index
                actions.append(.snapshotDue(partition))
            }
            partitions[partition] = led
        }
        appendNext(partition, &actions)
    }

    private mutating func apply(
        _ item: AppendQueue.Item, to led: inout LedPartition, _ partition: PartitionID,
        _ actions: inout [WorkerAction]
    ) {
        let counted = led.state.apply(item.record, calendar: configuration.calendar)
        if item.record.isExposures { led.showing.removeAll() }
        guard let ticket = item.ticket, case .events(_, let events) = item.record else { return }
        let acknowledgement = EventAcknowledgement(
            partition: partition, index: led.state.index, accepted: UInt32(counted),
            duplicates: UInt32(events.count - counted))
        answer(ticket, .events(acknowledgement), &actions)
    }

    private mutating func applyBroadcast(_ item: AppendQueue.Item, _ actions: inout [WorkerAction]) {
        broadcast.apply(item.record, calendar: configuration.calendar)
        guard let ticket = item.ticket else { return }
        switch item.record {
        case .catalogue(_, let rows):
            let acknowledgement = CatalogueAcknowledgement(index: broadcast.index, accepted: UInt32(rows.count))
            answer(ticket, .catalogue(acknowledgement), &actions)
        case .modelActivated(let activation):
            let acknowledgement = ActivationAcknowledgement(
                index: broadcast.index, version: activation.version, checksum: activation.checksum)
            answer(ticket, .activation(acknowledgement), &actions)
        case .events, .exposures, .checkpoint: break
        }
    }

    /// The append under way was not made.
    public mutating func appendRefused(
        by partition: PartitionID, _ failure: AppendFailure, into actions: inout [WorkerAction]
    ) {
        switch failure {
        case .fenced:
            // Step down: the new leader's state has moved on without this one.
            let dropped: [AppendQueue.Item]
            if partition == .broadcast {
                dropped = broadcastQueue?.removeAll() ?? []
                broadcastQueue = nil
            } else {
                dropped = partitions[partition]?.queue.removeAll() ?? []
                partitions[partition] = nil
            }
            refuse(dropped, notLed(partition), &actions)
        case .notWritten(let why):
            let dropped: [AppendQueue.Item]
            if partition == .broadcast {
                dropped = broadcastQueue?.finish() ?? []
            } else {
                dropped = partitions[partition]?.queue.finish() ?? []
                if dropped.contains(where: \.record.isExposures) { takeBackExposures(of: partition) }
            }
            refuse(
                dropped,
                Refusal(
                    .logFailed, place: "log of partition \(partition)", value: why,
                    remedy: "Nothing was recorded: free space on the log's disk and send the events again."),
                &actions)
            appendNext(partition, &actions)
        }
    }

    /// The promises of prices shown outlive a failed append; the next flush tries them again.
    private mutating func takeBackExposures(of partition: PartitionID) {
        guard var led = partitions.removeValue(forKey: partition) else { return }
        led.shown.takeBack(led.showing)
        led.showing.removeAll()
        partitions[partition] = led
    }

    // MARK: - Time

    /// Hands the prices shown since the last call to the log.
    public mutating func exposuresDue(now: Timestamp, into actions: inout [WorkerAction]) {
        for partition in partitions.keys.sorted() {
            guard let led = partitions[partition], !led.shown.isEmpty, led.showing.isEmpty, !led.queue.isFull else {
                continue
            }
            partitions[partition]!.showing = led.shown
            partitions[partition]!.shown.removeAll()
            partitions[partition]!.queue.add(
                .init(record: .exposures(at: now, led.shown.exposures), ticket: nil))
            appendNext(partition, &actions)
        }
    }

    /// Whether some append has been decided and not yet reported back.
    public var isAppending: Bool {
        partitions.values.contains { !$0.queue.underWay.isEmpty } || broadcastQueue?.underWay.isEmpty == false
    }

    private mutating func appendNext(_ partition: PartitionID, _ actions: inout [WorkerAction]) {
        if partition == .broadcast {
            guard let records = broadcastQueue?.next(), let epoch = broadcastQueue?.epoch else { return }
            actions.append(.append(records, to: partition, epoch: epoch, expecting: broadcast.index))
        } else {
            guard let records = partitions[partition]?.queue.next(), let led = partitions[partition] else { return }
            actions.append(.append(records, to: partition, epoch: led.queue.epoch, expecting: led.state.index))
        }
    }

    // MARK: - Answering

    /// The partition of a request's user, if the request was sent where it belongs and has what it needs to see.
    func partition(of user: UserKey, _ header: MessageHeader) throws(Refusal) -> PartitionID {
        guard user.hash == header.keyHash else {
            throw Refusal(
                .misrouted, place: "header[16..<24]", value: hexadecimal(header.keyHash.value),
                remedy: "Send the key hash of tenant and user; for these it is \(hexadecimal(user.hash.value)).")
        }
        return user.hash.partition(of: configuration.partitions)
    }

    func notLed(_ partition: PartitionID) -> Refusal {
        Refusal(
            .unavailable, place: "partition \(partition)", value: "not led by \(configuration.name)",
            remedy: "Ask again shortly: another worker is taking over.")
    }

    private func overloaded(_ partition: PartitionID) -> Refusal {
        Refusal(
            .overloaded, place: "partition \(partition)", value: "\(AppendQueue.capacity) records waiting",
            remedy: "Ask again after a pause that grows with each attempt.")
    }

    private mutating func answer(_ ticket: Ticket, _ answer: WorkerAnswer, _ actions: inout [WorkerAction]) {
        answered += 1
        actions.append(.answer(ticket, answer))
    }

    private mutating func refuse(
        _ items: [AppendQueue.Item], _ refusal: Refusal, _ actions: inout [WorkerAction]
    ) {
        for item in items {
            if let ticket = item.ticket { answer(ticket, .refused(refusal), &actions) }
        }
    }

    mutating func nextQuoteID() -> RequestID {
        answered += 1
        quotesIssued += 1
        // Mixed, so that no part of an id looks like another one's; mixing keeps different counts different.
        return RequestID(high: incarnation, low: finalMix(incarnation &+ quotesIssued))
    }
}
