/// What can go wrong in a run. A seed switches on some of these; see `FaultMix`.
public enum FaultKind: UInt8, Sendable, CaseIterable {
    // Processes
    case killWorker, killRouter, killLeader
    /// All workers at once, as when a machine loses power.
    case killAll
    case pause
    /// A price request that stops every worker which looks at it.
    case requestOfDeath
    // The network
    case partition, partitionOneWay, partitionPartial
    case reset, delay
    /// More than TCP does: messages are lost, doubled, overtaken.
    case drop, duplicate, reorder
    // The disks
    case slowDisk, failedSync, fullDisk, failedClaim, failedRead, failedSnapshot, tornTail, flippedEntry,
        flippedSnapshot
    /// One worker cannot reach the log, or does not hear what comes of what it asks for.
    case lostLog
    // Time
    case clockJump
    // Operators
    case addWorker, drainWorker, removeWorker, addRouter, removeRouter, upgrade

    var isUnruly: Bool { self == .drop || self == .duplicate || self == .reorder }
}
