import ArgumentParser
import Configuration
import Domain
import Foundation

struct Up: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a whole cluster on this machine, in the foreground.",
        discussion: """
            Starts the routers and the workers of cluster.yaml and starts again whatever dies. SIGTERM or Ctrl-C
            ends it cleanly: nothing acknowledged is lost, and the next start comes back to the same state. While it
            runs, `farthing workers`, `restart` and `reload` change it.

              farthing up
              farthing up --workers 2 --config my-cluster.yaml
              farthing up --log jetstream
            """)

    @OptionGroup var options: ConfigurationOption

    @Option(help: "Workers, in place of workers.count.")
    var workers: Int?

    @Option(
        help: """
            Where the log is kept, in place of log.kind: embedded; or jetstream, whose servers (log.servers) are then \
            started on this machine as well.
            """, transform: Self.kind)
    var log: LogSettings.Kind?

    private static func kind(_ text: String) throws -> LogSettings.Kind {
        guard let kind = LogSettings.Kind(rawValue: text) else {
            let known = LogSettings.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--log is “\(text)”; it is one of \(known).")
        }
        return kind
    }

    func run() throws {
        let cluster = try LocalCluster(configurationPath: options.config, workers: workers, log: log)
        try cluster.start()
        do {
            if try cluster.waitUntilReady(seconds: 120) {
                say("ready: call \(cluster.addresses) (docs/wire.md), or try `farthing status`")
            }
        } catch {
            cluster.stop()
            throw error
        }
        try cluster.waitForEnd()
    }
}
