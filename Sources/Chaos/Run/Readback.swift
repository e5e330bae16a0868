// Reads back what is there when all is over: first from the running cluster, then from the log itself.

import Client
import Domain
import Foundation
import Log
import Operations

struct Readback {
    let shop: Shop
    let history: History

    /// Tokens presented once more, shoppers whose state is looked at: enough to find a fault, few enough to be quick.
    private static let tokens = 1_000
    private static let shoppers = 200
    private static let checkpointSeconds = 10.0
    /// How long writes may take to go through again.
    private static let writeSeconds = 60.0

    // MARK: - From the cluster

    func ask(_ view: RouterClients, into recovered: inout Recovered) {
        // First, because a checkpoint is acknowledged when everything that was appended before it is in the state.
        recovered.checkpoints = checkpoints(view)
        recovered.verifications = verifications(view)
        recovered.baskets = baskets(view)
    }

    /// Presents tokens to every router; which worker answers is the router's choice.
    private func verifications(_ view: RouterClients) -> [LateVerification] {
        let issued = history.all.compactMap { id, operation -> (OperationID, PriceRecord)? in
            guard case .priced(let price) = operation.outcome, !price.token.isEmpty else { return nil }
            return (id, price)
        }
        let step = max(1, issued.count / Self.tokens)
        return stride(from: 0, to: issued.count, by: step).flatMap { place in
            let (id, price) = issued[place]
            let user = shop.shoppers[shop.shopper(of: history[id].request)]
            return view.each.compactMap { router, client -> LateVerification? in
                verify(price.token, user, client).map {
                    LateVerification(operation: id, router: router, at: Clock.timestamp(), result: $0)
                }
            }
        }
    }

    /// nil when the cluster did not say.
    private func verify(_ token: [UInt8], _ user: UserKey, _ client: PricingClient) -> LateVerification.Result? {
        do throws(ClientError) {
            return .verified(AnswerReader.record(try client.verify(token: token, of: user).value))
        } catch {
            guard case .refused(let refusal) = error, !refusal.code.isRetryable else { return nil }
            return .refused(refusal.code)
        }
    }

    /// How many baskets the state counts, from the features that a price is explained with.
    private func baskets(_ view: RouterClients) -> [Int: Int] {
        var writers: Set<Int> = []
        for (_, operation) in history.all {
            if case .events(let shopper, _) = operation.request { writers.insert(shopper) }
        }
        let sorted = writers.sorted()
        var baskets: [Int: Int] = [:]
        for place in stride(from: 0, to: sorted.count, by: max(1, sorted.count / Self.shoppers)) {
            let shopper = sorted[place]
            let cart = Shop.Cart(shopper: shopper, products: [0], quantities: [1])
            guard let features = explanation(cart, view)?.lines.first?.features,
                let weeks = features.first(where: { $0.name == "trip weeks" })?.value,
                let perWeek = features.first(where: { $0.name == "baskets per trip week" })?.value
            else { continue }
            baskets[shopper] = Int(exactly: (weeks * perWeek).rounded())
        }
        return baskets
    }

    private func explanation(_ cart: Shop.Cart, _ view: RouterClients) -> Explanation? {
        view.each.lazy.compactMap { try? $0.client.explain(shop.request(cart)).value }.first
    }

    /// Makes every replica hash its state at one index, and waits until all have.
    private func checkpoints(_ view: RouterClients) -> [ReplicaCheckpoint] {
        let partitions = (0..<shop.partitions).map { PartitionID(UInt16($0)) } + [.broadcast]
        var wanted: [PartitionID: UInt64] = [:]
        // A disk that was loaded as well may take its time.
        let patience = Clock.monotonic().adding(microseconds: UInt64(Self.writeSeconds * 1e6))
        while wanted.count < partitions.count, Clock.monotonic() < patience {
            for partition in partitions where wanted[partition] == nil {
                wanted[partition] = view.each.lazy.compactMap { try? $0.client.checkpoint(partition).value }.first
            }
        }
        let deadline = Clock.monotonic().adding(microseconds: UInt64(Self.checkpointSeconds * 1e6))
        var found: Set<ReplicaCheckpoint> = []
        while Clock.monotonic() < deadline {
            let replicas = (view.status()?.workers ?? []).flatMap { worker in
                worker.report.replicas.map { (worker.report.name, $0) }
            }
            var isComplete = !replicas.isEmpty
            for (worker, replica) in replicas where replica.role != .loading {
                guard let index = wanted[replica.partition] else { continue }
                guard let checkpoint = replica.checkpoint, checkpoint.index >= index else {
                    isComplete = false
                    continue
                }
                found.insert(
                    ReplicaCheckpoint(
                        partition: replica.partition, worker: worker, index: checkpoint.index,
                        stateHash: checkpoint.stateHash))
            }
            if isComplete { break }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return found.sorted { ($0.partition, $0.index, $0.worker) < ($1.partition, $1.index, $1.worker) }
    }

    // MARK: - From the log

    /// Reads the whole log; routers and workers have ended.
    func read(_ log: any PartitionLog, into recovered: inout Recovered) throws(LogError) {
        for partition in (0..<shop.partitions).map({ PartitionID(UInt16($0)) }) + [.broadcast] {
            var index: UInt64 = 0
            while true {
                let entries = try log.read(partition, after: index, limit: 10_000)
                guard let last = entries.last else { break }
                for entry in entries { Self.add(entry, of: partition, to: &recovered) }
                index = last.lastIndex
            }
        }
    }

    private static func add(_ entry: LogEntry, of partition: PartitionID, to recovered: inout Recovered) {
        recovered.entries.append(
            RecoveredEntry(
                partition: partition, firstIndex: entry.firstIndex, lastIndex: entry.lastIndex, epoch: entry.epoch))
        for (offset, record) in entry.records.enumerated() {
            guard case .events(let user, let events) = record else { continue }
            recovered.batches.append(
                RecoveredBatch(
                    partition: partition, index: entry.firstIndex + UInt64(offset), user: user, events: events.map(\.id)
                ))
        }
    }
}
