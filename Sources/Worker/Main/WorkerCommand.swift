import ArgumentParser
import Configuration
import Domain
import Operations
import WorkerShell

@main
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "farthing-worker",
        abstract: "Prices the carts of the partitions it leads.",
        discussion: """
            Reads its state back from the log, then reports to the router that it is ready. `farthing up` starts
            as many as cluster.yaml says. SIGTERM makes it log what it has shown, keep a snapshot, and end.
            """)

    @Option(help: "The cluster's configuration.")
    var config = "cluster.yaml"

    @Option(help: "Which of the configured workers this is: w1, w2, …")
    var name: String

    @Option(help: "Workers in the cluster, in place of workers.count. The same for every process.")
    var workers: Int?

    @Flag(help: .hidden)
    var exitWithParent = false

    func run() throws {
        ProcessSetup.prepare()
        let journal = Journal(process: "worker \(name)")
        do {
            var configuration = try ClusterConfiguration.load(path: config)
            if let workers { configuration = try configuration.withWorkers(workers) }
            var worker = try WorkerShell(configuration, name: name, journal: journal)
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
