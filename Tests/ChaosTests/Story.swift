// Histories written by hand. A story begins clean; a test then plants one mistake in it.

import Chaos
import Domain

struct Story {
    let shop = Shop(shoppers: 8, lines: 2, partitions: 4, seed: 1, now: Timestamp(milliseconds: 1_700_000_000_000))
    var operations: [Operation] = []
    var recovered = Recovered()
    var faults: [FaultRecord] = []
    private var lastIndex: [PartitionID: UInt64] = [:]

    var findings: Findings {
        Findings(shop: shop, history: History(clients: [operations], faults: faults), recovered: recovered)
    }

    func violations(of checker: any Checker.Type) -> [Violation] { checker.violations(in: findings) }

    static func at(_ milliseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(microseconds: 1_000_000 + milliseconds * 1_000)
    }

    static func id(_ number: Int) -> OperationID { OperationID(client: 0, number: number) }

    private mutating func end(
        _ request: Operation.Request, _ outcome: Operation.Outcome, sent: UInt64, index: UInt64 = 0
    ) -> Int {
        var operation = Operation(request, sentAt: Self.at(sent))
        operation.outcome = outcome
        operation.endedAt = Self.at(sent + 1)
        operation.deliveries = 1
        operation.index = index
        operations.append(operation)
        return operations.count - 1
    }

    /// The index after the last one of a shopper's partition.
    func nextIndex(_ shopper: Int) -> UInt64 { (lastIndex[shop.partition(ofShopper: shopper)] ?? 0) + 1 }

    /// Events that are acknowledged and logged.
    @discardableResult
    mutating func acknowledged(_ shopper: Int, _ events: [UInt64], sent: UInt64) -> Int {
        let partition = shop.partition(ofShopper: shopper)
        let index = nextIndex(shopper)
        lastIndex[partition] = index
        logged(shopper, events, index: index)
        let acknowledgement = EventAcknowledgement(
            partition: partition, index: index, accepted: UInt32(events.count), duplicates: 0)
        return end(.events(shopper: shopper, events.map { EventID($0) }), .acknowledged(acknowledgement), sent: sent)
    }

    /// Events that got another answer.
    @discardableResult
    mutating func sent(_ shopper: Int, _ events: [UInt64], _ outcome: Operation.Outcome, sent: UInt64) -> Int {
        end(.events(shopper: shopper, events.map { EventID($0) }), outcome, sent: sent)
    }

    /// Events in the log.
    mutating func logged(_ shopper: Int, _ events: [UInt64], index: UInt64, epoch: UInt64 = 1) {
        let partition = shop.partition(ofShopper: shopper)
        recovered.batches.append(
            RecoveredBatch(
                partition: partition, index: index, user: shop.shoppers[shopper], events: events.map { EventID($0) }))
        recovered.entries.append(
            RecoveredEntry(partition: partition, firstIndex: index, lastIndex: index, epoch: epoch))
        recovered.entries.sort { ($0.partition, $0.firstIndex) < ($1.partition, $1.firstIndex) }
    }

    /// A cart at list prices.
    @discardableResult
    mutating func priced(
        _ cart: Int, _ level: PriceLevel = .list, sent: UInt64, after: UInt64 = 0, index: UInt64 = 0
    ) -> Int {
        var price = price(cart)
        price.level = level
        return end(.price(cart: cart, after: after), .priced(price), sent: sent, index: index)
    }

    func price(_ cart: Int) -> PriceRecord {
        let asked = shop.carts[cart]
        let units = asked.products.map { shop.rows[$0].listPrice }
        let totals = zip(units, asked.quantities).map { Money(minorUnits: $0.minorUnits * $1) }
        return PriceRecord(
            quoteID: RequestID(high: 1, low: UInt64(cart)), level: .list,
            expiresAt: Timestamp(milliseconds: 1_700_000_900_000),
            lines: zip(units, totals).map { PricedLine(unitPrice: $0, total: $1) },
            total: totals.reduce(.zero, +), isOfItsCart: true, token: [1])
    }

    /// What its token promises.
    func promise(_ cart: Int) -> VerificationRecord {
        let price = price(cart)
        return VerificationRecord(quoteID: price.quoteID, unitPrices: price.lines.map(\.unitPrice), total: price.total)
    }

    @discardableResult
    mutating func verified(_ issued: Int, _ outcome: Operation.Outcome, sent: UInt64) -> Int {
        let shopper = shop.shopper(of: operations[issued].request)
        return end(.verify(shopper: shopper, of: Self.id(issued)), outcome, sent: sent)
    }

    /// Everything as it shall be.
    static var clean: Story {
        var story = Story()
        story.acknowledged(0, [1, 2], sent: 0)
        story.acknowledged(0, [3], sent: 10)
        story.acknowledged(1, [4], sent: 20)
        story.sent(2, [5], .refused(.unavailable, ""), sent: 30)
        story.sent(3, [6], .unknown(.answered), sent: 40)
        let price = story.priced(0, sent: 50, after: 1, index: 2)
        story.verified(price, .verified(story.promise(0)), sent: 60)
        story.recovered.baskets = [0: 3, 1: 1, 2: 0]
        story.recovered.verifications = [
            LateVerification(
                operation: id(price), router: "r1", at: Timestamp(milliseconds: 1_700_000_000_000),
                result: .verified(story.promise(0)))
        ]
        story.recovered.checkpoints = ["w1", "w2"].map {
            ReplicaCheckpoint(partition: PartitionID(0), worker: $0, index: 9, stateHash: 77)
        }
        return story
    }
}
