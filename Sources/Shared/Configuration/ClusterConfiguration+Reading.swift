// From text to `ClusterConfiguration`. Strict: an unknown, repeated, ill-typed or out-of-range key is a
// problem with its line and column, and all problems of a file are reported together.

import Foundation
import Yams

extension ClusterConfiguration {
    /// A configuration is a page of text; anything longer is another file.
    public static let largestFileBytes = 1 << 20

    /// Reads a file. Relative paths in it start at the folder that holds it.
    public static func load(path: String) throws(ConfigurationError) -> ClusterConfiguration {
        let text = try TextFile.read(path, name: "cluster.yaml")
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return try parse(yaml: text, source: path, directory: folder)
    }

    /// Reads text.
    /// - Parameters:
    ///   - source: how error messages call the file.
    ///   - directory: where relative paths start; empty leaves them relative to the working directory.
    public static func parse(
        yaml: String, source: String, directory: String = ""
    ) throws(ConfigurationError) -> ClusterConfiguration {
        guard yaml.utf8.count <= largestFileBytes else {
            throw ConfigurationError(
                source: source, problem: "has \(yaml.utf8.count) bytes; a configuration has at most \(largestFileBytes)"
            )
        }
        let document = YAMLDocument(yaml)
        if let problem = document.syntaxProblem { throw ConfigurationError(source: source, problems: [problem]) }
        var reading = Reading(document: document, directory: directory)
        let configuration = reading.configuration()
        guard reading.problems.problems.isEmpty else {
            throw ConfigurationError(source: source, problems: reading.problems.sorted)
        }
        return configuration
    }
}

/// One pass over a document.
struct Reading {
    let document: YAMLDocument
    let directory: String
    var problems = ProblemList()

    mutating func configuration() -> ClusterConfiguration {
        var result = ClusterConfiguration()
        var file = SectionReader(document.root, path: "", in: document, &problems)
        section("cluster", of: &file) { section, problems in
            section.read("name", into: &result.cluster.name, .text(upTo: 64), &problems)
            section.read("partitions", into: &result.cluster.partitions, .whole(1...1_024), &problems)
            section.read("replicas", into: &result.cluster.replicas, .whole(1...5), &problems)
        }
        if let node = file.node("routers") { result.routers = routers(node) }
        section("workers", of: &file) { section, problems in
            section.read("count", into: &result.workers.count, .whole(WorkerSettings.acceptableCount), &problems)
        }
        let path = Rule.path(from: directory)
        result.log.directory = path.read(result.log.directory) ?? result.log.directory
        result.quotes.keyFile = path.read(result.quotes.keyFile) ?? result.quotes.keyFile
        result.model.bundleFile = path.read(result.model.bundleFile) ?? result.model.bundleFile
        section("log", of: &file) { section, problems in
            section.read("kind", into: &result.log.kind, .choice, &problems)
            section.read("directory", into: &result.log.directory, path, &problems)
            let servers = section.read(
                "servers", into: &result.log.servers, each: .natsServer, count: 1...15, &problems)
            let replicas = section.read("replicas", into: &result.log.replicas, .replicas, &problems)
            if result.log.replicas > result.log.servers.count {
                problems.add(
                    "log.replicas is \(result.log.replicas), but log.servers names \(result.log.servers.count); name as "
                        + "many servers as a stream has replicas, or lower replicas",
                    at: replicas ?? servers ?? section.place)
            }
        }
        section("quotes", of: &file) { section, problems in
            section.read("window", into: &result.quotes.window, .duration("1s", "7d"), &problems)
            section.read("key_file", into: &result.quotes.keyFile, path, &problems)
        }
        section("model", of: &file) { section, problems in
            section.read("bundle", into: &result.model.bundleFile, path, &problems)
        }
        business(&result, &file)
        machinery(&result, &file)
        file.finish(&problems)
        return result
    }

    private mutating func business(_ result: inout ClusterConfiguration, _ file: inout SectionReader) {
        section("shop", of: &file) { section, problems in
            section.read("time_zone", into: &result.shop.timeZone, .timeZone, &problems)
            section.read("tenant", into: &result.shop.tenant, .text(upTo: 64), &problems)
            section.read("currency", into: &result.shop.currency, .currency, &problems)
        }
        section("pricing", of: &file) { section, problems in
            section.read("objective", into: &result.pricing.objective, .choice, &problems)
            section.read(
                "conversion_value", into: &result.pricing.conversionValueRatio, .percent(0...100), &problems)
            section.read("minimum_margin", into: &result.pricing.minimumMarginRatio, .percent(0...1_000), &problems)
            section.read("smoothing", into: &result.pricing.smoothingRatio, .ratio(0...1), &problems)
            section.read(
                "largest_daily_move", into: &result.pricing.largestDailyMoveRatio, .percent(0...100), &problems)
            section.read("largest_discount", into: &result.pricing.largestDiscountRatio, .percent(0...90), &problems)
            section.read("price_ending", into: &result.pricing.priceEnding, .choice, &problems)
            section.read("online_correction", into: &result.pricing.correctsOnline, .truth, &problems)
            section.read("outcome_within", into: &result.pricing.outcomeWithin, .duration("1s", "7d"), &problems)
        }
        section("experiments", of: &file) { section, problems in
            section.read("salt", into: &result.experiments.salt, .text(upTo: 64), &problems)
            section.read("control_share", into: &result.experiments.controlShare, .percent(0...100), &problems)
            let place = section.read(
                "exploring_share", into: &result.experiments.exploringShare, .percent(0...100), &problems)
            if result.experiments.controlShare + result.experiments.exploringShare > 1 {
                problems.add(
                    "experiments.control_share and exploring_share are more than everybody; lower one of them",
                    at: place ?? section.place)
            }
            section.read(
                "exploring_deviation", into: &result.experiments.exploringDeviation, .percent(1...200, or: "model"),
                &problems)
        }
    }

    private mutating func machinery(_ result: inout ClusterConfiguration, _ file: inout SectionReader) {
        section("limits", of: &file) { section, problems in
            section.read("in_flight", into: &result.limits.inFlight, .whole(64...1_048_576), &problems)
        }
        section("heartbeats", of: &file) { section, problems in
            section.read("interval", into: &result.heartbeats.interval, .duration("1ms", "10s"), &problems)
            let place = section.read(
                "suspect_after", into: &result.heartbeats.suspectAfter, .duration("10ms", "60s"), &problems)
            if result.heartbeats.suspectAfter < result.heartbeats.interval * 3 {
                problems.add(
                    "heartbeats.suspect_after is shorter than three intervals; one late heartbeat would eject a "
                        + "healthy worker, so lengthen suspect_after or shorten interval", at: place ?? section.place)
            }
        }
        section("snapshots", of: &file) { section, problems in
            section.read(
                "every_records", into: &result.snapshots.everyRecords, .whole(1_000...100_000_000), &problems)
        }
        section("exposures", of: &file) { section, problems in
            section.read("flush_every", into: &result.exposures.flushEvery, .duration("1ms", "10s"), &problems)
        }
    }

    private mutating func section(
        _ key: String, of file: inout SectionReader, read: (inout SectionReader, inout ProblemList) -> Void
    ) {
        var section = SectionReader(file.node(key), path: key, in: document, &problems)
        read(&section, &problems)
        section.finish(&problems)
    }
}
