// The last minutes of a run. Faults that strike at random almost never add up to a standstill, so every run ends on
// purpose: a core of the cluster is made well, everything else stays broken, and every partition has to price and to
// acknowledge through that core, in bounded time.

import ClientCore
import Domain

final class LivenessProber: SimulatedClient {
    /// Microseconds within which everything has to have answered. Quarantines last up to 80 s, and a last replica is
    /// never ejected; claims are at most 4 s apart.
    static let patienceMicroseconds: UInt64 = 60_000_000

    private var priced: Set<PartitionID> = []
    private var written: Set<PartitionID> = []
    private var shoppers: [UserKey] = []
    private var isProbing = false
    private var isFilling = false
    private var beganAt: UInt64 = 0
    /// What is asked for next.
    private var turn = 0

    private static let deadlineMicroseconds: UInt32 = 1_000_000
    private static let pauseMicroseconds: UInt64 = 50_000

    private var partitions: [PartitionID] {
        (0..<cluster.scenario.partitions).map { PartitionID(UInt16($0)) } + [.broadcast]
    }

    /// What has to be done is done, and whoever was mistaken for silent has had the time to be heard.
    var isDone: Bool { hasAnswers && cluster.now >= beganAt + Self.settleMicroseconds }

    private var hasAnswers: Bool {
        isProbing && written.count == partitions.count && priced.count == cluster.scenario.partitions
    }

    private static let settleMicroseconds: UInt64 = 10_000_000

    /// The first thing in every run: products to ask for.
    func fillCatalogue() {
        isFilling = true
        wake(at: cluster.now + Self.pauseMicroseconds)
    }

    func begin(through router: Int) {
        isProbing = true
        isFilling = false
        beganAt = cluster.now
        use(routers: [router])
        wake(at: cluster.now)
    }

    /// Says what has not answered in time.
    func conclude() {
        guard cluster.witness.violation == nil else { return }
        let core = cluster.faults.core
        let silent = cluster.routers[core.router].silentWorkers(among: core.workers)
        if let worker = silent.first {
            cluster.witness.report(.progress, "r\(core.router + 1) takes \(worker) for silent, which is well")
        }
        if !hasAnswers { reportSilence() }
    }

    private func reportSilence() {
        let silent = partitions.filter { !written.contains($0) || $0 != .broadcast && !priced.contains($0) }
        let sentences = silent.map { partition in
            "partition \(partition) \(written.contains(partition) ? "prices" : "acknowledges") nothing"
        }
        cluster.witness.report(
            .progress, partition: silent.first,
            "\((cluster.now - beganAt) / 1_000_000) s after the core was healed "
                + "(\(cluster.faults.core.description)), " + sentences.joined(separator: ", "))
    }

    override func woken() {
        super.woken()
        if isFilling, calls.isEmpty { fill() }
        if isProbing, calls.isEmpty { probe() }
        if isFilling || isProbing { wake(at: cluster.now + Self.pauseMicroseconds) }
    }

    private func fill() {
        make(
            newCall(
                .catalogue, KeyHash(0), .catalogue(tenant: PaperShop.tenant, PaperShop.rows()),
                deadlineMicroseconds: Self.deadlineMicroseconds))
    }

    /// Asks for the next things that have not been done, few at a time: a router may be small.
    private func probe() {
        for _ in 0..<2 {
            turn += 1
            let partition = partitions[turn / 2 % partitions.count]
            if turn % 2 == 0 {
                if !written.contains(partition) { write(partition) }
            } else if partition != .broadcast, !priced.contains(partition) {
                price(partition)
            }
        }
    }

    private func write(_ partition: PartitionID) {
        guard partition != .broadcast else { return fill() }
        let event = Event(
            id: EventID(random.next()),
            occurredAt: SimulatedClock.epoch.adding(milliseconds: Int64(cluster.now / 1_000)),
            basket: Basket(spend: Money(minorUnits: 100), lines: 1, dealLines: 0, items: []))
        let user = shopper(in: partition)
        make(newCall(.events, user.hash, .events(user, [event]), deadlineMicroseconds: Self.deadlineMicroseconds))
    }

    private func price(_ partition: PartitionID) {
        let user = shopper(in: partition)
        let request = PriceRequest(
            // Another cart each time, lest one that had bad luck is refused for what it has in common with it.
            user: user, currency: PaperShop.currency,
            lines: [CartLine(product: PaperShop.products[0], quantity: Int64(1 + turn % 1_000))])
        make(newCall(.price, user.hash, .price(request), deadlineMicroseconds: Self.deadlineMicroseconds))
    }

    private func shopper(in partition: PartitionID) -> UserKey {
        let place = Int(partition.number)
        while shoppers.count <= place {
            let wanted = PartitionID(UInt16(shoppers.count))
            var number = 0
            var user = UserKey(tenant: PaperShop.tenant, user: "probe-0")
            while user.hash.partition(of: cluster.scenario.partitions) != wanted {
                number += 1
                user = UserKey(tenant: PaperShop.tenant, user: "probe-\(number)")
            }
            shoppers.append(user)
        }
        return shoppers[place]
    }

    override func ended(_ call: ClientCall, _ ending: CallPlan.Ending) {
        guard ending == .answered, case .answered = call.lastReply?.header.status else { return }
        isFilling = false
        guard isProbing else { return }
        switch call.kind {
        case .price: priced.insert(call.key.partition(of: cluster.scenario.partitions))
        case .events: written.insert(call.key.partition(of: cluster.scenario.partitions))
        case .catalogue: written.insert(.broadcast)
        default: break
        }
    }
}
