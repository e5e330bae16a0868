import ArgumentParser
import Configuration
import Domain
import Foundation

struct Up: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a whole cluster on this machine, in the foreground.",
        discussion: """
            Starts the router and the workers of cluster.yaml and starts again whatever dies. SIGTERM or Ctrl-C
            ends it cleanly: nothing acknowledged is lost, and the next start comes back to the same state.

              farthing up
              farthing up --workers 2 --config my-cluster.yaml
            """)

    @OptionGroup var options: ConfigurationOption

    @Option(help: "Workers, in place of workers.count.")
    var workers: Int?

    func run() throws {
        var configuration = try options.load()
        if let workers { configuration = try configuration.withWorkers(workers) }
        let cluster = try ClusterProcesses(configurationPath: options.config, configuration: configuration)
        try cluster.start()
        do {
            if try cluster.waitUntilReady(seconds: 120) {
                say("ready: call \(cluster.endpoint) (docs/wire.md), or try `farthing status`")
            }
        } catch {
            cluster.stop()
            throw error
        }
        cluster.supervise()
    }
}
