// The model in force: the broadcast log names it, the model store keeps it, the core prices with it.

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
        loadActivatedModel()
    }

    /// The broadcast partition has new records, or this worker has come to lead it.
    mutating func broadcastMovedOn() {
        if core.activation == nil, core.role(of: .broadcast) == .leading, !model.isFirstStaged, isFirstModelConfigured {
            model.isFirstStaged = true
            housekeeping.post(.stageBundle(path: settings.model.bundleFile, nil))
        }
        loadActivatedModel()
    }

    private var isFirstModelConfigured: Bool { FileManager.default.fileExists(atPath: settings.model.bundleFile) }

    /// Loads the model that the log names, unless it serves already.
    private mutating func loadActivatedModel() {
        guard let activation = core.activation, model.loading == nil else { return }
        guard activation.checksum != core.servingChecksum else { return problem.clear(.model) }
        model.loading = activation
        model.waitUntil = nil
        housekeeping.post(.loadBundle(activation))
    }

    mutating func bundleStaged(_ result: Result<ModelActivation, Refusal>, _ ticket: Ticket?) {
        switch result {
        case .success(let activation): core.activationRequested(activation, ticket: ticket, into: &actions)
        case .failure(let refusal):
            guard let ticket else {
                problem.note(refusal.description, .model, in: journal)
                model.isLoadedOrAbsent = true
                return
            }
            actions.append(.answer(ticket, .refused(refusal)))
        }
    }

    mutating func bundleLoaded(_ result: Result<ModelBundle, Refusal>, _ activation: ModelActivation) {
        model.isLoadedOrAbsent = true
        model.loading = nil
        guard activation == core.activation else { return loadActivatedModel() }
        switch result {
        case .success(let bundle):
            core.modelLoaded(bundle, checksum: activation.checksum)
            problem.clear(.model)
            journal.info("model \(bundle.version) serves")
        case .failure(let refusal): problem.note(refusal.description, .model, in: journal)
        }
    }
}
