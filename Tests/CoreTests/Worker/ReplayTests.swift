// state = fold(apply, snapshot, tail): however the records are cut into appends, snapshots and restarts, the bytes
// are the same.

import Domain
import TestSupport
import Testing
import WorkerCore

/// Random records of one partition or of the broadcast, plausible and otherwise.
private struct RecordSource {
    var lottery: Lottery

    mutating func partitionRecord() -> Record {
        let user = Shop.user("u\(lottery.number(0..<12))")
        guard !lottery.once(in: 3) else {
            return .exposures(at: time(), (0..<lottery.number(0..<5)).map { _ in exposure() })
        }
        return .events(
            user: user, events: (0..<lottery.number(0..<4)).map { _ in event() })
    }

    mutating func broadcastRecord() -> Record {
        if lottery.once(in: 6) {
            // Few of them, so that some come back, are promoted or withdrawn.
            let number = lottery.number(1..<6)
            let activation = ModelActivation(version: UInt64(number), checksum: UInt64(number), path: "m")
            return switch lottery.number(0..<3) {
            case 0: .modelActivated(activation)
            case 1: .modelTried(ModelTrial(activation: activation, sharePerMille: UInt32(lottery.number(0..<1_001))))
            default: .modelTried(nil)
            }
        }
        if lottery.once(in: 4) {
            let at = time()
            // Some thaw, and some are of products that no catalogue knows yet.
            return .priceFreeze(
                PriceFreeze(
                    tenant: lottery.element(["demo", "other"]), product: product(),
                    until: at.adding(milliseconds: Int64(lottery.number(0..<5) - 1) * 30 * Shop.day), reason: "r",
                    at: at))
        }
        if lottery.once(in: 4) {
            let at = time()
            return .stockValues(
                tenant: lottery.element(["demo", "other"]), at: at,
                (0..<lottery.number(0..<4)).map { _ in
                    StockValue(
                        product: product(), worth: Money(minorUnits: Int64(lottery.number(0..<1_000))),
                        currency: Currency(code: "USD")!,
                        until: at.adding(milliseconds: Int64(lottery.number(0..<5) - 1) * 30 * Shop.day))
                })
        }
        return .catalogue(
            tenant: lottery.element(["demo", "other"]), rows: (0..<lottery.number(1..<5)).map { _ in row() })
    }

    private mutating func time() -> Timestamp {
        Shop.noon.adding(milliseconds: Int64(lottery.number(0..<(200 * Int(Shop.day)))))
    }

    private mutating func product() -> String { lottery.element(Shop.modelled + ["tea", "rice", Shop.unmodelled]) }

    private mutating func event() -> Event {
        // Few ids, so that many are repetitions; sometimes far older than anything is remembered.
        var event = Shop.event(UInt64(lottery.number(0..<40)), product(), product())
        event.occurredAt = time().adding(milliseconds: lottery.once(in: 10) ? -100 * Shop.week : 0)
        return event
    }

    private mutating func exposure() -> Exposure {
        let price = Money(minorUnits: Int64(lottery.number(1..<1_000)))
        let shown = time()
        return Exposure(
            user: Shop.user("u\(lottery.number(0..<16))"), product: product(), day: ShopCalendar.utc.day(of: shown),
            anchor: price, personalPrice: price, listPrice: price, expiresAt: shown.adding(milliseconds: Shop.window),
            modelVersion: UInt64(lottery.number(1..<3)), arm: 0, propensity: 1,
            prediction: lottery.once(in: 3)
                ? nil
                : DemandPrediction(
                    logOdds: Float(lottery.number(-40..<40)) / 10, priceTerm: Float(lottery.number(-20..<20)) / 10,
                    saturation: lottery.once(in: 2) ? 1 : 0.4, sharpness: lottery.once(in: 2) ? 1 : 7,
                    settledAt: shown.adding(milliseconds: Shop.window + Shop.day)))
    }

