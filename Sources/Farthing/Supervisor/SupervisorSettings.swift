import Configuration
import Foundation
import Supervision

/// What does not change while a cluster runs: where its configuration and its executables are.
struct SupervisorSettings: Sendable {
    let configurationPath: String
    /// `--workers`, which stands in for `workers.count` as long as the cluster runs.
    let workers: Int?
    /// The folder of the executables: that of this process.
    private let folder: URL

    init(configurationPath: String, workers: Int?) throws {
        self.configurationPath = configurationPath
        self.workers = workers
        folder = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .deletingLastPathComponent()
    }

    /// Reads the configuration.
    func load() throws(ConfigurationError) -> ClusterConfiguration {
        let configuration = try ClusterConfiguration.load(path: configurationPath)
        guard let workers else { return configuration }
        return try configuration.withWorkers(workers)
    }

    func executable(of kind: ProcessKind) -> URL { folder.appending(path: "farthing-\(kind.rawValue)") }

    func arguments(_ name: String) -> [String] {
        ["--config", configurationPath, "--name", name, "--exit-with-parent"]
    }
}

/// What others wait for.
struct SupervisorState: Sendable {
    var phase: Supervisor.Phase
    /// Why the cluster could not be started.
    var failure: String?
    /// A process that said that starting it again will not help.
    var permanentFailure: String?
}
