// Snapshots beside the log: a subject each. The manifest comes last, so a snapshot is there whole or not at all.

import Domain
import Log

extension ClusterStream {
    /// Snapshots that stay.
    private static let kept = 2

    func save(_ snapshot: Snapshot, of partition: PartitionID) throws(LogError) {
        let subject = names.snapshot(of: partition, at: snapshot.index)
        let bytes = StoredSnapshot.sealed(snapshot, partition: partition)
        var manifest = SnapshotManifest(
            index: snapshot.index, epoch: snapshot.epoch, stateHash: snapshot.stateHash,
            byteCount: UInt64(bytes.count), chunks: [])
        for start in stride(from: 0, to: bytes.count, by: SnapshotManifest.chunkBytes) {
            let chunk = bytes[start..<min(start + SnapshotManifest.chunkBytes, bytes.count)]
            manifest.chunks.append(try publish(SnapshotManifest.encoded(chunk: chunk), to: subject))
        }
        try publish(manifest.encoded, to: subject)
        try removeOld(of: partition, keeping: manifest, under: subject)
    }

    /// A repeated publish leaves a chunk that no manifest lists; it goes with its snapshot.
    @discardableResult
    private func publish(_ bytes: [UInt8], to subject: String) throws(LogError) -> UInt64 {
        try ask { () throws(NatsFailure) in try servers.publish(bytes, to: subject) }
    }

    private func removeOld(
        of partition: PartitionID, keeping newest: SnapshotManifest, under subject: String
    ) throws(LogError) {
        if let first = newest.chunks.first {
            try ask { () throws(NatsFailure) in
                try servers.purge(names.clusterStream, subject: subject, before: first)
            }
        }
        var whole = 0
        for index in try snapshotIndexes(of: partition).reversed() {
            if whole >= Self.kept {
                try ask { () throws(NatsFailure) in
                    try servers.purge(names.clusterStream, subject: names.snapshot(of: partition, at: index), before: 0)
                }
            } else if let last = try lastPart(of: partition, at: index),
                case .manifest = try? SnapshotManifest.part(last.bytes)
            {
                whole += 1
            }
        }
    }

    /// - Parameters:
    ///   - lastIndex: where the log ends.
    ///   - damageFound: told of each damaged one that is passed over.
    func latest(
        of partition: PartitionID, lastIndex: () throws(LogError) -> UInt64, damageFound: (LogError) -> Void
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
            try snapshot.check(against: try lastIndex(), place: place)
            return snapshot
        }
        return nil
    }

    private func snapshotIndexes(of partition: PartitionID) throws(LogError) -> [UInt64] {
        let subjects = try unlessMissing { () throws(NatsFailure) in
            try servers.subjects(of: names.clusterStream, matching: names.everySnapshot(of: partition))
        }
        return (subjects ?? []).compactMap { LogNames.snapshotIndex(in: $0) }.sorted()
    }

    private func lastPart(of partition: PartitionID, at index: UInt64) throws(LogError) -> StoredMessage? {
        try unlessMissing { () throws(NatsFailure) in
            try servers.lastMessage(of: names.clusterStream, subject: names.snapshot(of: partition, at: index))
        }
    }

    /// - Returns: nil for one that is being saved, or has just been removed.
    private func snapshot(of partition: PartitionID, at index: UInt64, place: String) throws(LogError) -> Snapshot? {
        guard let last = try lastPart(of: partition, at: index) else { return nil }
        guard case .manifest(let manifest) = try part(last, place: place) else { return nil }
        var bytes: [UInt8] = []
        for sequence in manifest.chunks {
            let message = try unlessMissing { () throws(NatsFailure) in
                try servers.message(at: sequence, of: names.clusterStream)
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
}
