import Domain
import Log
import LogConformance
import Testing

struct ConformanceTests {
    @Test(arguments: LogKind.allCases, ConformanceCheck.all)
    func everyLogKeepsTheContract(kind: LogKind, check: ConformanceCheck) throws {
        let violations = check.violations(in: try kind.makeWorld())
        #expect(violations.isEmpty, "\(violations.joined(separator: "; "))")
    }

    @Test(arguments: PlantedBug.allCases)
    func everyPlantedBugIsCaughtByItsCheck(bug: PlantedBug) throws {
        let caughtBy = try ConformanceCheck.all.filter { check in
            let world = try LogKind.memory.makeWorld()
            let buggy = World { () throws(LogError) in BuggyLog(try world.open(), bug) }
            return !check.violations(in: buggy).isEmpty
        }
        #expect(caughtBy.map(\.name).contains(bug.check))
    }
}

/// Mistakes that a log could make, and the check that has to notice.
enum PlantedBug: CaseIterable, Sendable {
    case ignoresTheEpoch, ignoresTheIndex, acknowledgesBeforeItIsDurable, skipsOneEntry, keepsTheOldestSnapshot
    case claimsAfterAnyEpoch

    var check: String {
        switch self {
        case .ignoresTheEpoch: "an old epoch never writes after a claim, even with the right index"
        case .ignoresTheIndex: "an append that expects another end writes nothing"
        case .acknowledgesBeforeItIsDurable: "what was acknowledged is there after a restart"
        case .skipsOneEntry: "records come back whole and in order, from any index, with any limit"
        case .claimsAfterAnyEpoch: "of two that claim after the same epoch, one wins and the other learns who"
        case .keepsTheOldestSnapshot: "the newest snapshot comes back after a restart"
        }
    }
}

/// A correct log with one mistake added.
private final class BuggyLog: PartitionLog {
    private let inner: any PartitionLog
    private let bug: PlantedBug
    private var unwritten: [Record] = []
    private var hasSnapshot = false
    var damageFound: (LogError) -> Void = { _ in }

    init(_ inner: any PartitionLog, _ bug: PlantedBug) {
        self.inner = inner
        self.bug = bug
    }

    func claim(_ partition: PartitionID, owner: String, after epoch: UInt64) throws(LogError) -> Claim {
        do throws(LogError) {
            return try inner.claim(partition, owner: owner, after: epoch)
        } catch {
            guard bug == .claimsAfterAnyEpoch else { throw error }
        }
        return try inner.claim(partition, owner: owner)
    }

    func leadership(of partition: PartitionID) throws(LogError) -> Leadership {
        try inner.leadership(of: partition)
    }

    func append(
        _ records: [Record], to partition: PartitionID, epoch: UInt64, expecting lastIndex: UInt64
    ) throws(LogError) -> UInt64 {
        do throws(LogError) {
            if bug == .acknowledgesBeforeItIsDurable, !records.isEmpty {
                _ = try inner.append([], to: partition, epoch: epoch, expecting: lastIndex)
                unwritten = records
                return lastIndex + UInt64(records.count)
            }
            return try inner.append(records, to: partition, epoch: epoch, expecting: lastIndex)
        } catch .fenced(let current) where bug == .ignoresTheEpoch && current > 0 {
            return try inner.append(records, to: partition, epoch: current, expecting: lastIndex)
        } catch .unexpectedIndex(let actual) where bug == .ignoresTheIndex {
            return try inner.append(records, to: partition, epoch: epoch, expecting: actual)
        }
    }

    func lastIndex(of partition: PartitionID) throws(LogError) -> UInt64 {
        try inner.lastIndex(of: partition) + UInt64(unwritten.count)
    }

    func read(_ partition: PartitionID, after index: UInt64, limit: Int) throws(LogError) -> [LogEntry] {
        let entries = try inner.read(partition, after: index, limit: limit)
        return bug == .skipsOneEntry && index > 0 ? Array(entries.dropFirst()) : entries
    }

    func saveSnapshot(_ snapshot: Snapshot, of partition: PartitionID) throws(LogError) {
        if bug == .keepsTheOldestSnapshot, hasSnapshot { return }
        hasSnapshot = true
        try inner.saveSnapshot(snapshot, of: partition)
    }

    func latestSnapshot(of partition: PartitionID) throws(LogError) -> Snapshot? {
        try inner.latestSnapshot(of: partition)
    }
}
