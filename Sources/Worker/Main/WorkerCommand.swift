import ArgumentParser
import Configuration
import Domain
import Operations
import WorkerShell

@main
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "farthing-worker",
        abstract: "Holds partitions and prices the carts of those it leads.",
        discussion: """
            Reports to every router of cluster.yaml; they assign partitions to it, by its weight, and it reads their
            state back from the log. `farthing up` starts as many workers as cluster.yaml says; more can be started
            at any time, under any name that nobody else has. SIGTERM makes it log what it has shown, keep
            snapshots, and end.
            """)

    @Option(help: "The cluster's configuration.")
    var config = "cluster.yaml"

    @Option(help: "What this worker is called. No two workers of a cluster may have the same name.")
    var name: String

    @Option(help: "Its share of the partitions, relative to the other workers': 1 to 10000.")
    var weight: UInt32 = WorkerReport.defaultWeight

    @Flag(help: .hidden)
    var exitWithParent = false

    func validate() throws {
        guard (1...10_000).contains(weight) else {
            throw ValidationError("--weight is \(weight); use a whole number from 1 to 10000")
        }
    }

    func run() throws {
        ProcessSetup.prepare()
        let journal = Journal(process: "worker \(name)")
        do {
            let configuration = try ClusterConfiguration.load(path: config)
            var worker = try WorkerShell(configuration, name: name, weight: weight, journal: journal)
            let stop = worker.stopSignal
            let termination = Termination(withParent: exitWithParent) { stop.request() }
            defer { withExtendedLifetime(termination) {} }
            try worker.run(until: stop)
            journal.info("stopped")
        } catch let refusal as Refusal {
            journal.error("\(refusal)")
            throw ExitCode(refusal.code.isPermanent ? PermanentFailure.status : 1)
        } catch let error as ConfigurationError {
            journal.error("\(error)")
            throw ExitCode(PermanentFailure.status)
        } catch {
            journal.error("\(error)")
            throw ExitCode.failure
        }
    }
}
