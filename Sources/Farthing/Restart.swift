import ArgumentParser
import Supervision

struct Restart: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start processes of a running cluster again: all of them, or those named.",
        discussion: """
            With --rolling, one after the other: a worker hands over, stops, starts, and has caught up before the
            next one; a router listens and sees every worker before the next one. With two routers or more no
            client notices. Without --rolling, all of them at once.

              farthing restart --rolling
              farthing restart w2 r1 --rolling
            """)

    @OptionGroup var options: ConfigurationOption

    @Argument(help: "Routers and workers by name; all when none is named.")
    var names: [String] = []

    @Flag(help: "One after the other, so that nobody notices.")
    var rolling = false

    @Flag(help: "Even when requests are refused meanwhile.")
    var force = false

    func run() throws {
        var caller = try ControlCaller(try options.load())
        try caller.carryOut(.restart(names: names, rolling: rolling, force: force)) { say($0) }
    }
}
