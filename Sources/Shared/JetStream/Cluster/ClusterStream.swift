// The cluster's own stream: whose log this is, and which partitions were ever begun. Another number of partitions would
// send users to partitions that do not hold their past, so it is refused; a partition's stream that was there once and is
// gone is a loss, not a new partition. Nothing is ever taken out of it.

import Domain
import Log

final class ClusterStream {
    let names: LogNames
    let replicas: Int
    let servers: any StreamServers
    let patience: Duration

    /// Compares what is there with what the caller expects, or makes it what the caller expects.
    init(
        _ servers: any StreamServers, cluster: String, partitionCount: Int, replicas: Int, patience: Duration
    ) throws(LogError) {
        names = LogNames(cluster: cluster)
        self.servers = servers
        self.replicas = replicas
        self.patience = patience
        let wanted = ClusterIdentity(cluster: cluster, partitionCount: partitionCount)
        if let found = try identity() {
            try found.expect(wanted, place: place)
        } else {
            try create(wanted).expect(wanted, place: place)
        }
    }

    var place: String { "stream \(names.clusterStream)" }

    // MARK: - Identity

    /// The first message of the stream; nil when there is none.
    private func identity() throws(LogError) -> ClusterIdentity? {
        let stored = try unlessMissing { () throws(NatsFailure) in
            try servers.message(at: 1, of: names.clusterStream)
        }
        guard let stored else { return nil }
        do throws(ByteError) {
            return try ClusterIdentity.decoded(stored.bytes)
        } catch {
            throw .corrupt(place: place, problem: "message 1: \(error)")
        }
    }

    private func create(_ identity: ClusterIdentity) throws(LogError) -> ClusterIdentity {
        try ask { () throws(NatsFailure) in
            try servers.createStream(
                names.clusterStream, subject: names.everyClusterSubject, kind: .log, replicas: replicas)
        }
        if let written = try identityBesidePartitions() { return written }
        do throws(NatsFailure) {
            _ = try servers.clock.repeating(for: patience) { () throws(NatsFailure) in
                try servers.publish(identity.encoded, to: names.identity, after: 0)
            }
        } catch {
            // Somebody else, or an earlier try of ours, was quicker: what they wrote counts.
            guard error == .wrongLastSequence else { throw error.logError(place: place) }
        }
        var patience = Patience(patience, servers.clock)
        while true {
            if let written = try self.identity() { return written }
            guard !patience.isOver else {
                throw .unavailable(place: place, problem: "the cluster's identity cannot be read back")
            }
            patience.wait()
        }
    }

    /// What is written where partitions have streams; nil where nobody has begun. A server that has just started, or
    /// does not know yet that it leads no more, knows the streams before their messages, so it is asked for a while.
    private func identityBesidePartitions() throws(LogError) -> ClusterIdentity? {
        var patience = Patience(patience, servers.clock)
        while true {
            let streams = try ask { () throws(NatsFailure) in try servers.streamNames() }
            guard let stream = streams.first(where: { $0.hasPrefix(names.partitionStreamPrefix) }) else { return nil }
            if let written = try identity() { return written }
            guard !patience.isOver else {
                throw .corrupt(place: place, problem: "says nothing, although stream \(stream) is there")
            }
            patience.wait()
        }
    }

    // MARK: - Partitions

    /// Whether one of a partition's streams ever held anything.
    func hasBegun(_ lane: Lane, of partition: PartitionID) throws(LogError) -> Bool {
        try unlessMissing { () throws(NatsFailure) in
            try servers.lastMessage(of: names.clusterStream, subject: names.beginning(lane, of: partition))
        } != nil
    }

    func register(_ lane: Lane, of partition: PartitionID) throws(LogError) {
        guard try !hasBegun(lane, of: partition) else { return }
        try ask { () throws(NatsFailure) in
            _ = try servers.publish(Array("begun".utf8), to: names.beginning(lane, of: partition))
        }
    }

    // MARK: - Asking

    private func ask<Result>(_ body: () throws(NatsFailure) -> Result) throws(LogError) -> Result {
        try servers.clock.ask(place: place, for: patience, body)
    }

    private func unlessMissing<Result>(_ body: () throws(NatsFailure) -> Result) throws(LogError) -> Result? {
        try servers.clock.unlessMissing(place: place, for: patience, body)
    }
}
