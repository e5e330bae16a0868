import Log
import LogConformance
import Testing

extension JetStreamTests {
    /// The contract that the logs in memory and in SQLite keep too.
    @Test(arguments: ConformanceCheck.all)
    func theLogKeepsTheContract(check: ConformanceCheck) throws {
        let servers = try TestServers.shared.get()
        let name = TestServers.newName("contract")
        let violations = check.violations(in: World { () throws(LogError) in try servers.open(name) })
        #expect(violations.isEmpty, "\(violations.joined(separator: "; "))")
    }
}
