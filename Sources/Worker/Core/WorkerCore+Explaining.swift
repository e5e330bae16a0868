// Why this price? The same resolving, scoring and deciding as for a price, with the trail kept and nothing
// remembered: explaining must not change what it explains.

import Domain
import Features
import Models
import Pricing

extension WorkerCore {
    public mutating func explainRequested(
        _ request: PriceRequest, header: MessageHeader, now: Timestamp
    ) throws(Refusal) -> Explanation {
        var cart = try resolve(request, header, now, by: modelRole(of: request.user))
        // A price that no model touched is explained without numbers of one.
        if cart.arm != .control { score(&cart) }
        let quote = quote(request, cart, remember: false)
        return Explanation(
            quote: quote,
            lines: cart.lines.indices.map { index in
                explain(cart.lines[index], cart, quote.lines[index], row: cart.scored.firstIndex(of: index))
            })
    }

    private func explain(
        _ line: Cart.Line, _ cart: Cart, _ quoted: QuotedLine, row: Int?
    ) -> LineExplanation {
        var trail = PriceTrail(keepingSteps: true)
        _ = decide(line, in: cart.arm, cart, &trail)
        if quoted.promotion?.applied == true { trail.note(.publicDeal, quoted.unitPrice) }
        let curve = line.curve
        let price = quoted.unitPrice.real
        return LineExplanation(
            product: quoted.product, listPrice: quoted.listPrice, unitCost: line.row.unitCost,
            unitWorth: trail.reasons.contains(.stock) ? line.unitWorth : nil, referencePrice: curve?.reference ?? 0,
            intercept: curve?.intercept ?? 0,
            slope: curve?.slope ?? 0,
            centre: curve?.centre ?? 0, knots: curve?.shape.knots ?? [], gradients: curve?.shape.gradients ?? [1],
            ceiling: curve?.saturation ?? 1, sharpness: curve?.sharpness ?? 1, choices: curve?.choices,
            elasticity: curve?.elasticity(at: price) ?? 0,
            probability: curve?.probability(at: price) ?? 0,
            probabilityAtList: curve?.probability(at: quoted.listPrice.real) ?? 0,
            optimum: curve.map { unbounded($0, line) } ?? 0, steps: trail.steps ?? [],
            features: (row.map { features($0, cart.role) } ?? []) + contributions(line.correction))
    }

    /// The optimum that no rule has touched, between a hundredth and a hundred times the list price.
    private func unbounded(_ curve: DemandCurve, _ line: Cart.Line) -> Double {
        OptimalPrice.solve(
            curve, configuration.policy.objective,
            unitCost: configuration.policy.netCost(of: line.row, unitWorth: line.unitWorth),
            within: line.row.listPrice.real / 100...line.row.listPrice.real * 100)
    }

    private func features(_ row: Int, _ role: ModelRole) -> [FeatureValue] {
        let names = models[role]?.bundle.information.featureNames ?? []
        return names.enumerated().map { column, name in
            FeatureValue(name: name, value: scratch.rows[row * names.count + column])
        }
    }
}
