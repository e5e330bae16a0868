import ArgumentParser

/// What operators do to the log itself, while the cluster stands still.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Move the log to another place.", subcommands: [LogCopyCommand.self])
}
