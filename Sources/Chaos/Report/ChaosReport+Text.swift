// The report as an operator reads it. Times in milliseconds.

extension ChaosReport {
    public var text: String {
        var table = TextTable([
            "fault", "times", "requests", "failed", "unknown", "cold", "p50", "p99", "p99.9", "longest",
            "p99 / around it", "detected p99", "longest write",
        ])
        for kind in kinds {
            let times = kind.skipped == 0 ? "\(kind.repetitions)" : "\(kind.repetitions) (\(kind.skipped) skipped)"
            table.add([
                kind.name, times, "\(kind.requests)", "\(kind.failed)", "\(kind.unknown)", "\(kind.cold)",
                Spread.text(kind.answers.p50), Spread.text(kind.answers.p99), Spread.text(kind.answers.p999),
                Spread.text(kind.longest.max), Self.slowdowns(of: kind),
                kind.detection.count == 0 ? "-" : Spread.text(kind.detection.p99),
                kind.longestWrite.count == 0 ? "-" : Spread.text(kind.longestWrite.max),
            ])
        }
        table.add([
            "(between)", "", "\(steady.count + steadyFailed)", "\(steadyFailed)", "", "\(steadyCold)",
            Spread.text(steady.p50), Spread.text(steady.p99), Spread.text(steady.p999), Spread.text(steady.max), "",
            "", "",
        ])
        var lines = [
            "\(requests) requests at \(Int(ratePerSecond))/s, \(failed) failed; \(acknowledgedEvents) events "
                + "acknowledged; times in ms; sent late by p99 \(Spread.text(lateness.p99)), p99.9 \(Spread.text(lateness.p999))",
            table.text,
        ]
        for kind in kinds where !kind.refusals.isEmpty {
            let refusals = kind.refusals.keys.sorted().map { "\($0) \(kind.refusals[$0] ?? 0)" }
            lines.append("refused during \(kind.name): \(refusals.joined(separator: ", "))")
        }
        let skipped = faults.filter { $0.skipped != nil }
        if let first = skipped.first {
            lines.append("\(skipped.count) faults were skipped, for example \(first.name): \(first.skipped ?? "")")
        }
        lines.append(
            "read back: \(readBack.events) events, \(readBack.tokens) tokens, \(readBack.shoppers) shoppers, "
                + "\(readBack.replicas) replicas")
        lines.append(verdict)
        return lines.joined(separator: "\n")
    }

    /// The median, and from where to where the middle half reaches; of how many, where some had nothing around them.
    private static func slowdowns(of kind: KindFigures) -> String {
        guard !kind.slowdowns.isEmpty else { return "-" }
        func at(_ share: Double) -> String { "\((nearestRank(share, of: kind.slowdowns) * 100).rounded() / 100)" }
        let missing = kind.slowdowns.count < kind.repetitions ? ", of \(kind.slowdowns.count)" : ""
        return "\(at(0.5)) (\(at(0.25)) to \(at(0.75))\(missing))"
    }

    private static let shownViolations = 20

    private var verdict: String {
        guard !violations.isEmpty else { return "every promise was kept" }
        let shown = violations.prefix(Self.shownViolations).map { "BROKEN \($0)" }
        let more = violations.count - shown.count
        return (shown + (more > 0 ? ["… and \(more) more"] : [])).joined(separator: "\n")
    }
}

/// Columns as wide as their widest cell.
struct TextTable {
    private var rows: [[String]]

    init(_ header: [String]) { rows = [header] }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + padding : padding + row[column]
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
