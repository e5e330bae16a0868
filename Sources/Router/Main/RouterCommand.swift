import ArgumentParser
import Configuration
import Domain
import Operations
import RouterShell

@main
struct RouterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "farthing-router",
        abstract: "Routes requests to the workers of a cluster.",
        discussion: """
            Keeps no state worth saving: stop and start it at will. `farthing up` starts one for you.
            SIGTERM ends it at once; requests in flight are asked again by their clients.
            """)

    @Option(help: "The cluster's configuration.")
    var config = "cluster.yaml"

    @Option(help: "Which of the configured routers this is.")
    var name = "r1"

    @Flag(help: .hidden)
    var exitWithParent = false

    func run() throws {
        ProcessSetup.prepare()
        let journal = Journal(process: "router \(name)")
        do {
            let configuration = try ClusterConfiguration.load(path: config)
            guard let settings = configuration.routers.first(where: { $0.name == name }) else {
                throw Refusal(
                    .invalidConfiguration, place: "--name", value: name,
                    remedy: "Use one of \(configuration.routers.map(\.name).joined(separator: ", ")).")
            }
            let stop = StopSignal()
            let termination = Termination(withParent: exitWithParent) { stop.request() }
            defer { withExtendedLifetime(termination) {} }
            var router = try RouterShell(configuration, router: settings, journal: journal)
            journal.info("listening on \(settings.clients) for clients, on \(settings.workers) for workers")
            // For a supervisor: whoever reads this line may connect.
            StandardStream.output.write("ready\n")
            try router.run(until: stop)
            journal.info("stopped")
        } catch {
            journal.error("\(error)")
            throw ExitCode.failure
        }
    }
}
