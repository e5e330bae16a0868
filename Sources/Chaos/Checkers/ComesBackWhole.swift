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
        if !findings.recovered.isWhole {
            evidence.append("after everything was healed, not every worker was ready or not every partition led")
        }
        return evidence
    }
}
