import Foundation
import Log
import LogConformance
import Synchronization
import Testing

extension JetStreamTests {
    /// The contract that the logs in memory and in SQLite keep too. All at once, because each check begins a log of
    /// its own, and the servers take half a second to elect who leads a new stream.
    @Test
    func theLogKeepsTheContract() throws {
        let servers = try TestServers.shared.get()
        let found = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: ConformanceCheck.all.count) { index in
            let check = ConformanceCheck.all[index]
            let name = TestServers.newName("contract")
            let world = World { () throws(LogError) in try servers.open(name) }
            let violations = check.violations(in: world).map { "\(check): \($0)" }
            found.withLock { $0 += violations }
        }
        let violations = found.withLock { $0 }
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }
}
