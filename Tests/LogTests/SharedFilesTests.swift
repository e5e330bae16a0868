import Domain
import Foundation
import Log
import LogConformance
import Synchronization
import Testing

/// One leader writes while others read and claim, each with connections of its own.
struct SharedFilesTests {
    @Test
    func followersOnOtherThreadsSeeAGrowingPrefixWithoutGaps() async throws {
        let folder = try ScratchFolder()
        let total = 2_000
        let leader = try folder.openLog()
        let claim = try leader.claim(seven, owner: "w1")
        let records = batch(total)
        let followers = (0..<2).map { _ in
            onThread {
                let log = try folder.openLog()
                var seen: [Record] = []
                while seen.count < total {
                    for entry in try log.read(seven, after: UInt64(seen.count), limit: 64) { seen += entry.records }
                }
                return seen == records
            }
        }
        let written = onThread {
            let log = try folder.openLog()
            for start in stride(from: 0, to: total, by: 8) {
                try log.append(
                    Array(records[start..<(start + 8)]), to: seven, epoch: claim.epoch, expecting: UInt64(start))
            }
            return true
        }
        #expect(try await written.value)
        for follower in followers { #expect(try await follower.value) }
    }

    /// The law: whoever wins the claims, every record is there once, under epochs that only ascend.
    @Test
    func rivalLeadersNeverOverwriteEachOther() async throws {
        let folder = try ScratchFolder()
        let rivals = (0..<3).map { rival in
            onThread {
                let log = try folder.openLog()
                var written: [UInt64] = []
                while written.count < 60 {
                    guard let claim = try claimUnlessLate(log, owner: "w\(rival)") else { continue }
                    var end = claim.lastIndex
                    for _ in 0..<4 {
                        let value = UInt64(rival) * 1_000 + UInt64(written.count)
                        let record = Record.modelActivated(ModelActivation(version: value, checksum: 0, path: ""))
                        do throws(LogError) {
                            end = try log.append([record], to: seven, epoch: claim.epoch, expecting: end)
                            written.append(value)
                        } catch {
                            guard case .fenced(let current) = error, current > claim.epoch else { throw error }
                            break
                        }
                    }
                }
                return written
            }
        }
        var acknowledged: [UInt64] = []
        for rival in rivals { acknowledged += try await rival.value }
        let entries = try folder.openLog().read(seven, after: 0, limit: .max)
        let versions = entries.flatMap(\.records).map { record -> UInt64 in
            if case .modelActivated(let activation) = record { activation.version } else { 0 }
        }
        #expect(versions.sorted() == acknowledged.sorted())
        #expect(entries.map(\.epoch) == entries.map(\.epoch).sorted())
    }

    /// Claims after the epoch that it sees; nil when another was quicker.
    private func claimUnlessLate(_ log: some PartitionLog, owner: String) throws(LogError) -> Claim? {
        do throws(LogError) {
            return try log.claim(seven, owner: owner)
        } catch {
            guard case .fenced = error else { throw error }
            return nil
        }
    }

    @Test
    func theWriteAheadLogStaysBoundedBesideABusyReader() throws {
        let folder = try ScratchFolder()
        let leader = try folder.openLog()
        let follower = try folder.openLog()
        let claim = try leader.claim(seven, owner: "w1")
        let path = String(repeating: "x", count: 100_000)
        let record = Record.modelActivated(ModelActivation(version: 1, checksum: 2, path: path))
        var largest = 0
        for end in 0..<400 as Range<UInt64> {
            try leader.append([record], to: seven, epoch: claim.epoch, expecting: end)
            #expect(try follower.read(seven, after: end, limit: 1).count == 1)
            largest = max(largest, try folder.size(of: "partition-007.sqlite-wal"))
        }
        #expect(largest < 24 << 20)
        #expect(try folder.size(of: "partition-007.sqlite") > 30 << 20)
    }

    /// Whoever opens the file reads its write-ahead log while it grows and is started over.
    @Test
    func aFollowerThatOpensTheFileWhileItIsWrittenFindsItWhole() async throws {
        let folder = try ScratchFolder()
        let leader = try folder.openLog()
        let claim = try leader.claim(seven, owner: "w1")
        let ended = Mutex(false)
        let written = onThread {
            let log = try folder.openLog()
            var end = claim.lastIndex
            var round: UInt64 = 0
            while !ended.withLock({ $0 }) {
                // Checkpoints come every 4 MiB, commits of one page and of many.
                let path = String(repeating: "x", count: round.isMultiple(of: 8) ? 200_000 : 10)
                let record = Record.modelActivated(ModelActivation(version: round, checksum: 0, path: path))
                end = try log.append([record], to: seven, epoch: claim.epoch, expecting: end)
                round += 1
            }
            return end
        }
        let seen = onThread {
            defer { ended.withLock { $0 = true } }
            var seen: [UInt64] = []
            for _ in 0..<150 { seen.append(try folder.openLog().lastIndex(of: seven)) }
            return seen
        }
        let indexes = try await seen.value
        #expect(indexes == indexes.sorted())
        #expect(try await written.value >= indexes.last ?? 0)
    }

    @Test
    func theFilesAskForFullSyncsOfAWriteAheadLog() throws {
        let folder = try ScratchFolder()
        let log = try folder.openLog()
        _ = try log.claim(seven, owner: "w1")
        #expect(
            try number(folder.file("partition-007.sqlite"), "SELECT length(journal_mode) FROM pragma_journal_mode") == 3
        )
        #expect(try number(folder.file("partition-007.sqlite"), "PRAGMA application_id") == 0x4652_5448)
    }

    /// Runs blocking work on a thread of its own.
    private func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) -> Task<Result, any Error>
    {
        Task {
            try await withCheckedThrowingContinuation { continuation in
                Thread { continuation.resume(with: Swift.Result { try work() }) }.start()
            }
        }
    }
}
