import ArgumentParser

struct ExperimentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment",
        abstract: "Say what an experiment has shown, however often it is looked at.",
        subcommands: [ExperimentAnalyse.self])
}
