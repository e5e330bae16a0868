// What commands have in common: where the configuration is, and how to report.

import ArgumentParser
import Client
import Configuration
import Domain
import Foundation
import Operations

/// Prints a line at once, even into a pipe: for commands that stay up afterwards.
func say(_ line: String) { StandardStream.output.write(line + "\n") }

/// For commands whose status 1 says what they found: whatever keeps them from finding out is said, and is status 2.
/// Words that the command line got wrong stay status 64, as everywhere.
func orStatus2<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as ValidationError {
        throw error
    } catch {
        StandardStream.error.write("Error: \(error)\n")
        throw ExitCode(2)
    }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

struct ConfigurationOption: ParsableArguments {
    @Option(help: "The cluster's configuration.")
    var config = "cluster.yaml"

    func load() throws -> ClusterConfiguration { try ClusterConfiguration.load(path: config) }
}

struct OutputOption: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "How to report.")
    var format: OutputFormat = .text

    /// Prints a report in the format asked for.
    func report(_ value: some Encodable, text: () -> String) throws {
        print(try rendered(value, text))
    }

    /// The same, at once even into a pipe: for commands that stay up.
    func reportAtOnce(_ value: some Encodable, text: () -> String) throws { say(try rendered(value, text)) }

    private func rendered(_ value: some Encodable, _ text: () -> String) throws -> String {
        switch format {
        case .text: return text()
        case .json:
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        }
    }
}

/// Which cluster to call.
struct EndpointOption: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "A router's address for clients; repeat it for several. From the configuration unless given.")
    var endpoint: [String] = []

    /// The configuration and the addresses to call.
    func resolve() throws -> (configuration: ClusterConfiguration, endpoints: [String]) {
        let loaded = try configuration.load()
        return (loaded, endpoint.isEmpty ? loaded.endpoints : endpoint)
    }

    func connect(deadlineMilliseconds: UInt32 = 2_000) throws -> (configuration: ClusterConfiguration, PricingClient) {
        let (configuration, endpoints) = try resolve()
        return (configuration, try PricingClient(endpoints: endpoints, deadlineMilliseconds: deadlineMilliseconds))
    }
}

extension ClusterConfiguration {
    /// Where every router listens for clients.
    var endpoints: [String] { routers.map(\.clients.description) }
}
