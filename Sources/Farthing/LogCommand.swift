import ArgumentParser

/// What is done with the log itself.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Move the log to another place, or read what it has shown.",
        subcommands: [LogCopyCommand.self, LogExposures.self])
}
