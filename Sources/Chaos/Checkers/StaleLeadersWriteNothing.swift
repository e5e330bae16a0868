// I8, read from the log itself: indexes without a gap, epochs that only grow. A stale leader's entry would lie
// under an older epoch behind a newer one.

import Domain

public enum StaleLeadersWriteNothing: Checker {
    public static let name = "StaleLeadersWriteNothing"

    public static func evidence(in findings: Findings) -> [String] {
        var evidence: [String] = []
        var before: RecoveredEntry?
        for entry in findings.recovered.entries {
            defer { before = entry }
            guard let earlier = before, earlier.partition == entry.partition else { continue }
            if entry.firstIndex != earlier.lastIndex + 1 {
                evidence.append(
                    "partition \(entry.partition): index \(earlier.lastIndex) is followed by \(entry.firstIndex)")
            }
            if entry.epoch < earlier.epoch {
                evidence.append(
                    "partition \(entry.partition): index \(entry.firstIndex) was written under epoch \(entry.epoch), "
                        + "after epoch \(earlier.epoch) had begun")
            }
        }
        return evidence
    }
}
