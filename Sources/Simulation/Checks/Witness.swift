// Sees everything that becomes durable, and everything that clients are told, and compares the two. It is no part of
// the cluster: nothing that it knows reaches a node.

import Domain
import Log
import WorkerCore

package final class Witness: MemoryLogObserver {
    /// What is known of one event.
    struct EventTruth {
        var partition: PartitionID
        /// Where it is in the log; nil before.
        var index: UInt64?
        /// Some client was told that it did not happen.
        var wasRefused = false
    }

    private(set) var leaderships: [PartitionID: Leadership] = [:]
    package private(set) var truths: [PartitionTruth]
    /// What the broadcast log folds to.
    private(set) var broadcast = Replay(of: .broadcast, calendar: .utc)
    private(set) var events: [UInt64: EventTruth] = [:]
    /// List prices that rows in the log name, by product.
    private(set) var listPrices: [String: Set<Int64>] = [:]
    private(set) var activated: Set<UInt64> = [0]
    /// Every trial of a model that the log has had, by the model's version.
    private var tried: [UInt64: [ModelTrial]] = [:]
    private(set) var recordsAppended: UInt64 = 0
    /// Digests of states seen, by partition and index; the latest ones.
    private var digests: [PartitionID: [UInt64: (digest: UInt64, worker: NodeID)]] = [:]
    /// The bytes of a state that were last found to be what the log says, and the index at which they were.
    private var verified = PartitionMap<(index: UInt64, bytes: [UInt8])>()
    package var promises = PromiseBook()
    private var freezes = FreezeBook()
    private var stock = StockBook()
    package private(set) var violation: Violation?
    var now: UInt64 = 0

    package init(partitions: Int) {
        truths = Array(repeating: PartitionTruth(), count: partitions)
    }

    /// Notes the first thing that went wrong; everything after it may follow from it.
    func report(_ invariant: Invariant, request: UInt64 = 0, partition: PartitionID? = nil, _ text: String) {
        guard violation == nil else { return }
        violation = Violation(invariant: invariant, time: now, request: request, partition: partition, text: text)
    }

    func lastIndex(of partition: PartitionID) -> UInt64 {
        partition == .broadcast ? broadcast.index : truths[Int(partition.number)].index
    }

    // MARK: - The log

    package func claimed(_ partition: PartitionID, _ leadership: Leadership, after epoch: UInt64) {
        let known = leaderships[partition]
        if epoch != known?.epoch ?? 0 {
            report(
                .staleLeaderNeverWrites, partition: partition,
                "\(leadership.owner) claimed partition \(partition) after epoch \(epoch), when "
                    + "\(known?.owner ?? "nobody") led under epoch \(known?.epoch ?? 0)")
        }
        if leadership.epoch <= known?.epoch ?? 0 {
            report(
                .staleLeaderNeverWrites, partition: partition,
                "\(leadership.owner) claimed partition \(partition) under epoch \(leadership.epoch), which "
                    + "\(known?.owner ?? "somebody") has had")
        }
        leaderships[partition] = leadership
    }

    package func appended(_ entry: LogEntry, to partition: PartitionID) {
        let leadership = leaderships[partition] ?? Leadership(epoch: 0, owner: "nobody")
        if entry.epoch != leadership.epoch {
            report(
                .staleLeaderNeverWrites, partition: partition,
                "an entry of epoch \(entry.epoch) came into partition \(partition), which \(leadership.owner) leads "
                    + "under epoch \(leadership.epoch)")
        }
        let end = lastIndex(of: partition)
        if entry.firstIndex != end + 1 {
            report(
                .acknowledgedIsRecovered, partition: partition,
                "partition \(partition) held \(end) records, and the next entry begins at \(entry.firstIndex)")
        }
        for record in entry.records {
            recordsAppended += 1
            if partition == .broadcast { applyBroadcast(record) } else { apply(record, partition) }
        }
    }

    private func apply(_ record: Record, _ partition: PartitionID) {
        truths[Int(partition.number)].apply(record)
        guard case .events(_, let batch) = record else { return }
        let index = truths[Int(partition.number)].index
        for event in batch {
            var truth = events[event.id.value] ?? EventTruth(partition: partition)
            if truth.index == nil { truth.index = index }
            if truth.wasRefused {
                report(
                    .unknownIsNotFailed, partition: partition,
                    "event \(hexadecimal(event.id.value)) was reported as refused, and is now in partition "
                        + "\(partition) at index \(index)")
            }
            events[event.id.value] = truth
        }
    }

    private func applyBroadcast(_ record: Record) {
        broadcast.apply(CollectionOfOne(record))
        switch record {
        case .catalogue(_, let rows):
            for row in rows { listPrices[row.product, default: []].insert(row.listPrice.minorUnits) }
        case .modelActivated(let activation): activated.insert(activation.version)
        case .modelTried(let trial): if let trial { tried[trial.activation.version, default: []].append(trial) }
        case .priceFreeze(let freeze): freezes.logged(freeze, at: broadcast.index)
        case .stockValues(_, let time, let values): stock.logged(values, at: time, index: broadcast.index)
        case .events, .exposures, .checkpoint: break
        }
    }

    // MARK: - States

    /// A replica's state at its index.
    package func inspected(_ state: FrozenState, at worker: NodeID) {
        let partition = state.partition
        let bytes = state.encoded()
        var hash = FNV1a()
        hash.update(bytes)
        let digest = hash.value
        if let earlier = digests[partition]?[state.index], earlier.digest != digest {
            report(
                .replicasAtSameIndexAreIdentical, partition: partition,
                "\(worker) and \(earlier.worker) differ in partition \(partition) at index \(state.index)")
        }
        digests[partition, default: [:]][state.index] = (digest, worker)
        if digests[partition]!.count > 512 { digests[partition] = [state.index: (digest, worker)] }
        let end = lastIndex(of: partition)
        if state.index > end {
            report(
                .corruptIsNeverServed, partition: partition,
                "\(worker) has applied \(state.index) records of partition \(partition), which has \(end)")
        }
        guard state.index == end else { return }
        // The log says the same at the same index, so the same bytes have been compared with it.
        if let last = verified[partition], last.index == end, last.bytes == bytes { return }
        if partition == .broadcast {
            if bytes != broadcast.frozen.encoded() {
                return report(
                    .replicasAtSameIndexAreIdentical, partition: partition,
                    "\(worker) holds another catalogue at index \(end) than the log says")
            }
        } else if let (invariant, text) = StateInspection.difference(of: bytes, from: truths[Int(partition.number)]) {
            return report(invariant, partition: partition, "\(worker), partition \(partition), index \(end): \(text)")
        }
        verified[partition] = (end, bytes)
    }
}

