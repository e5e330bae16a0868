// The thread for models: checking bundles, loading them, and giving the memory of old ones back. While a model serves,
// all that is computed in idle time, so that the next one takes none from prices; a worker without a model cannot price
// as it shall, and is in a hurry.

import Dispatch
import Domain
import Foundation
import Models
import Operations
import WorkerCore

final class ModelThread: Sendable {
    enum Command: Sendable {
        /// Check a bundle and keep a copy where every worker finds it.
        case stage(ModelSource, StagedUse, Ticket?)
        case load(ModelActivation, ModelPreparation)
    }

    /// What a bundle is wanted for.
    enum StagedUse: Sendable {
        case serving
        case trial(sharePerMille: UInt32)

        func change(_ activation: ModelActivation) -> ModelChange {
            switch self {
            case .serving: .serve(activation)
            case .trial(let share): .trial(ModelTrial(activation: activation, sharePerMille: share))
            }
        }
    }

    private let commands: Mailbox<(Command, isUrgent: Bool)>
    private let idle = IdleThread()

    init(_ models: ModelStore, events: Mailbox<BackgroundEvent>) {
        let arrived = DispatchSemaphore(value: 0)
        let commands = Mailbox<(Command, isUrgent: Bool)> { arrived.signal() }
        self.commands = commands
        Thread.detachNewThread { [idle] in
            var work = ModelWork(models, idle)
            while true {
                arrived.wait()
                for (command, isUrgent) in commands.takeAll() {
                    events.post(work.carryOut(command, isUrgent: isUrgent))
                }
            }
        }
    }

    /// - Parameter isUrgent: whether prices wait for it more than they would suffer from it.
    func post(_ command: Command, isUrgent: Bool = false) { commands.post((command, isUrgent)) }

    /// Gives its memory back some time.
    func retire(_ model: RetiredModel) { idle.begin { model.release() } }
}

/// The thread's own state.
private struct ModelWork {
    private let models: ModelStore
    private let idle: IdleThread
    /// The file checked last, which is most likely what the log asks for next. Not of a kept bundle: one on trial is
    /// loaded already when it is promoted, and would stay here for nothing.
    private var checked: ModelStore.Checked?

    init(_ models: ModelStore, _ idle: IdleThread) {
        self.models = models
        self.idle = idle
    }

    mutating func carryOut(_ command: ModelThread.Command, isUrgent: Bool) -> BackgroundEvent {
        let models = models
        switch command {
        case .stage(let source, let use, let ticket):
            let found = compute(isUrgent) { models.check(source) }
            checked = (try? found.get()).flatMap { $0.bytes == nil ? nil : $0 }
            return .bundleStaged(found.flatMap(models.keep).map(use.change), ticket)
        case .load(let activation, let preparation):
            let known = checked.flatMap { $0.activation.checksum == activation.checksum ? $0.bundle : nil }
            checked = nil
            let prepared = compute(isUrgent) {
                (known.map { .success($0) } ?? models.load(activation)).map {
                    preparation.prepared($0, checksum: activation.checksum)
                }
            }
            return .bundleLoaded(prepared, activation)
        }
    }

    /// Long enough for the largest bundle where a tenth of one processor stands still.
    private static let patience = DispatchTimeInterval.seconds(3)

    private func compute<Value: Sendable>(_ isUrgent: Bool, _ work: @escaping @Sendable () -> Value) -> Value {
        isUrgent ? work() : idle.run(patience: Self.patience, work)
    }
}
