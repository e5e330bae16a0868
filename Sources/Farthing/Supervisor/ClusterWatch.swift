// Looks at the routers for a procedure. On a thread of its own, because a call may wait for an answer and the
// supervisor may not.

import Client
import Configuration
import Domain
import Foundation
import Operations
import Supervision
import Synchronization

/// Polls routers while somebody watches, and passes requests to drain on.
final class ClusterWatch: Sendable {
    enum Note: Sendable {
        case sighted(Sighting)
        /// nil: the worker was asked to hand over.
        case drainAnswered(refusal: String?)
    }

    private struct Drain {
        let worker: String
        let isWanted: Bool
        /// Tried in order; nobody may be watched any more by then.
        let routers: [RouterSettings]
    }

    private struct Task {
        var routers: [RouterSettings] = []
        var drains: [Drain] = []
        var isOver = false
    }

    private let task = Mutex(Task())
    private let changed = DispatchSemaphore(value: 0)
    private let post: @Sendable (Note) -> Void

    private static let pauseMilliseconds = 50
    private static let deadlineMilliseconds: UInt32 = 500

    /// - Parameter post: takes what was found, from any thread.
    init(_ post: @escaping @Sendable (Note) -> Void) {
        self.post = post
        let thread = Thread { [self] in run() }
        thread.name = "watch"
        thread.start()
    }

    /// Looks at these routers, again and again; at none when empty.
    func watch(_ routers: [RouterSettings]) {
        let isNew = task.withLock { task in
            defer { task.routers = routers }
            return task.routers != routers
        }
        if isNew { changed.signal() }
    }

    func ask(_ worker: String, toDrain isWanted: Bool, through routers: [RouterSettings]) {
        task.withLock { $0.drains.append(Drain(worker: worker, isWanted: isWanted, routers: routers)) }
        changed.signal()
    }

    func end() {
        task.withLock { $0.isOver = true }
        changed.signal()
    }

    // MARK: - On its own thread

    private func run() {
        var clients: [Endpoint: PricingClient] = [:]
        while true {
            let (routers, drains, isOver) = task.withLock { task in
                defer { task.drains = [] }
                return (task.routers, task.drains, task.isOver)
            }
            if isOver { return }
            for drain in drains { post(.drainAnswered(refusal: carryOut(drain, &clients))) }
            for router in routers {
                guard let client = client(of: router, &clients) else { continue }
                // What the status says is not older than the question.
                let asked = Clock.monotonic()
                if let status = try? client.status().value {
                    post(.sighted(Sighting(router: router.name, status: status, at: asked)))
                }
            }
            let pause = DispatchTimeInterval.milliseconds(Self.pauseMilliseconds)
            _ = changed.wait(timeout: routers.isEmpty ? .distantFuture : .now() + pause)
        }
    }

    private func client(of router: RouterSettings, _ clients: inout [Endpoint: PricingClient]) -> PricingClient? {
        if let known = clients[router.clients] { return known }
        let client = try? PricingClient(
            endpoint: router.clients.description, deadlineMilliseconds: Self.deadlineMilliseconds)
        clients[router.clients] = client
        return client
    }

    /// Through the first router that can.
    private func carryOut(_ drain: Drain, _ clients: inout [Endpoint: PricingClient]) -> String? {
        var refusal = "no router runs"
        for router in drain.routers {
            guard let client = client(of: router, &clients) else { continue }
            do throws(ClientError) {
                _ = try client.drain(worker: drain.worker, drain.isWanted)
                return nil
            } catch {
                refusal = error.description
            }
        }
        return refusal
    }
}