    private mutating func row() -> CatalogueRow {
        let list = Int64(lottery.number(1..<1_000))
        let from = time()
        let deal = Deal(price: Money(minorUnits: max(1, list / 2)), endsAt: from.adding(milliseconds: Shop.day))
        return Shop.row(product(), list: list, cost: list / 2, deal: lottery.once(in: 3) ? deal : nil, from: from)
    }
}

@Suite struct ReplayTests {
    private static let cases: [(partition: PartitionID, seed: UInt64)] =
        [PartitionID(0), .broadcast].flatMap { partition in (0..<20).map { (partition, $0) } }

    private func records(_ partition: PartitionID, seed: UInt64, count: Int = 120) -> [Record] {
        var source = RecordSource(lottery: Lottery(seed: seed))
        return (0..<count).map { _ in
            partition == .broadcast ? source.broadcastRecord() : source.partitionRecord()
        }
    }

    private func snapshot(_ replay: Replay) -> StateSnapshot { replay.frozen.snapshot() }

    private func replay(_ records: some Sequence<Record>, _ partition: PartitionID) -> Replay {
        var replay = Replay(of: partition, calendar: .utc)
        replay.apply(records)
        return replay
    }

    @Test(arguments: cases)
    func aSnapshotAndItsTailAreTheWholeReplay(partition: PartitionID, seed: UInt64) throws {
        let records = records(partition, seed: seed)
        let whole = snapshot(replay(records, partition))
        #expect(whole.index == UInt64(records.count))
        for cut in stride(from: 0, through: records.count, by: 8) {
            let half = snapshot(replay(records.prefix(cut), partition))
            var resumed = try Replay(
                of: partition, calendar: .utc, snapshot: half.bytes, stateHash: half.stateHash)
            #expect(resumed.index == UInt64(cut))
            #expect(snapshot(resumed).bytes == half.bytes)
            resumed.apply(records.dropFirst(cut))
            #expect(snapshot(resumed).bytes == whole.bytes)
            #expect(snapshot(resumed).stateHash == whole.stateHash)
        }
    }