// MARK: - What clients are told

extension Witness {
    package func acknowledged(_ ids: [EventID], _ acknowledgement: EventAcknowledgement, request: UInt64) {
        for id in ids {
            let truth = events[id.value]
            guard let index = truth?.index, truth?.partition == acknowledgement.partition,
                index <= acknowledgement.index
            else {
                let place = truth?.index.map { "at index \($0)" } ?? "nowhere"
                return report(
                    .acknowledgedIsRecovered, request: request, partition: acknowledgement.partition,
                    "event \(hexadecimal(id.value)) was acknowledged at index \(acknowledgement.index) of partition "
                        + "\(acknowledgement.partition), and is \(place) in the log")
            }
        }
        if acknowledgement.index > lastIndex(of: acknowledgement.partition) {
            report(
                .acknowledgedIsRecovered, request: request, partition: acknowledgement.partition,
                "index \(acknowledgement.index) of partition \(acknowledgement.partition) was acknowledged, and the "
                    + "log ends at \(lastIndex(of: acknowledgement.partition))")
        }
        if acknowledgement.accepted + acknowledgement.duplicates != UInt32(ids.count) {
            report(
                .appliedOnce, request: request, partition: acknowledgement.partition,
                "\(ids.count) events were acknowledged as \(acknowledgement.accepted) accepted and "
                    + "\(acknowledgement.duplicates) repeated")
        }
    }

    package func acknowledgedBroadcast(index: UInt64, request: UInt64) {
        guard index > lastIndex(of: .broadcast) || index == 0 else { return }
        report(
            .acknowledgedIsRecovered, request: request, partition: .broadcast,
            "index \(index) of the broadcast partition was acknowledged, and the log ends at \(broadcast.index)")
    }

