// The contract of `PartitionLog` as checks that return what is wrong instead of failing a test, so that a log
// with a planted bug can be shown to be caught.

import Domain
import Log

/// One storage that any number of owners open.
public struct World {
    public static let partitionCount = 16

    /// Opens the storage as a process that has just started would.
    public var open: () throws(LogError) -> any PartitionLog

    public init(open: @escaping () throws(LogError) -> any PartitionLog) { self.open = open }
}

public struct ConformanceCheck: Sendable, CustomStringConvertible {
    public let name: String
    let run: @Sendable (World, inout Violations) throws -> Void

    public var description: String { name }

    /// What is wrong with a log; empty when it keeps this part of the contract.
    public func violations(in world: World) -> [String] {
        var violations = Violations()
        do { try run(world, &violations) } catch { violations.add("unexpected error: \(error)") }
        return violations.list
    }

    public static let all = fence + order + edges + snapshots
}

struct Violations {
    private(set) var list: [String] = []

    mutating func add(_ text: String) { list.append(text) }

    mutating func expect(_ isTrue: Bool, _ text: String) {
        if !isTrue { add(text) }
    }

    mutating func expect<Result>(_ expected: LogError, from what: String, _ body: () throws(LogError) -> Result) {
        do throws(LogError) {
            let result = try body()
            add("\(what) gave \(result) instead of “\(expected)”")
        } catch {
            if error != expected { add("\(what) gave “\(error)” instead of “\(expected)”") }
        }
    }
}

/// The partition that most checks use.
public let seven = PartitionID(7)

/// So many random records, the same for the same seed.
public func batch(_ count: Int, seed: UInt64 = 1) -> [Record] {
    var samples = Samples(seed: seed)
    return samples.records(count)
}

extension PartitionLog {
    /// All records from the first on.
    public func allRecords(of partition: PartitionID, limit: Int = 100) throws(LogError) -> [Record] {
        var records: [Record] = []
        while true {
            let entries = try read(partition, after: UInt64(records.count), limit: limit)
            guard !entries.isEmpty else { return records }
            for entry in entries { records += entry.records }
        }
    }
}
