// A few values by partition, in the order of the partitions. A process asks for them at every turn of its loop: looking
// through a short sorted list is quicker than hashing, and going through it is the same on every machine. Inlinable,
// because that is only true of code that is specialised for its values.

public struct PartitionMap<Value> {
    @usableFromInline var partitions: [PartitionID] = []
    @usableFromInline var values: [Value] = []

    /// Ascending.
    @inlinable
    public var keys: [PartitionID] { partitions }

    @inlinable
    public init() {}

    /// Of two values for one partition the later one counts.
    @inlinable
    public init(_ pairs: some Sequence<(PartitionID, Value)>) {
        partitions.reserveCapacity(pairs.underestimatedCount)
        values.reserveCapacity(pairs.underestimatedCount)
        for (partition, value) in pairs { self[partition] = value }
    }

    /// Getting, and changing what is there, is O(log count). Adding and removing is O(count), except at the end.
    @inlinable
    public subscript(partition: PartitionID) -> Value? {
        get {
            let place = place(of: partition)
            return holds(partition, at: place) ? values[place] : nil
        }
        set {
            let place = place(of: partition)
            switch (newValue, holds(partition, at: place)) {
            case (let value?, true): values[place] = value
            case (let value?, false):
                partitions.insert(partition, at: place)
                values.insert(value, at: place)
            case (nil, true):
                partitions.remove(at: place)
                values.remove(at: place)
            case (nil, false): break
            }
        }
    }

    @inlinable
    func holds(_ partition: PartitionID, at place: Int) -> Bool {
        place < partitions.count && partitions[place] == partition
    }

    /// Where a partition is, or would be.
    @inlinable
    func place(of partition: PartitionID) -> Int { partitions.partitioningIndex { $0 >= partition } }
}

extension PartitionMap: Sendable where Value: Sendable {}
