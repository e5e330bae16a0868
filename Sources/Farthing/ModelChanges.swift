// Models that take turns in serving while a load runs, from a thread of their own: a client waits for its answers, and the
// load must not wait with it. What is waited for is counted in answers of the load, not in seconds.

import Client
import Domain
import Foundation
import Operations
import Synchronization

final class ModelChanges: Sendable {
    struct Change {
        var ordered: MonotonicInstant
        /// nil when a worker does not serve it in time.
        var served: MonotonicInstant?
    }

    private struct State {
        var answers = 0
        var changes: [Change] = []
        var failure: ClientError?
        var isOver = false
    }

    private let endpoints: [String]
    private let files: [ModelSource]
    private let rounds: Int
    private let answers: Int
    private let trial: Bool
    private let state = Mutex(State())
    private let progress = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - files: two bundles; the first serves in the end.
    ///   - answers: that pass three times before a change, and once after it.
    ///   - trial: whether the next model is loaded beforehand.
    init(_ endpoints: [String], _ files: [ModelSource], rounds: Int, answers: Int, trial: Bool) {
        self.endpoints = endpoints
        self.files = files
        self.rounds = rounds
        self.answers = answers
        self.trial = trial
    }

    /// Whether the load may end.
    var areOver: Bool { state.withLock(\.isOver) }

    func begin() {
        Thread.detachNewThread { [self] in
            do throws(ClientError) {
                try change()
            } catch {
                state.withLock { $0.failure = error }
            }
            state.withLock { $0.isOver = true }
            ended.signal()
        }
    }

    /// The load has had an answer.
    func answerCame() {
        let count = state.withLock { state in
            state.answers += 1
            return state.answers
        }
        // Often enough to stop in time, and seldom enough to cost the load nothing.
        if count.isMultiple(of: 64) { progress.signal() }
    }

    func end() throws(ClientError) -> [Change] {
        // A load that was not answered has ended by itself; nobody waits for its answers then.
        state.withLock { $0.isOver = true }
        progress.signal()
        ended.wait()
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return state.withLock { $0.changes }
    }

    private func change() throws(ClientError) {
        let client = try PricingClient(endpoints: endpoints, deadlineMilliseconds: 30_000)
        _ = try client.order(.serve(files[0]))
        for round in 1...rounds {
            var next = files[round % 2]
            if trial {
                let tried = try client.order(.tryOut(next, sharePerMille: 0)).value
                _ = try client.models { $0.isTriedByAll(tried.checksum, sharePerMille: 0) }
                // As `farthing models promote` asks for it.
                next = .kept(tried.checksum)
            }
            guard waitForAnswers(3 * answers) else { break }
            var change = Change(ordered: Clock.monotonic())
            let wanted = try client.order(.serve(next)).value
            if try client.models(until: { $0.isServedByAll(wanted.checksum) }).holds {
                change.served = Clock.monotonic()
            }
            let seen = change
            state.withLock { $0.changes.append(seen) }
            guard waitForAnswers(answers) else { break }
        }
        _ = try client.order(.serve(files[0]))
    }

    /// - Returns: false when no more will come.
    private func waitForAnswers(_ answers: Int) -> Bool {
        let goal = state.withLock(\.answers) + answers
        while true {
            let (count, isOver) = state.withLock { ($0.answers, $0.isOver) }
            if count >= goal { return true }
            if isOver { return false }
            progress.wait()
        }
    }
}
