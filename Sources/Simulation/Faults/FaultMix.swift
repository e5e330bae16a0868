// Swarm testing (Groce, Zhang, Eide, Chen and Regehr, 2012): each run leaves out about half of the faults and makes the
// others common or rare. A run in which everything fails all the time hides what only shows when some things work.

import Domain

public struct FaultMix: Sendable {
    /// Microseconds from one to the next on average, for the faults that happen in this run.
    public private(set) var meanIntervals: [(kind: FaultKind, microseconds: UInt64)] = []
    /// How long faults last.
    var durations: ClosedRange<UInt64> = 50_000...20_000_000

    /// No faults at all.
    public init() {}

    public init(drawnFrom random: inout SeededRandom) {
        // One run in twelve has none: what fails then is simply broken.
        guard !random.chance(1.0 / 12) else { return }
        let share = 0.15 + 0.55 * random.fraction()
        for kind in FaultKind.allCases {
            let mean = random.logUniform(4_000_000...120_000_000)
            if random.chance(share) { meanIntervals.append((kind, mean)) }
        }
        durations = 20_000...random.logUniform(1_000_000...40_000_000)
    }

    /// Only these faults, each of them this often.
    public init(_ kinds: [FaultKind], everyMicroseconds mean: UInt64) {
        meanIntervals = kinds.map { ($0, mean) }
    }

    func contains(_ kind: FaultKind) -> Bool { meanIntervals.contains { $0.kind == kind } }

    /// Whether connections deliver in order and once in this run.
    var keepsOrder: Bool { !meanIntervals.contains { $0.kind.isUnruly } }
}
