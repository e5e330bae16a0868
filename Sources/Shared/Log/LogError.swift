import Domain

/// Why a log did not do what it was asked.
public enum LogError: Error, Equatable, Sendable {
    /// Somebody else leads the partition now: step down.
    case fenced(currentEpoch: UInt64)
    /// The log ends at another index than the caller believes: catch up first.
    case unexpectedIndex(actual: UInt64)
    /// What was acknowledged is damaged or missing. Never skipped, never served.
    case corrupt(place: String, problem: String)
    /// Nothing was written. Events are refused, not acknowledged; quoting goes on from memory.
    case diskFull(place: String)
    /// A write or sync failed, so nobody knows what the disk holds: the process has to end and read it again.
    case storageFailed(place: String, problem: String)
    /// No answer in time, so the outcome is unknown: what was to be appended may be in the log, may still get there,
    /// or may not. Nothing was acknowledged. Give up the lead and read the log back; whoever claims next sees which.
    case unavailable(place: String, problem: String)
    /// Another process held the file for longer than the wait allows. Nothing was written.
    case busy(place: String)
    /// More than one entry can carry. Nothing was written.
    case entryTooLarge(bytes: Int, limit: Int)
    /// The log belongs to another cluster, or to this one with another number of partitions.
    case wrongCluster(place: String, problem: String)
    /// The file is not a log of Farthing's, or of a version that this build does not read.
    case unsupportedFile(place: String, problem: String)
    /// The cluster has no such partition.
    case unknownPartition(PartitionID, count: Int)

    /// Whether the process that got this error has to end, because the truth is out of its reach.
    public var isFatal: Bool {
        switch self {
        case .fenced, .unexpectedIndex, .diskFull, .unavailable, .busy, .entryTooLarge: false
        case .corrupt, .storageFailed, .wrongCluster, .unsupportedFile, .unknownPartition: true
        }
    }
}

extension LogError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .fenced(let epoch):
            "the partition has a newer leader, epoch \(epoch); step down and follow it"
        case .unexpectedIndex(let actual):
            "the log ends at index \(actual), not where the caller believed; catch up before going on"
        case .corrupt(let place, let problem):
            "\(place): \(problem). Do not start on it: move the file aside and restore it from a copy, "
                + "then start again"
        case .diskFull(let place):
            "\(place): no space left; events are refused, quoting goes on. Free space on this file system"
        case .storageFailed(let place, let problem):
            "\(place): \(problem). The process ends, because what the disk holds is unknown; check the disk, "
                + "then start again"
        case .unavailable(let place, let problem):
            "\(place): \(problem). Whether it was carried out is unknown; quoting goes on. Look whether a majority of "
                + "the log's servers runs and can be reached"
        case .busy(let place):
            "\(place): another process keeps it locked; find what else has the file open"
        case .entryTooLarge(let bytes, let limit):
            "an entry of \(bytes) bytes is over the limit of \(limit); append fewer records at once"
        case .wrongCluster(let place, let problem):
            "\(place): \(problem). Name another log, or set cluster.yaml back"
        case .unsupportedFile(let place, let problem):
            "\(place): \(problem). Name another log, or use the build that wrote it"
        case .unknownPartition(let partition, let count):
            "partition \(partition) does not exist; this cluster has partitions 0 to \(count - 1) and broadcast"
        }
    }
}
