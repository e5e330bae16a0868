// When each fault of a plan begins. Pure: plan and length in, list out.

import Domain

/// One fault that is due.
public struct PlannedFault: Equatable, Sendable {
    /// From the start of the load.
    public var at: Duration
    /// Which of the plan's steps.
    public var step: Int
    /// Chooses among the targets that are there at that moment.
    public var draw: UInt64
}

public enum Timeline {
    /// Every fault that begins before `end`, in order.
    public static func faults(of plan: ChaosPlan, until end: Duration) -> [PlannedFault] {
        var faults: [PlannedFault] = []
        for (index, step) in plan.faults.enumerated() {
            // A generator for each step, so that adding one does not move the others.
            var random = SeededGenerator(seed: plan.seed &+ UInt64(index) &* 0x9e37_79b9)
            var at = step.at
            var left = step.times ?? (step.every == nil ? 1 : Int.max)
            while at < end, left > 0 {
                let draw = random.next()
                faults.append(PlannedFault(at: at + step.jitter * random.unit(), step: index, draw: draw))
                left -= 1
                guard let every = step.every else { break }
                at += every
            }
        }
        return faults.filter { $0.at < end }.sorted { ($0.at, $0.step) < ($1.at, $1.step) }
    }
}
