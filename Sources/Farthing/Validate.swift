import ArgumentParser
import Configuration

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a cluster.yaml and say where it is wrong.",
        discussion: """
            Prints every problem with its line and column and exits 1 when there is one. Nothing is started.

              farthing validate cluster.yaml
            """)

    @Argument(help: "The file to check.")
    var path = "cluster.yaml"

    @OptionGroup var output: OutputOption

    private struct Report: Encodable {
        var valid: Bool
        var problems: [String]
    }

    func run() throws {
        do {
            let configuration = try ClusterConfiguration.load(path: path)
            try output.report(Report(valid: true, problems: [])) {
                "\(path) is valid: cluster “\(configuration.cluster.name)”, \(configuration.cluster.partitions) "
                    + "partitions, \(configuration.workers.count) workers."
            }
        } catch let error as ConfigurationError {
            let problems = error.problems.map { problem in
                (problem.place.map { "\(error.source):\($0.line):\($0.column): " } ?? "\(error.source): ")
                    + problem.message
            }
            try output.report(Report(valid: false, problems: problems)) { problems.joined(separator: "\n") }
            throw ExitCode.failure
        }
    }
}
