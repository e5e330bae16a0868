import ArgumentParser
import Supervision

struct WorkersAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Start further workers, and wait until they lead their share.",
        discussion: """
            They get the next free names. Partitions move one after the other, while requests go on. cluster.yaml
            is not changed: set workers.count there as well, or the next start and the next reload go back to it.

              farthing workers add --count 2
            """)

    @OptionGroup var options: ConfigurationOption

    @Option(help: "How many.")
    var count = 1

    func run() throws {
        var caller = try ControlCaller(try options.load())
        try caller.carryOut(.add(count: count)) { say($0) }
    }
}
