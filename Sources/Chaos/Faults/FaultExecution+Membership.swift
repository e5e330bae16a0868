// Growing and shrinking under load.

import Client
import Domain
import Operations

extension FaultExecution {
    /// Adds a worker; afterwards it is drained and, when it leads nothing any more, ended.
    func addWorker() throws -> FaultOutcome {
        guard let name = try injector.cluster.addWorker() else {
            return .skipped("there are as many workers as a run may have")
        }
        let at = Clock.monotonic()
        let injector = injector
        return .done(
            .init(target: name, at: at, victims: [name]) {
                guard Self.drain(name, true, injector) == 0 else {
                    return Clock.monotonic().adding(microseconds: Self.pauseMicroseconds)
                }
                injector.cluster.retire(name)
                return nil
            })
    }

    /// Drains a worker, and takes it back afterwards.
    func drainWorker(_ target: FaultTarget) -> FaultOutcome {
        guard case .worker(let wanted) = target, let name = choice.worker(wanted) else {
            return .skipped("no worker is running")
        }
        let at = Clock.monotonic()
        let injector = injector
        guard Self.drain(name, true, injector) != nil else { return .skipped("\(name) did not answer") }
        return .done(
            .init(target: name, at: at, victims: [name]) {
                guard Self.drain(name, false, injector) != nil else {
                    return Clock.monotonic().adding(microseconds: Self.pauseMicroseconds)
                }
                return nil
            })
    }

    private static let pauseMicroseconds: UInt64 = 100_000

    /// Asks a worker to hand over, or takes that back. Asks through each router until one answers.
    /// - Returns: partitions that it still leads; nil when no router knew.
    private static func drain(_ name: String, _ drain: Bool, _ injector: FaultInjector) -> Int? {
        for (_, client) in injector.view.each {
            if let led = try? client.drain(worker: name, drain).value { return led }
        }
        return nil
    }
}
