// How far an elasticity may be off under a law with a ceiling. Of a slope nothing is felt as elasticity far below the
// turn, and all of it far above. How far a price is from the turn is known worse than the slope, and says what may be
// wrong: so the interval is a range of shares of the slope, and the range depends on the log-odds below the ceiling.
//
// The ranges are read off models of half of the shoppers, at prices and shoppers they have not seen, held against the
// model of everybody: what changes when the rows double is about as much as what is still missing, because chance and
// shrinkage fade with the number of rows. Where prices may be on either side of the turn the range begins at 0: a sharper
// turn than the rows can tell would leave no elasticity. Thresholds are that sharp; there nine in ten is a least.
// A bootstrap, as elsewhere, was rejected: it takes three more fits, and its truth turns as the fit does.
// Source: prediction by group of like cases (Mondrian; Vovk, Gammerman and Shafer, 2005, section 4.5).

import Domain
import Models

/// Shares of the slope that may be felt as elasticity.
public struct CeilingSpread: Equatable, Sendable {
    /// Log-odds between two ranges; finite, ascending; (ranges − 1,).
    let edges: [Double]
    /// Not negative; (ranges,).
    let shares: [ClosedRange<Double>]
    /// Standard error of a slope that all rows share: nobody's is known better.
    let slopeError: Double

    static let mostRanges = 40
    private static let leastOfRange = 100
    /// By how much ranges are too narrow, because halves have the law in common: on eight known-truth worlds of 200,000
    /// rows they held 65 to 82 % as they are, 87 to 95 % widened.
    private static let widening = 1.15

    init(edges: [Double], shares: [ClosedRange<Double>], slopeError: Double) {
        self.edges = edges
        self.shares = shares
        self.slopeError = slopeError
    }

    /// - Parameter elasticities: what the model of everybody says in place of each prediction; (predictions,).
    /// - Returns: nil of too few.
    package init?(_ predictions: [CrossFittedPrediction], elasticities: [Double], slopeError: Double) {
        self.slopeError = slopeError
        let usable = predictions.indices.filter { predictions[$0].isUsable && elasticities[$0].isFinite }
        let count = min(Self.mostRanges, usable.count / Self.leastOfRange)
        guard count > 0 else { return nil }
        let ordered = usable.sorted { (predictions[$0].logOdds, $0) < (predictions[$1].logOdds, $1) }
        let groups = (0..<count).map { ordered[($0 * ordered.count / count)..<(($0 + 1) * ordered.count / count)] }
        edges = groups.dropFirst().map { predictions[$0[$0.startIndex]].logOdds }
        shares = groups.map { group in Self.range(of: group.map { elasticities[$0] / predictions[$0].logOddsSlope }) }
    }

    /// - Parameter everything: all rows, with other users' means, as the model of everybody learned from them.
    init?(_ predictions: [CrossFittedPrediction], against model: ResponseModel, _ everything: TrainingMatrix) {
        let rows = everything.rows(at: predictions.map(\.row))
        let coefficients = Coefficients(model, rows)
        // What is known of it grows with the rows.
        let share = Double(rows.count) / Double(max(1, everything.count))
        self.init(
            predictions,
            elasticities: predictions.indices.map { coefficients.elasticity($0, logPrice: predictions[$0].logPrice) },
            slopeError: coefficients.slopeError(rows) * share.squareRoot())
    }

    /// The range that nine in ten are in, widened.
    private static func range(of shares: [Double]) -> ClosedRange<Double> {
        let ascending = shares.sorted()
        func point(_ share: Double) -> Double { ascending[Int((Double(ascending.count - 1) * share).rounded())] }
        let isPastTheTurn = point(0.05) >= 0.5
        return isPastTheTurn ? (point(0.05) / widening)...(point(0.95) * widening) : 0...(point(0.9) * widening)
    }

    /// The 90 % interval of an elasticity; nil where the numbers run out.
    /// - Parameters:
    ///   - slope: b.
    ///   - logOddsSlope: −Δz / Δ ln p at this price.
    ///   - logOdds: z, below the ceiling.
    package func interval(
        around elasticity: Double, slope: Double, logOddsSlope: Double, logOdds: Double
    ) -> ClosedRange<Double>? {
        let range = shares[edges.count { $0 <= logOdds }]
        let reach = ElasticitySpread.sides90 * slopeError * elasticity / slope
        let low = max(0, min(elasticity - reach, logOddsSlope * range.lowerBound))
        let high = max(elasticity + reach, logOddsSlope * range.upperBound)
        return low <= high ? low...high : nil
    }
}

extension CeilingSpread {
    func encode(to writer: inout ByteWriter) {
        writer.write(UInt8(shares.count))
        for edge in edges { writer.write(edge) }
        for range in shares {
            writer.write(range.lowerBound)
            writer.write(range.upperBound)
        }
        writer.write(slopeError)
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        let count = Int(try reader.read(UInt8.self))
        guard (1...Self.mostRanges).contains(count) else { throw reader.error("\(count) ranges") }
        var edges: [Double] = []
        for _ in 1..<count {
            let edge = try reader.readDouble()
            guard edge.isFinite, edge >= edges.last ?? edge else { throw reader.error("an edge of \(edge)") }
            edges.append(edge)
        }
        var shares: [ClosedRange<Double>] = []
        for _ in 0..<count {
            let (low, high) = (try reader.readDouble(), try reader.readDouble())
            guard low >= 0, low <= high, high.isFinite else { throw reader.error("shares \(low) to \(high)") }
            shares.append(low...high)
        }
        let slopeError = try reader.readDouble()
        guard slopeError >= 0, slopeError.isFinite else { throw reader.error("an error of \(slopeError)") }
        self.init(edges: edges, shares: shares, slopeError: slopeError)
    }
}
