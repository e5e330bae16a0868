// Watches the demand of one item, observation by observation. Counts are brought to a scale on which Poisson noise has
// a deviation of 1 whatever the level (Anscombe, Biometrika, 1948); the usual level and spread are the median and the
// median absolute deviation of what was accepted lately, so up to half of it may be wrong. Two rules raise an alarm:
//
// - one observation far out: a spike or a drop. It is set aside and does not move what is usual. When several in a row
//   are far out on the same side, that is the new usual level.
// - many a little out on one side: a cumulative sum (Page, Biometrika, 1954) notices what no single observation shows,
//   such as an item that sold three a day and now sells none. What was accepted counts as usual only some time later,
//   or it would be judged by itself.
//
// What sells now and then is judged by how much it sells at times. Such sales may be far out one by one and nothing
// between them, so after a few they are usual.
//
// Rejected: a smoother's errors in units of their mean square, which one spike widens so that the next goes unseen.

/// The demand of one item: state + observation → state + verdict.
public struct DemandWatch: Equatable, Sendable {
    public struct Settings: Equatable, Sendable {
        /// Observations before anything is judged; four seasons when those are more.
        public var warmup = 12
        /// Accepted observations that say what is usual; eight seasons when those are more.
        public var window = 32
        /// Periods of a season; 1 for none.
        public var season = 1
        /// Length of a period, in the unit of the times.
        public var period: Int64 = 1
        /// Deviations at which one observation is far out.
        public var far = 6.0
        /// Sum of deviations beyond `slack` at which a level has shifted.
        public var drift = 9.0
        public var slack = 1.0
        /// Observations that are accepted but do not count as usual yet.
        public var lag = 8
        /// Observations in a row, far out on one side, after which they are usual.
        public var patience = 5
        /// How long prices stay frozen after an alarm, in the unit of the times.
        public var freeze: Int64 = 2

        public init() {}
    }

    private let settings: Settings
    private var latest: Int64?
    /// A value on the stabilised scale and its place in the season.
    private typealias Value = (value: Double, phase: Int)
    private var baseline: SeasonalBaseline
    /// Accepted, not yet usual.
    private var recent = Waiting()
    /// Far out on the same side, one after another.
    private var aside = Waiting()
    private var asideIsAbove = false
    /// Far above nothing, with nothing sold between them.
    private var rare = Waiting()
    /// Observations after a new level during which no sums are kept: the level itself is still uncertain.
    private var settling = 0
    /// Cumulative sums upwards and downwards, and how many observations each has run for.
    private var up = Run()
    private var down = Run()

    private struct Waiting: Equatable, Sendable {
        var values: [Double] = []
        var phases: [Int] = []

        var pairs: [Value] { Array(zip(values, phases)) }

        mutating func append(_ value: Value) {
            values.append(value.value)
            phases.append(value.phase)
        }

        mutating func removeFirst() -> Value { (values.removeFirst(), phases.removeFirst()) }
    }

    private struct Run: Equatable, Sendable {
        var sum = 0.0
        var length = 0

        mutating func add(_ excess: Double) {
            sum = max(0, sum + excess)
            length = sum > 0 ? length + 1 : 0
        }
    }

    public init(_ settings: Settings = Settings()) {
        self.settings = settings
        baseline = SeasonalBaseline(
            season: settings.season, window: max(settings.window, 8 * max(1, settings.season)),
            idle: Self.stabilised(0))
    }

    /// Judges one observation. O(window · log window).
    /// - Parameters:
    ///   - units: 0 or more.
    ///   - lift: how many times the usual demand is expected, for example because of a promotion; above 0.
    public mutating func observe(_ units: Double, lift: Double = 1, at time: Int64) -> AnomalyVerdict {
        precondition(units >= 0 && units.isFinite && lift > 0, "\(units) units, lift \(lift)")
        if let latest, time <= latest {
            return AnomalyVerdict(reason: .late, magnitude: 0, expected: nil, frozenUntil: nil)
        }
        latest = time
        let value = (value: Self.stabilised(units / lift), phase: phase(of: time))
        guard baseline.count >= max(settings.warmup, 4 * settings.season) else {
            baseline.append(value.value, phase: value.phase)
            return AnomalyVerdict(reason: nil, magnitude: 0, expected: nil, frozenUntil: nil)
        }
        let (usual, spread) = baseline.usual(at: value.phase)
        // Whatever was seen, counts vary like a Poisson variable at least.
        let score = (value.value - usual) / max(1, spread)
        var verdict = AnomalyVerdict(
            reason: nil, magnitude: score, expected: Self.units(usual) * lift, frozenUntil: nil)
        if abs(score) > settings.far {
            if asideIsAbove != (score > 0) { aside = Waiting() }
            asideIsAbove = score > 0
            aside.append(value)
            let isUsual = aside.values.count >= settings.patience
            verdict.reason = isUsual ? .levelShift : score > 0 ? .spike : .drop
            if isUsual {
                startOver(with: aside.pairs)
            } else if score > 0, baseline.isMostlyIdle {
                sellNowAndThen(value)
            }
        } else {
            aside = Waiting()
            accept(value)
            settling = max(0, settling - 1)
            guard settling == 0 else { return verdict }
            up.add(min(score, 3) - settings.slack)
            down.add(-max(score, -3) - settings.slack)
            if let run = [up, down].first(where: { $0.sum > settings.drift }) {
                verdict.reason = .levelShift
                startOver(with: recent.pairs.suffix(run.length))
            }
        }
        if verdict.reason != nil {
            let (until, isBeyond) = time.addingReportingOverflow(settings.freeze)
            verdict.frozenUntil = isBeyond ? .max : until
        }
        return verdict
    }

    private mutating func accept(_ value: Value) {
        recent.append(value)
        guard recent.values.count > settings.lag else { return }
        let oldest = recent.removeFirst()
        baseline.append(oldest.value, phase: oldest.phase)
    }

    /// Takes in a sale of an item that mostly sells nothing; as usual as the others when there are a few.
    private mutating func sellNowAndThen(_ value: Value) {
        rare.append(value)
        guard rare.values.count >= settings.patience else { return }
        for (value, phase) in rare.pairs { baseline.append(value, phase: phase) }
        rare = Waiting()
    }

    private mutating func startOver(with values: [Value]) {
        baseline.move(to: values, keeping: max(settings.warmup, 4 * settings.season))
        (aside, recent, rare) = (Waiting(), Waiting(), Waiting())
        (up, down) = (Run(), Run())
        settling = settings.warmup
    }

    private func phase(of time: Int64) -> Int {
        let season = Int64(max(1, settings.season))
        let place = (time / max(1, settings.period)) % season
        return Int(place < 0 ? place + season : place)
    }

    private static func stabilised(_ units: Double) -> Double { 2 * (max(0, units) + 0.375).squareRoot() }
    private static func units(_ value: Double) -> Double { max(0, value * value / 4 - 0.375) }
}
