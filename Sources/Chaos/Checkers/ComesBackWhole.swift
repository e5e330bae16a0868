// Nobody dies without having been made to, and when everything is healed the cluster is whole again without a hand.

import Domain

public enum ComesBackWhole: Checker {
    public static let name = "ComesBackWhole"

    public static func evidence(in findings: Findings) -> [String] {
        let ends = findings.recovered.unbiddenEnds
        var evidence = ends.keys.sorted().compactMap { name -> String? in
            guard let count = ends[name], count > 0 else { return nil }
            return "\(name) ended by itself \(count) times"
        }
        evidence += findings.recovered.missing.map { "long after everything was healed, \($0)" }
        return evidence
    }
}
