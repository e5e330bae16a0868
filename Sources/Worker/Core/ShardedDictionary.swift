// A dictionary in parts. State is handed to other threads as a value (see `FrozenState`), and the next change to a
// dictionary that somebody else still holds copies all of it: milliseconds, on the thread that prices. In parts, each
// change copies one part at most.

/// A key that says which part it belongs to: any number, spread evenly, the same in every process.
protocol ShardedKey: Hashable, Sendable {
    var spread: UInt64 { get }
}

struct ShardedDictionary<Key: ShardedKey, Value: Equatable & Sendable>: Equatable, Sendable {
    private var shards: [[Key: Value]] = Array(repeating: [:], count: Self.shardCount)

    private static var shardCount: Int { 256 }

    /// O(parts).
    var count: Int { shards.reduce(0) { $0 + $1.count } }

    subscript(key: Key) -> Value? {
        get { shards[Self.shard(of: key)][key] }
        _modify { yield &shards[Self.shard(of: key)][key] }
    }

    subscript(key: Key, default value: @autoclosure () -> Value) -> Value {
        get { shards[Self.shard(of: key)][key] ?? value() }
        _modify { yield &shards[Self.shard(of: key)][key, default: value()] }
    }

    /// Changes a value where it lies; one that is not there begins as `initial`.
    /// - Returns: what the change returns, and whether the value is new.
    mutating func update<Result>(
        _ key: Key, initial: @autoclosure () -> Value, _ change: (inout Value) -> Result
    ) -> (Result, isNew: Bool) {
        let shard = Self.shard(of: key)
        let count = shards[shard].count
        let result = change(&shards[shard][key, default: initial()])
        return (result, shards[shard].count > count)
    }

    /// O(n).
    mutating func removeAll(where isGone: (Value) -> Bool) {
        for shard in shards.indices { shards[shard] = shards[shard].filter { !isGone($0.value) } }
    }

    /// In no particular order. O(n).
    var keys: [Key] { shards.flatMap { $0.isEmpty ? [] : Array($0.keys) } }

    /// O(n).
    func count(where matches: (Value) -> Bool) -> Int {
        shards.reduce(0) { sum, shard in sum + shard.values.count(where: matches) }
    }

    private static func shard(of key: Key) -> Int { Int(truncatingIfNeeded: key.spread) & (shardCount - 1) }
}
