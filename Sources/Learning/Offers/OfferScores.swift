// What each row says about each offer, doubly robust: a prediction for everybody, and for whoever was made the offer
// also the error of the prediction, over the chance of being made it. Wrong in the predictions or wrong in the chances,
// but not in both, their mean is the offer's effect. The predictions come from users who are not scored by them.
// Sources: Robins, Rotnitzky and Zhao (1994); cross-fitting: Chernozhukov et al. (2018).

import Domain

/// Predictions of profit and cost for no offer and each offer.
struct OutcomeForests: Sendable {
    /// What anybody brings, whatever they are offered: the arms only correct it, so that rare ones stay near it.
    private let common: RegressionForest
    /// No offer first. (offers + 1,).
    private let corrections: [RegressionForest]
    /// (offers,).
    private let costs: [RegressionForest]

    private static let settings = ForestSettings(
        rounds: 60, depth: 4, learningRate: 0.1, shrinkage: 10, leafWeight: 30)
    private static let rare = ForestSettings(rounds: 30, depth: 3, learningRate: 0.1, shrinkage: 30, leafWeight: 30)

    /// Learns from the rows at these places.
    /// - Precondition: there are some of each offer and of none, see `OfferChecks`.
    init(_ rows: OfferRows, at places: [Int], offers: Int) throws(LearningError) {
        func forest(
            _ places: [Int], _ targets: [Double], _ settings: ForestSettings
        ) throws(LearningError) -> RegressionForest {
            try RegressionForest(
                rows.features(at: places), width: rows.width, targets: targets, settings, place: "outcomes")
        }
        common = try forest(places, places.map { rows.profits[$0] }, Self.settings)
        let residuals = zip(places, common.values(rows.features(at: places), count: places.count)).map {
            rows.profits[$0] - $1
        }
        var corrections: [RegressionForest] = []
        var costs: [RegressionForest] = []
        for arm in 0...offers {
            let own = places.indices.filter { rows.arms[places[$0]] == arm }
            let ownPlaces = own.map { places[$0] }
            corrections.append(try forest(ownPlaces, own.map { residuals[$0] }, Self.rare))
            if arm > 0 { costs.append(try forest(ownPlaces, ownPlaces.map { rows.costs[$0] }, Self.rare)) }
        }
        self.corrections = corrections
        self.costs = costs
    }

    /// - Shape: profits (offers + 1) of (places,), costs (offers) of (places,).
    func predictions(_ rows: OfferRows, at places: [Int]) -> (profits: [[Double]], costs: [[Double]]) {
        let features = rows.features(at: places)
        let shared = common.values(features, count: places.count)
        return (
            corrections.map { zip(shared, $0.values(features, count: places.count)).map(+) },
            costs.map { $0.values(features, count: places.count) }
        )
    }
}

/// For each offer, one doubly robust score a row of what it brings more than no offer, and of what it costs. The two are
/// kept apart as long as possible: costs scatter far less than profits, and much can be told of them where nothing can
/// be told of the uplift.
struct OfferScores: Sendable {
    /// Before the offer's cost; (offers) of (rows,).
    var uplifts: [[Double]]
    /// (offers) of (rows,).
    var costs: [[Double]]

    /// Users on one side are scored by forests fitted to the other.
    init(crossFitting rows: OfferRows, offers: Int) throws(LearningError) {
        let sides = [0, 1].map { side in (0..<rows.count).filter { OfferRows.side(rows.users[$0]) == side } }
        uplifts = [[Double]](repeating: [Double](repeating: 0, count: rows.count), count: offers)
        costs = uplifts
        for side in [0, 1] {
            let forests = try OutcomeForests(rows, at: sides[1 - side], offers: offers)
            let scored = OfferScores(rows, at: sides[side], by: forests, offers: offers)
            for offer in 0..<offers {
                for (index, row) in sides[side].enumerated() {
                    uplifts[offer][row] = scored.uplifts[offer][index]
                    costs[offer][row] = scored.costs[offer][index]
                }
            }
        }
    }

    /// - Parameter forests: fitted to other users.
    init(_ rows: OfferRows, at places: [Int], by forests: OutcomeForests, offers: Int) {
        let (profits, predictedCosts) = forests.predictions(rows, at: places)
        uplifts = (1...offers).map { arm in zip(profits[arm], profits[0]).map { $0 - $1 } }
        costs = predictedCosts
        for (index, row) in places.enumerated() {
            let arm = rows.arms[row]
            let error = (rows.profits[row] - profits[arm][index]) / rows.propensities[row]
            if arm == 0 {
                for offer in 0..<offers { uplifts[offer][index] -= error }
            } else {
                uplifts[arm - 1][index] += error
                costs[arm - 1][index] +=
                    (rows.costs[row] - predictedCosts[arm - 1][index]) / rows.propensities[row]
            }
        }
    }
}
