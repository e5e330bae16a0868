import ArgumentParser
import Supervision

struct WorkersCancel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Give up what is being added, drained, restarted or reloaded.",
        discussion: """
            What was done stays done. A worker that was handing over stays.

              farthing workers cancel
            """)

    @OptionGroup var options: ConfigurationOption

    func run() throws {
        var caller = try ControlCaller(try options.load())
        try caller.carryOut(.cancel) { say($0) }
    }
}