    /// The client was told for certain that nothing happened.
    package func refused(_ ids: [EventID], in partition: PartitionID, code: RefusalCode, request: UInt64) {
        for id in ids {
            var truth = events[id.value] ?? EventTruth(partition: partition)
            if let index = truth.index {
                return report(
                    .unknownIsNotFailed, request: request, partition: partition,
                    "event \(hexadecimal(id.value)) was reported as refused (\(code.name)), and is in partition "
                        + "\(partition) at index \(index)")
            }
            truth.wasRefused = true
            events[id.value] = truth
        }
    }

    func logIndex(of id: EventID) -> UInt64? { events[id.value]?.index }
}

// MARK: - Prices

extension Witness {
    /// Some worker's wall clock was set.
    package func clockWasSet() {
        promises.clockWasSet()
        freezes.clockWasSet()
    }

    /// A worker has lost what it has shown: all of it, or that of one partition.
    package func forget(worker: Int, partition: PartitionID? = nil) {
        guard let partition else {
            promises.forget(worker: worker)
            return freezes.forget(worker: worker)
        }
        promises.forget(worker: worker, partition: partition, of: truths.count)
        freezes.forget(worker: worker, partition: partition, of: truths.count)
    }

    /// A worker has priced a cart, from a state at `index` and the catalogue at `broadcastIndex`.
    package func quoted(
        _ quote: Quote, by worker: Int, seen index: UInt64, broadcast broadcastIndex: UInt64, request: MessageHeader
    ) {
        let partition = request.keyHash.partition(of: truths.count)
        if index < request.index {
            report(
                .readsItsOwnWrites, request: request.requestID.low, partition: partition,
                "an answer had to have seen index \(request.index) of partition \(partition), and saw \(index)")
        }
        for line in quote.lines {
            if let text = freezes.shown(
                line, of: quote, by: worker, seen: index, broadcast: broadcastIndex, truths[Int(partition.number)])
            {
                report(.frozenPricesStay, request: request.requestID.low, partition: partition, text)
            }
            if let text = stock.priced(line, of: quote, broadcast: broadcastIndex) {
                report(.pricesFollowTheShelf, request: request.requestID.low, partition: partition, text)
            }
            if let text = promises.shown(line, of: quote, by: worker, seen: index, truths[Int(partition.number)]) {
                report(.neverRaisedWhilePromised, request: request.requestID.low, partition: partition, text)
            }
        }
    }

    /// A client has got a quote.
    package func received(_ quote: Quote, for asked: PriceRequest, index: UInt64, request: MessageHeader) {
        func wrong(_ text: String) {
            report(
                .pricesWithinGuardrails, request: request.requestID.low,
                partition: request.keyHash.partition(of: truths.count), text)
        }
        if index < request.index {
            report(
                .readsItsOwnWrites, request: request.requestID.low,
                partition: request.keyHash.partition(of: truths.count),
                "a client asked for index \(request.index) and got an answer that had seen \(index)")
        }
        guard quote.user == asked.user, quote.lines.count == asked.lines.count else {
            return wrong("\(asked.user) got a quote of \(quote.lines.count) lines for \(quote.user)")
        }
        if !activated.contains(quote.modelVersion),
            tried[quote.modelVersion]?.contains(where: { $0.prices(quote.user) }) != true
        {
            wrong("model \(quote.modelVersion) priced \(quote.user.user), who was never meant to see it")
        }
        var total: Int64 = 0
        for (line, wanted) in zip(quote.lines, asked.lines) {
            let list = line.listPrice.minorUnits
            let price = line.unitPrice.minorUnits
            let floor = min(PaperShop.floor(line.product).minorUnits, list)
            if line.product != wanted.product || line.quantity != wanted.quantity {
                wrong(
                    "\(wanted.quantity) of \(wanted.product) were asked for, \(line.quantity) of \(line.product) quoted"
                )
            }
            if listPrices[line.product]?.contains(list) != true {
                wrong("\(line.product) was quoted from a list price of \(list), which no row in the log has")
            }
            if price < floor || price > list {
                wrong("\(line.product) was quoted at \(price), between \(floor) and \(list)")
            }
            if line.total.minorUnits != price * line.quantity {
                wrong("\(line.quantity) at \(price) came to \(line.total.minorUnits)")
            }
            total += line.total.minorUnits
        }
        if quote.total.minorUnits != total { wrong("lines of \(total) came to \(quote.total.minorUnits)") }
    }
}
