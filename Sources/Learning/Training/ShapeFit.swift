// Learns how shoppers see prices, for all of them at once: a damped Newton step in the logarithm of each piece's
// gradient, after each round of trees. One number for a whole piece is settled by all the data, where forests of
// their own for each piece would have had to be (on the known-truth worlds those cost up to a tenth of the gap).

import Domain
import Glibc

struct ShapeFit {
    /// Where the shape may bend, centred; empty: it stays straight.
    private let knots: [Double]
    /// Logarithms of the pieces' gradients.
    private var logGradients: [Double]
    /// How much of each piece lies between 0 and each row's price, piece by piece; (pieces, rows).
    private let lengths: [[Float]]
    /// The pieces' shares of all the rows' ways.
    private let shares: [Double]
    /// ψ of every row; (rows,).
    private(set) var values: [Float]

    private static let damping = 0.2
    private static let shrinkage = 50.0
    private static let largest = 3.0

    /// - Parameters:
    ///   - prices: ln(price / reference), not centred.
    ///   - knots: not centred either, ascending.
    init(_ prices: [Float], knots: [Double], centre: Float) {
        self.knots = knots.map { $0 - Double(centre) }
        let straight = prices.map { $0 - centre }
        logGradients = [Double](repeating: 0, count: knots.count + 1)
        values = straight
        if knots.isEmpty {
            lengths = []
            shares = []
        } else {
            let pieces = PriceShape(knots: self.knots, gradients: logGradients.map(exp))
            lengths = (0...knots.count).map { piece in
                straight.map { price in
                    pieces.map { Float(PriceShape.length($0.range(of: piece), to: Double(price))) } ?? 0
                }
            }
            let travelled = lengths.map { $0.reduce(0.0) { $0 + Double(abs($1)) } }
            let total = max(travelled.reduce(0, +), .leastNormalMagnitude)
            shares = travelled.map { $0 / total }
        }
    }

    /// The shape so far.
    var shape: PriceShape { PriceShape(knots: knots, gradients: logGradients.map(exp)) ?? .straight }

    /// - Parameters:
    ///   - residuals, weights: first and second derivatives by the log-odds; (rows,).
    ///   - slopes: (rows,).
    mutating func step(residuals: [Float], weights: [Float], slopes: [Float]) {
        guard !knots.isEmpty else { return }
        var first = [Double](repeating: 0, count: logGradients.count)
        var second = first
        let gradients = logGradients.map { Float(exp($0)) }
        for row in values.indices {
            for piece in gradients.indices where lengths[piece][row] != 0 {
                let change = -slopes[row] * gradients[piece] * lengths[piece][row]
                first[piece] += Double(residuals[row] * change)
                second[piece] += Double(weights[row] * change * change)
            }
        }
        for piece in gradients.indices {
            let next = logGradients[piece] - Self.damping * first[piece] / (second[piece] + Self.shrinkage)
            logGradients[piece] = min(max(next, -Self.largest), Self.largest)
        }
        normalise()
        let steeper = logGradients.map { Float(exp($0)) }
        for row in values.indices {
            var sum: Float = 0
            for piece in steeper.indices { sum += steeper[piece] * lengths[piece][row] }
            values[row] = sum
        }
    }

    /// The level belongs to the slope: over the rows, the logarithms average to 0.
    private mutating func normalise() {
        let level = zip(logGradients, shares).reduce(0.0) { $0 + $1.0 * $1.1 }
        for piece in logGradients.indices { logGradients[piece] -= level }
    }
}
