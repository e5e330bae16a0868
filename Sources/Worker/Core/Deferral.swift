// Reading what has just been written. An acknowledgement names the index at which a write is durable, and whoever asks a
// replica that has not come so far waits until it has. Nor must a shop that sends a product and at once asks for its
// price hear that nobody knows it: a worker looks at the log of the broadcast partition once more first, even one that
// leads it, which may have been deposed without having heard of it.
//
// One look serves every request that came before it began, so a flood of questions costs no flood of looks.

import Domain

/// What a request waits for.
public enum DeferralCondition: Equatable, Sendable {
    /// The partition's replica has applied this index.
    case applied(PartitionID, UInt64)
    /// The partition's log has been looked at once more.
    case caughtUp(PartitionID)

    public var partition: PartitionID {
        switch self {
        case .applied(let partition, _), .caughtUp(let partition): partition
        }
    }
}

/// How far a read has come that may have to wait for the log.
public enum ReadProgress: Sendable {
    case justCome
    /// It has waited, and may wait on.
    case waiting(until: MonotonicInstant)
    /// What it waited for has come: what is missing now is missing.
    case settled
    /// It cannot wait longer, and what it waited for has not come.
    case gaveUp

    /// Whether there is a reason to give even when the deadline has passed meanwhile: the same request may do better,
    /// which nobody says of one that was just too late.
    public var hasReason: Bool {
        if case .gaveUp = self { true } else { false }
    }
}

/// Requests put aside, in the order in which they came.
public struct Deferral<Request> {
    private var items: [Item] = []
    private var looks: [PartitionID: Looks] = [:]
    private var earliestDeadline: MonotonicInstant?
    private let capacity: Int

    /// The looks at one partition's log, numbered from 1.
    private struct Looks {
        var begun: UInt64 = 0
        var isUnderWay = false
    }

    private struct Item {
        let request: Request
        let condition: DeferralCondition
        let deadline: MonotonicInstant
        /// The first look that begins after the request came.
        let look: UInt64
    }

    /// - Parameter capacity: requests put aside at once.
    public init(capacity: Int = 1_024) { self.capacity = capacity }

    public var isEmpty: Bool { items.isEmpty }

    /// Puts a request aside.
    /// - Parameter deadline: when `expired` gives it back.
    /// - Returns: false when there is no room: answer it now.
    public mutating func add(
        _ request: Request, until condition: DeferralCondition, deadline: MonotonicInstant,
        into actions: inout [WorkerAction]
    ) -> Bool {
        guard items.count < capacity else { return false }
        let partition = condition.partition
        items.append(
            Item(
                request: request, condition: condition, deadline: deadline,
                look: looks[partition, default: Looks()].begun + 1))
        if looks[partition]?.isUnderWay != true { look(at: partition, &actions) }
        earliestDeadline = min(earliestDeadline ?? deadline, deadline)
        return true
    }

    /// The look at a partition has been taken, and what it found has been applied.
    /// - Returns: what waited for that.
    public mutating func caughtUp(_ partition: PartitionID, into actions: inout [WorkerAction]) -> [Request] {
        guard let look = looks[partition]?.begun else { return [] }
        looks[partition]?.isUnderWay = false
        let ready = take { $0.condition == .caughtUp(partition) && $0.look <= look }
        if items.contains(where: { $0.condition.partition == partition && $0.look > look }) {
            self.look(at: partition, &actions)
        }
        return ready
    }

    /// A replica has applied so much.
    /// - Returns: what waited for that.
    public mutating func applied(_ partition: PartitionID, upTo index: UInt64) -> [Request] {
        take {
            guard case .applied(partition, let awaited) = $0.condition else { return false }
            return awaited <= index
        }
    }

    /// This worker does not hold the partition any more.
    /// - Returns: what waited for it.
    public mutating func released(_ partition: PartitionID) -> [Request] {
        take { $0.condition.partition == partition }
    }

    /// - Returns: what has waited for as long as it could.
    public mutating func expired(at now: MonotonicInstant) -> [Request] {
        guard let earliestDeadline, earliestDeadline <= now else { return [] }
        return take { $0.deadline <= now }
    }

    private mutating func look(at partition: PartitionID, _ actions: inout [WorkerAction]) {
        looks[partition, default: Looks()].begun += 1
        looks[partition]?.isUnderWay = true
        actions.append(.catchUp(partition))
    }

    private mutating func take(where isReady: (Item) -> Bool) -> [Request] {
        guard !items.isEmpty else { return [] }
        let ready = items.filter(isReady)
        guard !ready.isEmpty else { return [] }
        items.removeAll(where: isReady)
        earliestDeadline = items.lazy.map(\.deadline).min()
        return ready.map(\.request)
    }
}

extension WorkerCore {
    /// What would let a read succeed that was refused; nil when nothing will.
    public func condition(for request: MessageHeader, refused refusal: Refusal) -> DeferralCondition? {
        switch refusal.code {
        case .notYetReadable:
            return .applied(request.keyHash.partition(of: configuration.partitions), request.index)
        case .unknownProduct: return .caughtUp(.broadcast)
        default: return nil
        }
    }

    /// What to answer instead when the log was not read in time, or there was no room to wait for it.
    public static func unproven(_ refusal: Refusal) -> Refusal {
        guard refusal.code == .unknownProduct else { return refusal }
        return Refusal(
            .notYetReadable, place: refusal.place, value: refusal.value,
            remedy: "Ask again shortly: it is not known here, and the log could not be asked in time.")
    }
}
