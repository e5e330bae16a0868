/// How a run's network behaves, drawn from its seed.
struct NetworkSettings: Sendable {
    /// Microseconds one way.
    var delay: ClosedRange<UInt64> = 80...400
    /// Share of messages that are lost, doubled or overtaken: more than TCP does, so that nothing leans on it.
    var lost = 0.0
    var doubled = 0.0
    var overtaken = 0.0
    /// Microseconds until a dialler tries again.
    var redialMicroseconds: UInt64 = 50_000

    var keepsOrder: Bool { lost == 0 && doubled == 0 && overtaken == 0 }
}
