// `farthing learn offers fit`, without the command line: clean, score, regress, judge, pack.

import Domain
import Models

/// Learns from offers that chance made which offer brings whom what.
public struct OfferLearner {
    /// Figures of one offer; amounts per user.
    public struct Offer: Sendable {
        public var name: String
        public var rows: Int
        /// What it brings after its cost, over no offer, made to everybody.
        public var gain: Estimate
        public var cost: Estimate
        /// How far the forests' differences between users are believed, from 0 to 1.
        public var slope: Double
        /// What it brings to fifths of the users, by what was predicted for them, the most promising first.
        public var fifths: [Estimate]
    }

    /// Figures of one run.
    public struct Report: Sendable {
        public var findings: OfferFindings
        public var rows: Int
        public var users: Int
        public var features: Int
        public var offers: [Offer]
        public var curve: BudgetCurve
    }

    public init() {}

    /// - Parameter version: of the new bundle.
    public func learn(_ raw: OfferTable, version: UInt64) throws(LearningError) -> (bundle: OfferBundle, report: Report)
    {
        let (table, findings) = try OfferChecks.clean(raw)
        let names = Set(table.offers).subtracting([""]).sorted()
        let offers = names.count

        // Each half of the users is judged by forests fitted to the other; what is served learns from all.
        try OfferChecks.refuseFewUsers(table)
        let halves = [0, 1].map { half in
            table.rows(at: (0..<table.count).filter { OfferRows.half(OfferRows.number(table.users[$0])) == half })
        }
        let fits = try ConcurrentFits.run(3) { (index) throws(LearningError) in
            let part = index < 2 ? halves[1 - index] : table
            let preparation = OfferPreparation(fitting: part)
            let rows = OfferRows(part, preparation, names: names)
            let forests = try UpliftForests(rows, try OfferScores(crossFitting: rows, offers: offers))
            let judged: JudgedOffers? =
                index < 2
                ? try Self.judge(OfferRows(halves[index], preparation, names: names), forests, rows, offers) : nil
            return (preparation: preparation, forests: forests, judged: judged)
        }
        let judged = [fits[0], fits[1]].compactMap(\.judged)
        let calibrated = [0, 1].map { half in Self.calibrated(judged[half], by: judged[1 - half]) }
        let curve = try BudgetCurve(calibrated)

        let everybody = (0..<offers).map { offer in
            (
                uplifts: Calibration(
                    scores: judged.flatMap { $0.scores.uplifts[offer] },
                    predicted: judged.flatMap { $0.uplifts[offer] }),
                costs: Calibration(
                    scores: judged.flatMap { $0.scores.costs[offer] }, predicted: judged.flatMap { $0.costs[offer] })
            )
        }
        let bundle = OfferBundle(
            version: version, preparation: fits[2].preparation, forests: fits[2].forests,
            offers: names.indices.map { offer in
                OfferBundle.Offer(
                    name: names[offer], uplift: everybody[offer].uplifts, cost: everybody[offer].costs)
            }, isPersonal: curve.isPersonal)
        let report = Report(
            findings: findings, rows: table.count, users: Set(table.users).count,
            features: fits[2].preparation.width,
            offers: names.indices.map { offer in
                Self.figures(names[offer], table, judged, offer, slope: everybody[offer].uplifts.slope)
            }, curve: curve)
        return (bundle, report)
    }

    private static func judge(
        _ rows: OfferRows, _ forests: UpliftForests, _ others: OfferRows, _ offers: Int
    ) throws(LearningError) -> JudgedOffers {
        let outcomes = try OutcomeForests(others, at: Array(0..<others.count), offers: offers)
        let predicted = forests.predictions(rows.features, count: rows.count)
        return JudgedOffers(
            scores: OfferScores(rows, at: Array(0..<rows.count), by: outcomes, offers: offers),
            uplifts: predicted.uplifts, costs: predicted.costs, users: rows.users)
    }

    /// Predictions moved to what the other half's scores believe of such predictions.
    private static func calibrated(_ half: JudgedOffers, by other: JudgedOffers) -> JudgedOffers {
        var calibrated = half
        for offer in 0..<half.offers {
            let uplift = Calibration(scores: other.scores.uplifts[offer], predicted: other.uplifts[offer])
            let cost = Calibration(scores: other.scores.costs[offer], predicted: other.costs[offer])
            calibrated.uplifts[offer] = half.uplifts[offer].map { uplift($0) }
            calibrated.costs[offer] = half.costs[offer].map { max(0, cost($0)) }
        }
        return calibrated
    }

    private static func figures(
        _ name: String, _ table: OfferTable, _ judged: [JudgedOffers], _ offer: Int, slope: Double
    ) -> Offer {
        let scores = judged.flatMap { $0.gainScores[offer] }
        let users = judged.flatMap(\.users)
        let predicted = judged.flatMap { $0.gains[offer] }
        let order = predicted.indices.sorted { (predicted[$0], $1) > (predicted[$1], $0) }
        let fifths = (0..<5).map { fifth in
            let places = order[(fifth * order.count / 5)..<((fifth + 1) * order.count / 5)]
            return Estimate(places.map { scores[$0] }, of: places.map { users[$0] })
        }
        return Offer(
            name: name, rows: table.offers.count { $0 == name }, gain: Estimate(scores, of: users),
            cost: Estimate(judged.flatMap { $0.scores.costs[offer] }, of: users), slope: slope, fifths: fifths)
    }
}
