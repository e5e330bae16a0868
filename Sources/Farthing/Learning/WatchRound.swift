import Foundation
import Learning

/// What one round has found and done.
struct WatchRound: Encodable {
    var version: UInt64
    var serving: UInt64?
    var rows: Int
    var logLoss: Double
    var gates: [ModelGates.Finding]
    /// Whether it is tried instead of served.
    var isTrial = false
    /// Broadcast index from which on it serves, or is on trial.
    var activatedAt: UInt64?

    init(_ candidate: WatchedSource.Candidate, version: UInt64) {
        self.version = version
        serving = candidate.serving
        rows = candidate.rows
        logLoss = candidate.logLoss
        gates = candidate.findings
    }

    var passes: Bool { gates.allSatisfy(\.passes) }

    var text: String {
        let verdict =
            if let activatedAt {
                "model \(version) \(isTrial ? "is on trial" : "serves") from broadcast index \(activatedAt) on"
            } else if passes {
                "model \(version) would be activated"
            } else {
                "model \(serving.map(String.init) ?? "none") goes on serving"
            }
        return Table(gates).text + "\n  \(rows) rows, held-out log-loss \(String(format: "%.5f", logLoss)); \(verdict)"
    }
}
