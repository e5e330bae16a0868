// The prices that may be shown, relative to the reference price: rungs two and a half percent apart, of which a stretch
// is open. It opens and closes step by step, by whether shoppers at its ends bought as the model said before. The
// reference price is a rung: shoppers who mind a price above it more than they like one below are best charged exactly
// that, and half a rung beside it costs a twentieth of what personal prices bring.

import Domain
import Glibc

/// Rungs of relative prices, and which of them are open.
public struct PriceLadder: Equatable, Sendable {
    /// ln(price / reference), ascending.
    public let rungs: [Double]
    /// Places in `rungs`.
    public private(set) var open: ClosedRange<Int>
    /// What was open at first and never closes: everybody was tried there at random, so what is earned less at an end of
    /// it speaks against the model and not against the prices.
    private let tried: ClosedRange<Int>

    /// In log price.
    static let step = 0.025
    /// Rungs that open or close at once.
    static let stride = 2

    /// - Parameters:
    ///   - ratios: of the outermost rungs to the reference price.
    ///   - open: of what is open at first.
    public init(_ ratios: ClosedRange<Double>, open: ClosedRange<Double>) {
        let (low, high) = (log(ratios.lowerBound), log(ratios.upperBound))
        let (first, last) = (Int((low / Self.step + 0.5).rounded(.up)), Int((high / Self.step - 0.5).rounded(.down)))
        let between = first <= last ? (first...last).map { Double($0) * Self.step } : []
        let rungs = [low] + between.filter { low < $0 && $0 < high } + [high]
        self.rungs = rungs
        let tried = [open.lowerBound, open.upperBound].map { Self.nearest(to: log($0), in: rungs) }
        self.tried = tried[0]...tried[1]
        self.open = self.tried
    }

    /// The open rung nearest to a price.
    package func nearest(to logPrice: Double) -> Int {
        min(max(Self.nearest(to: logPrice, in: rungs), open.lowerBound), open.upperBound)
    }

    private static func nearest(to logPrice: Double, in rungs: [Double]) -> Int {
        let above = min(rungs.partitioningIndex { $0 >= logPrice }, rungs.count - 1)
        guard above > 0 else { return 0 }
        return logPrice - rungs[above - 1] < rungs[above] - logPrice ? above - 1 : above
    }

    public mutating func widen(_ end: End) {
        switch end {
        case .low: open = max(0, open.lowerBound - Self.stride)...open.upperBound
        case .high: open = open.lowerBound...min(rungs.count - 1, open.upperBound + Self.stride)
        }
    }

    /// Never to less than what was open at first.
    public mutating func narrow(_ end: End) {
        switch end {
        case .low: open = min(tried.lowerBound, open.lowerBound + Self.stride)...open.upperBound
        case .high: open = open.lowerBound...max(tried.upperBound, open.upperBound - Self.stride)
        }
    }

    public enum End: CaseIterable, Sendable { case low, high }
}

/// What was predicted at one end of the ladder, and what came.
public struct EndEvidence: Equatable, Sendable {
    private var count = 0.0
    private var predicted = 0.0
    private var errors = 0.0
    private var squares = 0.0

    /// Fewer decisions say nothing.
    private static let fewest = 500.0
    /// How much less than predicted is still as predicted.
    private static let tolerance = 0.1

    public enum Verdict: Sendable { case asPredicted, worse, unknown }

    public init() {}

    public mutating func add(predicted: Double, earned: Double) {
        count += 1
        self.predicted += predicted
        errors += earned - predicted
        squares += (earned - predicted) * (earned - predicted)
    }

    public var verdict: Verdict {
        guard count >= Self.fewest, predicted > 0 else { return .unknown }
        let error = errors / predicted
        let deviation = squares.squareRoot() / predicted
        if error + 2 * deviation < -Self.tolerance { return .worse }
        // Shown to be no worse; not merely not shown to be worse.
        return error - 2 * deviation > -Self.tolerance ? .asPredicted : .unknown
    }
}
