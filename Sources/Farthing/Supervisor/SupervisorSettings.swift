import Configuration
import Foundation
import Supervision

/// What does not change while a cluster runs: where its configuration and its executables are.
struct SupervisorSettings: Sendable {
    let configurationPath: String
    /// `--workers`, which stands in for `workers.count` as long as the cluster runs.
    let workers: Int?
    /// `--log`, which stands in for `log.kind`. With `jetstream`, the supervisor starts the servers as well.
    let log: LogSettings.Kind?
    /// The folder of the executables: that of this process.
    private let folder: URL

    init(configurationPath: String, workers: Int?, log: LogSettings.Kind?) throws {
        self.configurationPath = configurationPath
        self.workers = workers
        self.log = log
        folder = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .deletingLastPathComponent()
    }

    /// Reads the configuration.
    func load() throws(ConfigurationError) -> ClusterConfiguration {
        var configuration = try ClusterConfiguration.load(path: configurationPath)
        if let log { configuration.log.kind = log }
        let servers = log == .jetstream ? configuration.log.servers.indices.map { "n\($0 + 1)" } : []
        for router in configuration.routers where WorkerNames.isNumbered(router.name) || servers.contains(router.name) {
            let message = "a router is called “\(router.name)”, as another process is; give it a name of its own"
            throw ConfigurationError(source: configurationPath, problems: [.init(place: nil, message: message)])
        }
        guard let workers else { return configuration }
        return try configuration.withWorkers(workers)
    }

    func executable(of kind: ProcessKind) -> URL { folder.appending(path: "farthing-\(kind.rawValue)") }

    /// Keeps a copy of a configuration for processes that are started from now on, so that whatever is written into
    /// cluster.yaml acts when `farthing reload` says so and not when a process happens to die.
    func pin(_ configuration: ClusterConfiguration) throws -> PinnedConfiguration {
        let yaml = (try? String(contentsOfFile: configurationPath, encoding: .utf8)) ?? ""
        let pinned = PinnedConfiguration(
            configuration: configuration, text: try configuration.pinned(yaml: yaml, source: configurationPath))
        try pin(again: pinned)
        return pinned
    }

    /// Puts a copy back that was kept before.
    func pin(again pinned: PinnedConfiguration) throws {
        try pinned.text.write(toFile: pinnedPath(pinned.configuration), atomically: true, encoding: .utf8)
    }

    private func pinnedPath(_ configuration: ClusterConfiguration) -> String {
        configuration.log.directory + "/running-cluster.yaml"
    }

    func arguments(_ name: String, _ configuration: ClusterConfiguration) -> [String] {
        ["--config", pinnedPath(configuration), "--name", name, "--exit-with-parent"]
    }
}

/// A configuration, and the text of the copy that processes read.
struct PinnedConfiguration: Sendable {
    let configuration: ClusterConfiguration
    let text: String
}

/// What others wait for.
struct SupervisorState: Sendable {
    var phase: Supervisor.Phase
    /// Why the cluster could not be started.
    var failure: String?
    /// A process that said that starting it again will not help.
    var permanentFailure: String?
}
