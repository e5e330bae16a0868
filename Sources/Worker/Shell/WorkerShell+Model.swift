// The model in force, and one on trial beside it: the broadcast log names them, the model store keeps them, the core
// prices with them.

import Configuration
import Domain
import Foundation
import Models
import Operations
import WorkerCore

/// How far this worker is with the model that shall serve.
struct ModelProgress {
    /// The model that is being loaded.
    var loading: ModelActivation?
    /// Checksums of those that could not be; tried again when the broadcast partition has moved on.
    var failed: Set<UInt64> = []
    /// Whether the bundle of a new cluster was handed over for checking.
    var isFirstStaged = false
    var isLoadedOrAbsent = false
    /// nil until the broadcast log is read, and while it names a model, which is always waited for.
    var waitUntil: MonotonicInstant?

    /// How long a worker waits for a first model that it cannot be sure will come.
    static let patienceMicroseconds: UInt64 = 2_000_000

    /// Whether carts can be priced as they shall be.
    func isSettled(at now: MonotonicInstant) -> Bool { isLoadedOrAbsent || waitUntil.map { now >= $0 } ?? false }
}

extension WorkerShell {
    mutating func broadcastWasRead() {
        if core.activation == nil {
            // A new cluster serves the configured bundle, if there is a good one: the leader of the broadcast
            // partition says so in the log, and the others wait a moment for that.
            model.isLoadedOrAbsent = !isFirstModelConfigured
            model.waitUntil = Clock.monotonic().adding(microseconds: ModelProgress.patienceMicroseconds)
        }
        loadMissingModel()
    }

    /// The broadcast partition has new records, or this worker has come to lead it.
    mutating func broadcastMovedOn() {
        if core.activation == nil, core.role(of: .broadcast) == .leading, !model.isFirstStaged, isFirstModelConfigured {
            model.isFirstStaged = true
            modelThread.post(.stage(.file(settings.model.bundleFile), .serving, nil), isUrgent: true)
        }
        model.failed.removeAll()
        loadMissingModel()
    }

    private var isFirstModelConfigured: Bool { FileManager.default.fileExists(atPath: settings.model.bundleFile) }

    /// What an operator asks of a model; the answer waits for the disk.
    mutating func carryOut(_ order: ModelOrder, _ ticket: Ticket) {
        switch order {
        case .serve(let source): modelThread.post(.stage(source, .serving, ticket), isUrgent: hasNoModel)
        case .tryOut(let source, let share):
            modelThread.post(.stage(source, .trial(sharePerMille: share), ticket))
        case .endTrial: core.modelChangeRequested(.trial(nil), ticket: ticket, into: &actions)
        }
    }

    private var hasNoModel: Bool { core.servingChecksum == nil }

    /// Loads the next of the models that the log names and that are not here.
    private mutating func loadMissingModel() {
        guard model.loading == nil else { return }
        let missing = core.missingModels
        if missing.isEmpty { problem.clear(.model) }
        // A trial that is promoted is in memory.
        if let wanted = core.activation, !missing.contains(wanted) { model.isLoadedOrAbsent = true }
        guard let activation = missing.first(where: { !model.failed.contains($0.checksum) }) else { return }
        model.loading = activation
        // A model that shall serve is waited for, however long; one on trial is not.
        if activation.checksum == core.activation?.checksum { model.waitUntil = nil }
        modelThread.post(
            .load(activation, core.preparation(now: Clock.timestamp())), isUrgent: hasNoModel)
    }

    mutating func bundleStaged(_ result: Result<ModelChange, Refusal>, _ ticket: Ticket?) {
        switch result {
        case .success(let change): core.modelChangeRequested(change, ticket: ticket, into: &actions)
        case .failure(let refusal):
            guard let ticket else {
                problem.note(refusal.description, .model, in: journal)
                model.isLoadedOrAbsent = true
                return
            }
            actions.append(.answer(ticket, .refused(refusal)))
        }
    }

    mutating func bundleLoaded(_ result: Result<PreparedModel, Refusal>, _ activation: ModelActivation) {
        model.loading = nil
        if activation.checksum == core.activation?.checksum { model.isLoadedOrAbsent = true }
        defer { loadMissingModel() }
        guard core.missingModels.contains(where: { $0.checksum == activation.checksum }) else {
            if case .success(let model) = result { modelThread.retire(RetiredModel(model)) }
            return
        }
        switch result {
        case .success(let model):
            core.modelLoaded(model, into: &actions)
            journal.info("model \(activation.version) is loaded; model \(core.servingVersion) serves")
        case .failure(let refusal):
            model.failed.insert(activation.checksum)
            problem.note(refusal.description, .model, in: journal)
        }
    }
}
