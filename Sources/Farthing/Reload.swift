import ArgumentParser
import Configuration
import Supervision

struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a running cluster obey the cluster.yaml as it is now.",
        discussion: """
            Says first what it will do: workers and routers are added and drained; processes that have read what
            has changed are started again one after the other. A file with a problem, or with a change that a
            running cluster cannot make, changes nothing. SIGHUP to `farthing up` does the same.

              farthing reload --dry-run
              farthing reload
            """)

    @OptionGroup var options: ConfigurationOption

    @Flag(help: "Only say what would happen.")
    var dryRun = false

    @Flag(help: "Even when requests are refused meanwhile.")
    var force = false

    func run() throws {
        // A file with a problem says so here; the supervisor of a moved log directory could not be found anyway.
        var caller = try ControlCaller(try options.load())
        try caller.carryOut(.reload(dryRun: dryRun, force: force)) { say($0) }
    }
}
