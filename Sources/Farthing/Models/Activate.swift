import ArgumentParser
import Client
import Configuration
import Domain
import Foundation

struct Activate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make every worker serve a model bundle.",
        discussion: """
            The bundle is checked first (size, checksum, finiteness, golden predictions); one that fails is
            refused and the model that served before goes on. Without a path, takes model.bundle of the
            configuration.

              farthing learn && farthing activate
            """)

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Argument(help: "The bundle's file; every worker must be able to read it.")
    var bundle: String?

    private struct Report: Encodable {
        var version: UInt64
        var checksum: String
        var index: UInt64
    }

    func run() throws {
        let (configuration, client) = try target.connect(deadlineMilliseconds: 30_000)
        let path = URL(filePath: bundle ?? configuration.model.bundleFile).standardizedFileURL.path
        let activated = try client.activate(path: path).value
        let report = Report(
            version: activated.version, checksum: hexadecimal(activated.checksum), index: activated.index)
        try output.report(report) {
            "model \(activated.version) serves from broadcast index \(activated.index) on"
        }
    }
}
