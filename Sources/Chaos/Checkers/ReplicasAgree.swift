// I11: replicas that have applied the same records are the same, to the byte; their hashes say so.

import Domain

public enum ReplicasAgree: Checker {
    public static let name = "ReplicasAgree"

    private struct Place: Hashable {
        var partition: PartitionID
        var index: UInt64
    }

    public static func evidence(in findings: Findings) -> [String] {
        var first: [Place: ReplicaCheckpoint] = [:]
        var evidence: [String] = []
        for checkpoint in findings.recovered.checkpoints {
            let place = Place(partition: checkpoint.partition, index: checkpoint.index)
            guard let earlier = first[place] else {
                first[place] = checkpoint
                continue
            }
            if earlier.stateHash != checkpoint.stateHash {
                evidence.append(
                    "partition \(place.partition) at index \(place.index): \(earlier.worker) has state "
                        + "\(hexadecimal(earlier.stateHash)), \(checkpoint.worker) has "
                        + hexadecimal(checkpoint.stateHash))
            }
        }
        return evidence
    }
}
