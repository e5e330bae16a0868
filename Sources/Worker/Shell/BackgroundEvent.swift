// What the worker's other threads tell the one that serves.

import Domain
import Log
import Models
import WorkerCore
import WorkerLog

enum BackgroundEvent: Sendable {
    case log(LogEvent)
    case stateHashed(PartitionID, StateCheckpoint)
    case inspected(Ticket, PartitionStatus)
    case bundleStaged(Result<ModelChange, Refusal>, Ticket?)
    case bundleLoaded(Result<PreparedModel, Refusal>, ModelActivation)
    /// The log cannot be trusted or reached any more: the process has to end.
    /// `isPermanent` when starting again will not help.
    case failed(String, isPermanent: Bool)
    /// One of the threads has done all that it was told.
    case stopped

    init(_ error: LogError) {
        switch error {
        case .wrongCluster, .unsupportedFile, .unknownPartition: self = .failed(error.description, isPermanent: true)
        default: self = .failed(error.description, isPermanent: false)
        }
    }
}
