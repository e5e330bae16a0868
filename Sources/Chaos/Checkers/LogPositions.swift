import Domain

/// Where something lies in the log of its partition.
struct LogPosition: Hashable, Comparable, CustomStringConvertible {
    var partition: PartitionID
    var index: UInt64

    static func < (left: LogPosition, right: LogPosition) -> Bool {
        (left.partition, left.index) < (right.partition, right.index)
    }

    var description: String { "partition \(partition) index \(index)" }
}

/// Where each event lies in the recovered log, first occurrences only: later ones are duplicates that the state
/// passes over.
struct LogPositions {
    private var positions: [EventID: LogPosition] = [:]
    private var users: [EventID: UserKey] = [:]

    init(_ recovered: Recovered) {
        for batch in recovered.batches {
            let position = LogPosition(partition: batch.partition, index: batch.index)
            for event in batch.events {
                if let earlier = positions[event], earlier <= position { continue }
                positions[event] = position
                users[event] = batch.user
            }
        }
    }

    subscript(event: EventID) -> LogPosition? { positions[event] }

    func user(of event: EventID) -> UserKey? { users[event] }

    /// In ascending order, so that evidence reads the same every time.
    var events: [EventID] { positions.keys.sorted { $0.value < $1.value } }
}
