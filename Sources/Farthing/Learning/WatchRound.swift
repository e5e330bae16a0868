import Foundation
import Learning

/// What one round has found and done.
struct WatchRound: Encodable {
    struct Gate: Encodable {
        var gate: String
        var value: Double
        var demanded: String
        var passes: Bool

        init(_ finding: ModelGates.Finding) {
            gate = finding.gate
            value = finding.value
            demanded = finding.demanded
            passes = finding.passes
        }
    }
    var version: UInt64
    var serving: UInt64?
    var rows: Int
    var logLoss: Double
    var gates: [Gate]
    /// Whether it is tried instead of served.
    var isTrial = false
    /// Broadcast index from which on it serves, or is on trial.
    var activatedAt: UInt64?

    init(_ candidate: WatchedSource.Candidate, version: UInt64) {
        self.version = version
        serving = candidate.serving
        rows = candidate.rows
        logLoss = candidate.logLoss
        gates = candidate.findings.map(Gate.init)
    }

    var passes: Bool { gates.allSatisfy(\.passes) }

    var text: String {
        var table = Table(["gate", "value", "demanded", ""])
        for gate in gates {
            table.add([
                gate.gate, String(format: "%.4f", gate.value), gate.demanded, gate.passes ? "passes" : "KEPT OUT",
            ])
        }
        let verdict =
            if let activatedAt {
                "model \(version) \(isTrial ? "is on trial" : "serves") from broadcast index \(activatedAt) on"
            } else if passes {
                "model \(version) would be activated"
            } else {
                "model \(serving.map(String.init) ?? "none") goes on serving"
            }
        return table.text + "\n  \(rows) rows, held-out log-loss \(String(format: "%.5f", logLoss)); \(verdict)"
    }
}
