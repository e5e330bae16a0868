// What `farthing learn offers fit` leaves behind: which offers there are, and what each brings and costs whom.

import Domain
import Models
import Promotions

/// A model of offers, ready to spend a budget.
public struct OfferBundle: Equatable, Sendable {
    /// One offer and how far its forests are believed.
    struct Offer: Equatable, Sendable {
        var name: String
        var uplift: Calibration
        var cost: Calibration
    }

    public var version: UInt64
    public var preparation: OfferPreparation
    var forests: UpliftForests
    var offers: [Offer]
    /// false: differences between users could not be shown to earn anything, so nobody is told from anybody.
    public var isPersonal: Bool

    public var offerNames: [String] { offers.map(\.name) }

    /// What each offer is expected to bring, after its cost and over no offer, and to cost.
    /// - Parameter table: read with the kinds of `preparation`.
    /// - Shape: each (offers) of (rows,).
    public func expectations(_ table: OfferTable) -> (gains: [[Double]], costs: [[Double]]) {
        let predicted = forests.predictions(preparation.features(of: table), count: table.count)
        let uplifts = zip(offers, predicted.uplifts).map { offer, values in
            values.map { isPersonal ? offer.uplift($0) : offer.uplift.mean }
        }
        let costs = zip(offers, predicted.costs).map { offer, values in
            values.map { max(0, isPersonal ? offer.cost($0) : offer.cost.mean) }
        }
        return (zip(uplifts, costs).map { zip($0, $1).map { $0 - $1 } }, costs)
    }

    /// Spends a budget on the users of a table.
    /// - Parameter budget: in the currency of the file that was learned from.
    public func plan(_ table: OfferTable, budget: Double) throws(LearningError) -> OfferPlan {
        var seen: Set<String> = []
        for row in 0..<table.count where !seen.insert(table.users[row]).inserted {
            throw LearningError(
                place: "\(table.file):\(table.lines[row]):user", value: table.users[row],
                remedy: "Name each user once: at most one offer is made to each.")
        }
        let expected = expectations(table)
        let chosen = try OfferPlanner(expected.gains, expected.costs).choose(budget: budget)
        return OfferPlan(
            // Rounded as they were counted, so that what is written adds up to no more than the budget.
            rows: chosen.choices.enumerated().map { row, choice in
                choice.map { offer in
                    OfferPlan.Row(
                        offer: offers[offer].name,
                        gain: (expected.gains[offer][row] * OfferPlanner.grains).rounded(.down) / OfferPlanner.grains,
                        cost: (expected.costs[offer][row] * OfferPlanner.grains).rounded(.up) / OfferPlanner.grains)
                }
            },
            gain: chosen.value.real / OfferPlanner.grains, cost: chosen.cost.real / OfferPlanner.grains,
            bound: chosen.upperBound.real / OfferPlanner.grains, shadowPrice: chosen.shadowPrice.ratio)
    }
}

/// A budget spent, in expectation; amounts in the currency.
public struct OfferPlan: Equatable, Sendable {
    public struct Row: Equatable, Sendable {
        public var offer: String
        public var gain: Double
        public var cost: Double
    }

    /// nil: no offer. (rows,).
    public var rows: [Row?]
    public var gain: Double
    /// At most the budget.
    public var cost: Double
    /// No choice within the budget is expected to bring more.
    public var bound: Double
    /// What one more unit of budget would bring.
    public var shadowPrice: Double
}
