// How shoppers see prices. To some, five percent more and five percent less weigh the same; to most, a price above
// what they are used to weighs more than one as far below. The shape says so for everybody at once, and how strongly
// each shopper minds it is the slope's affair: what all share is learned from all the data.
// Source: reference prices and loss aversion (Kalyanaram and Winer, 1995).

/// A rising, piecewise linear function ψ of the log price, with ψ(0) = 0.
public struct PriceShape: Equatable, Sendable {
    /// Where the gradient changes: ln(price / reference), centred as the model centres it. Ascending.
    public let knots: [Double]
    /// The gradient below the first knot, between each two, and above the last one. Positive.
    public let gradients: [Double]

    /// ψ(q) = q.
    public static let straight = PriceShape(knots: [], gradients: [1])!

    /// - Returns: nil unless the knots ascend, and there is one positive finite gradient more than knots.
    public init?(knots: [Double], gradients: [Double]) {
        guard gradients.count == knots.count + 1, gradients.allSatisfy({ $0 > 0 && $0.isFinite }),
            knots.allSatisfy(\.isFinite), zip(knots, knots.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.knots = knots
        self.gradients = gradients
    }

    /// How many pieces it has.
    public var count: Int { gradients.count }

    /// Where a piece begins and ends.
    public func range(of piece: Int) -> ClosedRange<Double> {
        (piece == 0 ? -.infinity : knots[piece - 1])...(piece == knots.count ? .infinity : knots[piece])
    }

    /// The piece that a price lies on; at a knot, the one above it.
    public func piece(at logPrice: Double) -> Int { knots.count { $0 <= logPrice } }

    /// ψ.
    public func callAsFunction(_ logPrice: Double) -> Double {
        var sum = 0.0
        for piece in 0..<count { sum += gradients[piece] * Self.length(range(of: piece), to: logPrice) }
        return sum
    }

    /// How much of the way from 0 to `logPrice` lies on a piece; negative on the way down.
    public static func length(_ piece: ClosedRange<Double>, to logPrice: Double) -> Double {
        min(max(logPrice, piece.lowerBound), piece.upperBound) - min(max(0, piece.lowerBound), piece.upperBound)
    }
}
