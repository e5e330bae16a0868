// Watches the prices that a feed reports of one competitor's item. Feeds fail in ways of their own: a decimal point is
// lost, a currency changes, a crawler repeats its last page. And honest prices are step functions, whose median
// deviation is zero: so a move is measured against a least step, and a price that was seen before, a deal that comes
// back, is no news. How long a feed stands still by itself is learned: after c changes in n reports, a price stays for r
// more with the chance (n / (n + r))ᶜ, which allows for how little is known (Lomax, 1954).

import Glibc

/// One competitor's price of one item: state + observation → state + verdict.
public struct CompetitorPriceWatch: Equatable, Sendable {
    public struct Settings: Equatable, Sendable {
        /// Prices before anything is judged, but for what can be no price.
        public var warmup = 5
        /// Accepted prices that say what is usual.
        public var window = 32
        /// Deviations of the log price at which a move is far.
        public var far = 6.0
        /// The least log ratio that is a jump: over half as much again, or over a third less; deals are less deep.
        public var leastJump = 0.45
        /// Beyond this ratio, either way, a price is absurd.
        public var absurdRatio = 3.0
        /// Jumps in a row, near each other, after which they are usual; and prices off by an absurd ratio.
        public var patience = 5
        public var absurdPatience = 20
        /// The chance at which a feed that stands still by itself is taken for stuck.
        public var stuckChance = 1e-4
        /// Changes before which a feed is not taken for stuck.
        public var fewestChanges = 5
        /// How long prices stay frozen after an alarm, in the unit of the times.
        public var freeze: Int64 = 2

        public init() {}
    }

    private let settings: Settings
    private var latest: Int64?
    /// Logarithms of accepted prices, oldest first.
    private var accepted: [Double] = []
    private var aside: [Double] = []
    /// Jumps that went back again, which is what a deal looks like the first time, and levels that were usual.
    private var seen: [Double] = []
    /// The last price reported, and how often it was in a row.
    private var last: Double?
    private var repeats = 0
    /// Reported prices up to the last change, and those that differed from the one before; the older ones fade.
    private var reports = 0.0
    private var changes = 0.0

    public init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Judges one price. O(window · log window).
    public mutating func observe(_ price: Double, at time: Int64) -> AnomalyVerdict {
        if let latest, time <= latest {
            return AnomalyVerdict(reason: .late, magnitude: 0, expected: nil, frozenUntil: nil)
        }
        latest = time
        var verdict = judged(price)
        if verdict.reason != nil {
            let (until, isBeyond) = time.addingReportingOverflow(settings.freeze)
            verdict.frozenUntil = isBeyond ? .max : until
        }
        return verdict
    }

    private mutating func judged(_ price: Double) -> AnomalyVerdict {
        guard price.isFinite, price > 0 else {
            return AnomalyVerdict(
                reason: .notAPrice, magnitude: 0, expected: accepted.isEmpty ? nil : exp(Robust.median(accepted)),
                frozenUntil: nil)
        }
        let isStuck = stands(still: price)
        let value = log(price)
        guard accepted.count >= settings.warmup else {
            accepted.append(value)
            return AnomalyVerdict(reason: nil, magnitude: 1, expected: nil, frozenUntil: nil)
        }
        let usual = Robust.median(accepted)
        let move = value - usual
        var verdict = AnomalyVerdict(reason: nil, magnitude: exp(move), expected: exp(usual), frozenUntil: nil)
        if let reason = moved(move, to: value) {
            // Neighbours within a tenth of each other tell the same story.
            if let before = aside.last, abs(before - value) > 0.1 { aside = [] }
            aside.append(value)
            let needed = reason == .priceJump ? settings.patience : settings.absurdPatience
            verdict.reason = aside.count >= needed ? .levelShift : reason
            if aside.count >= needed {
                // A long deal looks like a new level: what comes back after it is no news, nor is the next such deal.
                remember([usual, value])
                accepted = aside
                aside = []
            }
        } else {
            remember(aside.filter { abs($0 - usual) < log(settings.absurdRatio) })
            aside = []
            accepted.append(value)
            if accepted.count > settings.window { accepted.removeFirst() }
            if isStuck {
                verdict.reason = .frozenFeed
                verdict.magnitude = Double(repeats)
            }
        }
        return verdict
    }

    /// Keeps the latest few different prices.
    private mutating func remember(_ values: [Double]) {
        for value in values {
            seen.removeAll { Self.areAlike($0, value) }
            seen.append(value)
        }
        seen = seen.suffix(8)
    }

    private static func areAlike(_ first: Double, _ second: Double) -> Bool { abs(first - second) < 0.02 }

    /// What is wrong with a move from the usual price, if anything is.
    private func moved(_ move: Double, to value: Double) -> AnomalyReason? {
        let limit = max(settings.leastJump, settings.far * Robust.deviation(accepted))
        guard abs(move) > limit, !(accepted + seen).contains(where: { Self.areAlike($0, value) }) else { return nil }
        let powers = move / log(10)
        // Within a fifth of a power of ten, that is 0.63 to 1.58 times: the price may have moved as well.
        if abs(powers) > 0.8, abs(powers - powers.rounded()) < 0.2 { return .decimalSlip }
        return abs(move) > log(settings.absurdRatio) ? .absurdRatio : .priceJump
    }

    /// Whether the feed has reported one price for longer than it would by itself.
    private mutating func stands(still price: Double) -> Bool {
        defer { last = price }
        guard let last else { return false }
        repeats += 1
        guard price == last else {
            // A run that has not ended says nothing yet.
            let fading = 0.99
            reports = fading * reports + Double(repeats)
            changes = fading * changes + 1
            repeats = 0
            return false
        }
        let chance = changes * log(reports / (reports + Double(repeats)))
        return changes >= Double(settings.fewestChanges) && chance < log(settings.stuckChance)
    }
}
