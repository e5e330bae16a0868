import Client
import Domain
import Foundation
import Synchronization
import Testing

/// A checkout and a producer in one: prices and events, one after the other, from a thread of its own until told to
/// stop. Every answer that is not the one asked for is a failure.
final class Load: Sendable {
    struct Tally: Sendable {
        var prices = 0
        /// Events that were acknowledged, by number.
        var acknowledged: [Int] = []
        var failures: [String] = []
    }

    private let endpoints: [String]
    private let tally = Mutex(Tally())
    /// Signalled with every price.
    private let progress = DispatchSemaphore(value: 0)
    private let stopping = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(_ cluster: TestCluster) {
        endpoints = cluster.endpoints
        Thread.detachNewThread { [self] in run() }
    }

    /// Ends it, and waits for its last answer.
    func stop() -> Tally {
        stopping.signal()
        ended.wait()
        return tally.withLock { $0 }
    }

    /// Waits until this many further prices have been answered.
    func waitForPrices(_ count: Int) throws {
        let goal = tally.withLock { $0.prices } + count
        let deadline = Date().addingTimeInterval(60)
        while tally.withLock({ $0.prices < goal }) {
            _ = progress.wait(timeout: .now() + .seconds(1))
            try #require(Date() < deadline, "no \(count) prices in a minute")
        }
    }

    /// An event of the load, to be sent again.
    static func event(_ number: Int) -> (user: UserKey, event: (id: [UInt8], event: Event)) {
        (UserKey(tenant: tenant, user: "l\(number % 64)"), basket("load-\(number)", weeksAgo: 1, buying: ["milk"]))
    }

    private func run() {
        defer { ended.signal() }
        guard let client = try? PricingClient(endpoints: endpoints) else { return note("no client") }
        var number = 0
        // The pause makes it a light load.
        while stopping.wait(timeout: .now() + .milliseconds(2)) == .timedOut {
            number += 1
            do {
                _ = try client.price(cart("l\(number % 64)", ["milk"]))
                tally.withLock { $0.prices += 1 }
                progress.signal()
            } catch {
                note("price \(number): \(error)")
            }
            guard number.isMultiple(of: 4) else { continue }
            do {
                let (user, event) = Self.event(number)
                _ = try client.send([event], of: user)
                tally.withLock { $0.acknowledged.append(number) }
            } catch {
                note("event \(number): \(error)")
            }
        }
    }

    private func note(_ failure: String) { tally.withLock { $0.failures.append(failure) } }
}
