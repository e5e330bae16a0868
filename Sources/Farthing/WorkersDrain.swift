import ArgumentParser
import Supervision

struct WorkersDrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Let a worker hand over what it holds, then stop it.",
        discussion: """
            Returns when others lead its partitions and hold enough replicas of them, and it has ended; requests go
            on meanwhile. Refused for the last worker, and when fewer workers would be left than cluster.replicas.

              farthing workers drain w2
            """)

    @OptionGroup var options: ConfigurationOption

    @Argument(help: "Which worker; `farthing workers` names them.")
    var name: String

    @Flag(help: "Even when too few workers would be left.")
    var force = false

    func run() throws {
        var caller = try ControlCaller(try options.load())
        try caller.carryOut(.drain(worker: name, force: force)) { say($0) }
    }
}
