import Configuration
import Foundation
import Testing

struct PinningTests {
    private func pinned(_ yaml: String, workers: Int? = nil) throws -> (ClusterConfiguration, String) {
        var configuration = try ClusterConfiguration.parse(yaml: yaml, source: "x.yaml", directory: "/etc/farthing")
        if let workers { configuration = try configuration.withWorkers(workers) }
        return (configuration, try configuration.pinned(yaml: yaml, source: "x.yaml"))
    }

    @Test func aPinnedCopyMeansTheSameInAnyFolder() throws {
        let shipped = try String(contentsOf: shippedFile, encoding: .utf8)
        let flow = "{cluster: {name: 'a: b'}, pricing: {smoothing: 1}, log: {directory: here}, model: ~}"
        for yaml in ["", "# nothing\n", "workers:\n", shipped, flow] {
            let (configuration, copy) = try pinned(yaml)
            for folder in ["", "/elsewhere"] {
                #expect(
                    try ClusterConfiguration.parse(yaml: copy, source: "copy", directory: folder) == configuration)
            }
        }
    }

    @Test func whatTheCommandLineSaidIsPinnedToo() throws {
        let (_, copy) = try pinned("workers: {count: 3}", workers: 7)
        #expect(try ClusterConfiguration.parse(yaml: copy, source: "copy").workers.count == 7)
    }

    @Test func aTextThatHasChangedSinceIsNotPinned() throws {
        let configuration = try ClusterConfiguration.parse(yaml: "pricing: {smoothing: 1}", source: "x.yaml")
        #expect(throws: ConfigurationError.self) {
            try configuration.pinned(yaml: "pricing: {smoothing: 0.5}", source: "x.yaml")
        }
        #expect(throws: ConfigurationError.self) {
            try configuration.pinned(yaml: "pricng: {}", source: "x.yaml")
        }
    }
}
