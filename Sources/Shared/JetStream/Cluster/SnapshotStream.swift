// The snapshots of all partitions: a stream of their own, a subject for each. The manifest comes last, so a snapshot is
// there whole or not at all.
//
// Old ones are removed message by message, never by a purge: nats-server 2.9 up to .17, killed and started again, empties
// the whole stream when it carries out a purge of one subject a second time (its issue 4196). What should get lost here
// all the same is only a longer replay.

import Domain
import Log

final class SnapshotStream {
    private let names: LogNames
    private let servers: any StreamServers
    private let patience: Duration
    private let replicas: Int
    private var isCreated = false

    /// Snapshots that stay.
    private static let kept = 2

    init(_ servers: any StreamServers, names: LogNames, replicas: Int, patience: Duration) {
        self.servers = servers
        self.names = names
        self.replicas = replicas
        self.patience = patience
    }

    func save(_ snapshot: Snapshot, of partition: PartitionID) throws(LogError) {
        try create()
        let subject = names.snapshot(of: partition, at: snapshot.index)
        // An earlier one of this index, or what was left of it.
        try remove(subject)
        let bytes = StoredSnapshot.sealed(snapshot, partition: partition)
        var manifest = SnapshotManifest(
            index: snapshot.index, epoch: snapshot.epoch, stateHash: snapshot.stateHash,
            byteCount: UInt64(bytes.count), chunks: [])
        for start in stride(from: 0, to: bytes.count, by: SnapshotManifest.chunkBytes) {
            let chunk = bytes[start..<min(start + SnapshotManifest.chunkBytes, bytes.count)]
            manifest.chunks.append(try publish(SnapshotManifest.encoded(chunk: chunk), to: subject))
        }
        try publish(manifest.encoded, to: subject)
        try removeOld(of: partition)
    }

    private func create() throws(LogError) {
        guard !isCreated else { return }
        try ask { () throws(NatsFailure) in
            try servers.createStream(
                names.snapshotStream, subject: names.everySnapshotSubject, kind: .store, replicas: replicas)
        }
        isCreated = true
    }

    /// A repeated publish leaves a chunk that no manifest lists; it goes with its snapshot.
    @discardableResult
    private func publish(_ bytes: [UInt8], to subject: String) throws(LogError) -> UInt64 {
        try ask { () throws(NatsFailure) in try servers.publish(bytes, to: subject) }
    }

    private func removeOld(of partition: PartitionID) throws(LogError) {
        var whole = 0
        for index in try snapshotIndexes(of: partition).reversed() {
            if whole >= Self.kept {
                try remove(names.snapshot(of: partition, at: index))
            } else if let last = try lastPart(of: partition, at: index),
                case .manifest = try? SnapshotManifest.part(last.bytes)
            {
                whole += 1
            }
        }
    }

    /// Removes everything under a subject, the manifest first.
    private func remove(_ subject: String) throws(LogError) {
        var patience = Patience(self.patience, servers.clock)
        var before: UInt64?
        while let last = try lastMessage(of: subject) {
            if last.sequence == before {
                guard !patience.isOver else {
                    throw .unavailable(place: place, problem: "message \(last.sequence) is not removed")
                }
                patience.wait()
            } else {
                patience = Patience(self.patience, servers.clock)
                before = last.sequence
            }
            _ = try unlessMissing { () throws(NatsFailure) in
                try servers.removeMessage(at: last.sequence, of: names.snapshotStream)
            }
        }
    }

    /// - Parameters:
    ///   - lastIndex: where the log ends, which should be at the index given or behind it.
    ///   - damageFound: told of each damaged one that is passed over.
    func latest(
        of partition: PartitionID, lastIndex: (UInt64) throws(LogError) -> UInt64, damageFound: (LogError) -> Void
    ) throws(LogError) -> Snapshot? {
        for index in try snapshotIndexes(of: partition).reversed() {
            let place = names.snapshot(of: partition, at: index)
            let snapshot: Snapshot
            do throws(LogError) {
                guard let found = try self.snapshot(of: partition, at: index, place: place) else { continue }
                snapshot = found
            } catch {
                guard case .corrupt = error else { throw error }
                damageFound(error)
                continue
            }
            try snapshot.check(against: try lastIndex(index), place: place)
            return snapshot
        }
        return nil
    }

    private func snapshotIndexes(of partition: PartitionID) throws(LogError) -> [UInt64] {
        let subjects = try unlessMissing { () throws(NatsFailure) in
            try servers.subjects(of: names.snapshotStream, matching: names.everySnapshot(of: partition))
        }
        return (subjects ?? []).compactMap { LogNames.snapshotIndex(in: $0) }.sorted()
    }

    private func lastPart(of partition: PartitionID, at index: UInt64) throws(LogError) -> StoredMessage? {
        try lastMessage(of: names.snapshot(of: partition, at: index))
    }

    private func lastMessage(of subject: String) throws(LogError) -> StoredMessage? {
        try unlessMissing { () throws(NatsFailure) in
            try servers.lastMessage(of: names.snapshotStream, subject: subject)
        }
    }

    /// - Returns: nil for one that is being saved, or has just been removed.
    private func snapshot(of partition: PartitionID, at index: UInt64, place: String) throws(LogError) -> Snapshot? {
        guard let last = try lastPart(of: partition, at: index) else { return nil }
        guard case .manifest(let manifest) = try part(last, place: place) else { return nil }
        var bytes: [UInt8] = []
        for sequence in manifest.chunks {
            let message = try unlessMissing { () throws(NatsFailure) in
                try servers.message(at: sequence, of: names.snapshotStream)
            }
            guard let message else { throw .corrupt(place: place, problem: "chunk \(sequence) is missing") }
            guard case .chunk(let chunk) = try part(message, place: place) else {
                throw .corrupt(place: place, problem: "message \(sequence) is no chunk")
            }
            bytes += chunk
        }
        guard bytes.count == manifest.byteCount else {
            throw .corrupt(place: place, problem: "has \(bytes.count) bytes, not \(manifest.byteCount)")
        }
        let snapshot = try StoredSnapshot.opened(bytes, partition: partition, file: place)
        guard snapshot.index == index, snapshot.index == manifest.index else {
            throw .corrupt(place: place, problem: "is of index \(snapshot.index)")
        }
        return snapshot
    }

    private func part(_ message: StoredMessage, place: String) throws(LogError) -> SnapshotManifest.Part {
        do throws(ByteError) {
            return try SnapshotManifest.part(message.bytes)
        } catch {
            throw .corrupt(place: place, problem: "message \(message.sequence): \(error)")
        }
    }

    // MARK: - Asking

    private var place: String { "stream \(names.snapshotStream)" }

    private func ask<Result>(_ body: () throws(NatsFailure) -> Result) throws(LogError) -> Result {
        try servers.clock.ask(place: place, for: patience, body)
    }

    private func unlessMissing<Result>(_ body: () throws(NatsFailure) -> Result) throws(LogError) -> Result? {
        try servers.clock.unlessMissing(place: place, for: patience, body)
    }
}