    @Test(arguments: cases)
    func theGroupsInWhichRecordsArriveDoNotMatter(partition: PartitionID, seed: UInt64) throws {
        let records = records(partition, seed: seed)
        let whole = snapshot(replay(records, partition))
        var lottery = Lottery(seed: seed)
        var grouped = Replay(of: partition, calendar: .utc)
        var rest = records[...]
        while !rest.isEmpty {
            let count = lottery.number(1..<9)
            grouped.apply(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        #expect(snapshot(grouped).stateHash == whole.stateHash)
    }

    @Test(arguments: cases)
    func anyOtherHistoryHasAnotherHash(partition: PartitionID, seed: UInt64) throws {
        let records = records(partition, seed: seed, count: 30)
        let whole = snapshot(replay(records, partition)).stateHash
        for left in records.indices {
            var shortened = records
            shortened.remove(at: left)
            #expect(snapshot(replay(shortened, partition)).stateHash != whole)
        }
    }

    @Test(arguments: 0..<10)
    func aLiveWorkerHoldsWhatItsLogReplaysTo(_ seed: UInt64) throws {
        var lottery = Lottery(seed: seed)
        var shell = try PaperShell.open()
        var now = Shop.noon
        for _ in 0..<300 {
            now = now.adding(milliseconds: Int64(lottery.number(0..<(40 * Int(Shop.minute)))))
            let user = Shop.user("u\(lottery.number(0..<10))")
            switch lottery.number(0..<6) {
            case 0, 1: _ = try shell.price(user, lottery.element(Shop.modelled), Shop.unmodelled, at: now)
            case 2, 3: _ = shell.send([Shop.event(UInt64(lottery.number(0..<60)), "milk")], of: user)
            case 4: shell.flush(at: now)
            default: if !shell.underWay.isEmpty { shell.finishAppend() }
            }
        }
        shell.flush(at: now)
        shell.settle()
        #expect(shell.groups.contains { $0 > 1 })
        #expect(!shell.loggedExposures().isEmpty)
        let restarted = try shell.restarted()
        #expect(restarted.stateHashes() == shell.stateHashes())
        #expect(restarted.core.ledPartitions == shell.core.ledPartitions)
    }

    /// The window of remembered ids is a ring; a snapshot may fall anywhere on it.
    @Test(arguments: [4_096, 4_097, 6_000, 8_192])
    func aSnapshotKeepsTheOrderInWhichEventsAreForgotten(_ events: UInt64) throws {
        let partition = PartitionID(0)
        func records(_ ids: Range<UInt64>) -> [Record] {
            ids.map { .events(user: Shop.user("anna"), events: [Shop.event($0, "milk")]) }
        }
        let half = snapshot(replay(records(0..<events), partition))
        var resumed = try Replay(of: partition, calendar: .utc, snapshot: half.bytes, stateHash: half.stateHash)
        resumed.apply(records(events..<events + 50))
        // The oldest ids left, then ids that are forgotten.
        let oldest = events + 50 - 4_096
        resumed.apply(records(oldest..<oldest + 20))
        resumed.apply(records(0..<20))
        var whole = replay(records(0..<events + 50), partition)
        whole.apply(records(oldest..<oldest + 20))
        whole.apply(records(0..<20))
        #expect(snapshot(resumed).bytes == snapshot(whole).bytes)
    }

    @Test(arguments: [PartitionID(0), .broadcast])
    func aDamagedSnapshotIsRefused(_ partition: PartitionID) throws {
        let whole = snapshot(replay(records(partition, seed: 1), partition))
        var lottery = Lottery(seed: 2)
        for _ in 0..<200 {
            var bytes = whole.bytes
            bytes[lottery.number(0..<bytes.count)] ^= UInt8(1 << lottery.number(0..<8))
            #expect(throws: ByteError.self) {
                try Replay(of: partition, calendar: .utc, snapshot: bytes, stateHash: whole.stateHash)
            }
        }
    }

    /// The hash catches damage by chance; what a broken writer hands out under its right hash must be caught by
    /// reading it, and must not trap.
    @Test(arguments: [PartitionID(0), .broadcast])
    func bytesThatAreNoStateAreAnErrorEvenUnderTheirOwnHash(_ partition: PartitionID) throws {
        let whole = snapshot(replay(records(partition, seed: 1), partition))
        func hash(_ bytes: [UInt8]) -> UInt64 {
            var state = FNV1a()
            state.update(bytes)
            return finalMix(state.value)
        }
        #expect(hash(whole.bytes) == whole.stateHash)
        var states = 0
        for length in stride(from: 0, to: whole.bytes.count, by: 31) {
            let bytes = Array(whole.bytes.prefix(length))
            do throws(ByteError) {
                let read = try Replay(of: partition, calendar: .utc, snapshot: bytes, stateHash: hash(bytes))
                // Cut between two sections it is a state without the last ones.
                #expect(snapshot(read).bytes == bytes)
                states += 1
            } catch {}
        }
        #expect(states <= 3, "there are three sections")
        var lottery = Lottery(seed: 3)
        for _ in 0..<500 {
            var bytes = whole.bytes
            bytes[lottery.number(0..<bytes.count)] = UInt8(lottery.number(0..<256))
            guard
                var replay = try? Replay(
                    of: partition, calendar: .utc, snapshot: bytes, stateHash: hash(bytes))
            else { continue }
            replay.apply(records(partition, seed: 4, count: 3))
        }
    }

    @Test func aSnapshotOfAnotherPartitionsKindIsRefused() throws {
        let catalogue = snapshot(replay(records(.broadcast, seed: 1), .broadcast))
        #expect(throws: ByteError.self) {
            try Replay(
                of: PartitionID(0), calendar: .utc, snapshot: catalogue.bytes, stateHash: catalogue.stateHash)
        }
    }
}
