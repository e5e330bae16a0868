import Dispatch
import Domain
import JetStreamLog
import Log
import LogConformance
import Synchronization
import Testing

extension JetStreamTests {
    /// The law: whoever is quicker, every acknowledged record is there once, and no other.
    @Test
    func rivalsNeverOverwriteEachOther() throws {
        let shared = try TestServers.shared.get()
        let name = TestServers.newName("rivals")
        let outcomes = Mutex<(acknowledged: [UInt64], problems: [String])>(([], []))
        DispatchQueue.concurrentPerform(iterations: 4) { rival in
            do {
                let log = try shared.open(name)
                var (epoch, end) = try lead(log, rival)
                var written: [UInt64] = []
                for attempt in 0..<150 {
                    if attempt % 10 == 9 { (epoch, end) = try lead(log, rival) }
                    let value = UInt64(rival * 1_000 + attempt)
                    let record = Record.modelActivated(ModelActivation(version: value, checksum: 0, path: ""))
                    do throws(LogError) {
                        end = try log.append([record], to: seven, epoch: epoch, expecting: end)
                        written.append(value)
                    } catch {
                        switch error {
                        case .unexpectedIndex(let actual): end = actual
                        case .fenced(let current) where current > epoch: continue
                        default: throw error
                        }
                    }
                }
                outcomes.withLock { $0.acknowledged += written }
            } catch {
                outcomes.withLock { $0.problems.append("\(error)") }
            }
        }
        let (acknowledged, problems) = outcomes.withLock { $0 }
        #expect(problems.isEmpty)
        #expect(acknowledged.count > 20)
        let entries = try shared.open(name).read(seven, after: 0, limit: .max)
        let stored = entries.flatMap(\.records).map { record -> UInt64 in
            if case .modelActivated(let activation) = record { activation.version } else { .max }
        }
        #expect(stored.sorted() == acknowledged.sorted())
        #expect(entries.map(\.epoch) == entries.map(\.epoch).sorted())
    }

    private func lead(_ log: JetStreamLog, _ rival: Int) throws(LogError) -> (epoch: UInt64, end: UInt64) {
        let claim = try log.claim(seven, owner: "w\(rival)")
        return (claim.epoch, claim.lastIndex)
    }
}
