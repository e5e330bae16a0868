/// How a run's network behaves, drawn from its seed.
package struct NetworkSettings: Sendable {
    package init() {}

    /// Microseconds one way.
    package var delay: ClosedRange<UInt64> = 80...400
    /// Share of messages that are lost, doubled or overtaken: more than TCP does, so that nothing leans on it.
    package var lost = 0.0
    package var doubled = 0.0
    package var overtaken = 0.0
    /// Microseconds until a dialler tries again.
    package var redialMicroseconds: UInt64 = 50_000

    var keepsOrder: Bool { lost == 0 && doubled == 0 && overtaken == 0 }
}
