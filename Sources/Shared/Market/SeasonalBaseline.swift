/// What is usual at each place of a season, from the latest values: medians throughout, so that up to half of them may
/// be wrong.
struct SeasonalBaseline: Equatable, Sendable {
    private struct Value: Equatable, Sendable {
        var value: Double
        var phase: Int
    }

    private let season: Int
    private let window: Int
    /// The value of a period in which nothing was sold.
    private let idle: Double
    /// Oldest first.
    private var values: [Value] = []

    init(season: Int, window: Int, idle: Double) {
        self.season = max(1, season)
        self.window = window
        self.idle = idle
    }

    var count: Int { values.count }

    /// Whether nothing is sold in most periods.
    var isMostlyIdle: Bool { 2 * values.count { $0.value <= idle } > values.count }

    mutating func append(_ value: Double, phase: Int) {
        values.append(Value(value: value, phase: phase))
        if values.count > window { values.removeFirst() }
    }

    /// The usual value at a place of the season, and the spread around such. O(window · log window).
    func usual(at phase: Int) -> (value: Double, spread: Double) {
        let effects = self.effects
        let rest = values.map { $0.value - effects[$0.phase] }
        let level = Robust.median(rest)
        // What sells now and then is nothing in the middle and has no deviation there: how much it is at times tells.
        let spread = isMostlyIdle ? (Robust.point(0.95, of: rest) - level) / 1.645 : Robust.deviation(rest)
        // Of few values a phase, the effect has taken part of the noise.
        let each = Double(values.count) / Double(season)
        return (level + effects[phase], spread * (1 + 2 / each))
    }

    /// Moves to a new level, which some values have shown: the spread and the season grow with it, since a few values
    /// say nothing about them.
    mutating func move(to shown: [(value: Double, phase: Int)], keeping kept: Int) {
        let effects = self.effects
        let before = Robust.median(values.map { $0.value - effects[$0.phase] })
        let rough = Robust.median(shown.map { $0.value - effects[$0.phase] })
        let growth = max(1, rough / max(before, 1))
        let now = Robust.median(shown.map { $0.value - growth * effects[$0.phase] })
        values = values.suffix(kept).map { Value(value: now + growth * ($0.value - before), phase: $0.phase) }
        for (value, phase) in shown { append(value, phase: phase) }
    }

    /// How far each place of the season lies from the level. Shape (season).
    private var effects: [Double] {
        guard season > 1 else { return [0] }
        var places = [[Double]](repeating: [], count: season)
        for value in values { places[value.phase].append(value.value) }
        let level = Robust.median(values.map(\.value))
        return places.map { $0.count < 3 ? 0 : Robust.median($0) - level }
    }
}
