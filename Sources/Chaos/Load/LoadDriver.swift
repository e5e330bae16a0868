// All clients together, each on a thread of its own, and the measurement of what the cluster can answer.

import Client
import Dispatch
import Domain
import Foundation
import Operations
import Synchronization
import Wire

final class LoadDriver {
    private let stopSignal = StopSignal()
    private let results = Mailbox<LoadResult>()
    private let ended = DispatchGroup()
    /// When the clients began.
    let startedAt: MonotonicInstant

    /// Starts the clients.
    init(_ orders: [LoadOrder]) {
        startedAt = Clock.monotonic()
        for order in orders {
            ended.enter()
            let thread = Thread { [stopSignal, results, ended] in
                results.post(Self.run(order, until: stopSignal))
                ended.leave()
            }
            thread.start()
        }
    }

    private static func run(_ order: LoadOrder, until stop: StopSignal) -> LoadResult {
        do throws(ClientError) {
            return try LoadClient(order).run(until: stop)
        } catch {
            return LoadResult(client: order.client, operations: [], lateness: [], failure: "\(error)")
        }
    }

    /// Asks the clients to end, and waits until everything under way has an outcome.
    /// - Returns: by client.
    func finish() -> [LoadResult] {
        stopSignal.request()
        ended.wait()
        return results.takeAll().sorted { $0.client < $1.client }
    }

    /// What the cluster answers in a second when as much is under way as keeps it busy.
    /// - Returns: what the clients did, too, for it is part of the history.
    /// - Throws: when it answers nothing.
    static func capacity(
        _ orders: [LoadOrder], seconds: Double
    ) throws(ChaosError) -> (perSecond: Double, results: [LoadResult]) {
        var eager = orders
        for index in eager.indices { eager[index].pace = .closed(outstanding: outstanding / orders.count + 1) }
        let driver = LoadDriver(eager)
        Thread.sleep(forTimeInterval: seconds)
        let results = driver.finish()
        if let failure = results.compactMap(\.failure).first {
            throw ChaosError("a client ended early: \(failure)", remedy: "Look into the journals.")
        }
        // The first half warms caches up.
        let from = driver.startedAt.adding(microseconds: UInt64(seconds * 0.5e6))
        let until = driver.startedAt.adding(microseconds: UInt64(seconds * 1e6))
        let answered = results.reduce(0) { sum, result in
            sum + result.operations.count { $0.succeeded && ($0.endedAt.map { from <= $0 && $0 < until } ?? false) }
        }
        guard answered > 0 else {
            let refusal = results.lazy.flatMap(\.operations).compactMap { operation -> String? in
                if case .refused(_, let text) = operation.outcome { text } else { nil }
            }.first
            throw ChaosError("the cluster answered nothing (\(refusal ?? "silence"))", remedy: "Read the journals.")
        }
        return (Double(answered) / (seconds * 0.5), results)
    }

    /// Requests under way that keep a cluster of one machine busy.
    private static let outstanding = 64
}
