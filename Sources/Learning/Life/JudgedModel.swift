// Models in front of the gates: what each says of rows that the new one was not fitted on. Of a cluster's log these are
// its last weeks; of a file of exposures, the users whom every fit holds out.

import Domain
import Models
import Pricing

/// Rows to judge models by.
struct JudgedRows {
    var count: Int
    /// Made.
    var purchases: Int
    /// Who was asked, by row.
    var shoppers: [UInt32]
    /// What everybody would pay, by row; nil where prices say nothing.
    var publicPrice: (Int) -> Double?
}

/// What a model says of them.
struct JudgedModel {
    /// Mean negative log-likelihood, nats.
    var logLoss: Double
    /// Predicted.
    var purchases: Double
    /// The best price of a row; nil where it has none.
    var price: (Int) -> Double?

    init(_ probabilities: [Double], _ labels: [Float], price: @escaping (Int) -> Double?) {
        logLoss = Evaluation.logLoss(probabilities, labels)
        purchases = probabilities.reduce(0, +)
        self.price = price
    }
}

// MARK: - Of a cluster's log

extension ModelGates {
    /// - Parameters:
    ///   - serving: nil when there is none; then only calibration counts.
    ///   - judges: held-out rows, with their products.
    ///   - range: of personal prices.
    ///   - groups: of each shopper, by place in `TrainingData.shoppers`; nil when nobody is to be compared.
    public func judge(
        _ candidate: ResponseModel, against serving: ResponseModel?, on judges: TrainingMatrix, range: PersonalRange,
        groups: [Int?]? = nil
    ) -> [Finding] {
        let rows = JudgedRows(
            count: judges.count, purchases: judges.positives, shoppers: judges.shoppers,
            publicPrice: { range.publicPrice(ofProductAt: Int(judges.products[$0])) })
        func judged(_ model: ResponseModel) -> JudgedModel {
            let coefficients = Coefficients(model, judges)
            let probabilities = (0..<judges.count).map { row in
                coefficients.probability(row, logPrice: Double(judges.logRelativePrices[row]))
            }
            return JudgedModel(probabilities, judges.labels) { range.price(coefficients, judges, $0) }
        }
        return judge(
            judged(candidate), against: serving.map(judged), on: rows,
            groups: groups.map { groups in
                { row in
                    let shopper = Int(judges.shoppers[row])
                    return shopper < groups.count ? groups[shopper] : nil
                }
            })
    }
}

// MARK: - Of a file of exposures

extension ExposureTable {
    /// Whether it is the same file, read otherwise.
    public func hasRows(of other: ExposureTable) -> Bool {
        users == other.users && items == other.items && times == other.times && prices == other.prices
            && bought == other.bought
    }

    /// The rows of users whom every fit holds out, with their past: evenly, at most 50,000 of them.
    /// - Parameter week: only later ones count, which a model of weeks up to it has not seen.
    public func judges(after week: Int32?) -> ExposureTable {
        var table = distinct
        let (_, past) = UserHistory.learn(table)
        if Set(table.features.map(\.name)).isDisjoint(with: UserHistory.names) { table.features += past }
        let held = (0..<table.count).filter { row in
            ExposureLearner.isHeldOut(table.users[row])
                && week.map { ShopCalendar.utc.week(of: table.times[row]) > $0 } ?? true
        }
        let step = max(1, (held.count + Self.mostJudges - 1) / Self.mostJudges)
        return table.rows(at: stride(from: 0, to: held.count, by: step).map { held[$0] })
    }

    private static let mostJudges = 50_000
}

/// A bundle and the rows that judge it, with the columns that it asks for.
public struct JudgedBundle: Sendable {
    let bundle: ExposureBundle
    /// What predicts in its place: fitted without these rows, where the bundle was fitted with them.
    let predicting: ExposureBundle
    let table: ExposureTable

    /// - Parameter table: `ExposureTable.judges(after:)`, read with the kinds of the bundle's preparation.
    public init(_ bundle: ExposureBundle, predicting: ExposureBundle? = nil, on table: ExposureTable) {
        self.bundle = bundle
        self.predicting = predicting ?? bundle
        self.table = table
    }
}

extension ModelGates {
    /// - Parameters:
    ///   - serving: nil when there is none; its rows are those of the candidate.
    ///   - policy: of the cluster, for which the reference price is the public one.
    ///   - groups: nil when nobody is to be compared.
    public func judge(
        _ candidate: JudgedBundle, against serving: JudgedBundle?, policy: PricingPolicy, groups: ShopperGroups?
    ) -> [Finding] {
        let table = candidate.table
        guard table.count >= Self.fewestJudges else {
            return [
                Finding(
                    gate: "exposures to judge by", value: Double(table.count),
                    demanded: "\(Self.fewestJudges) of users held out"
                        + (serving == nil ? "" : ", of weeks not learned from before"),
                    passes: false)
            ]
        }
        let charged = (1 - policy.largestDiscountRatio)...1
        let netCosts = zip(table.unitCosts, table.referencePrices).map { max(0, $0 - policy.conversionValueRatio * $1) }
        let floors = zip(table.unitCosts, table.referencePrices).map { min($0 * (1 + policy.minimumMarginRatio), $1) }
        func judged(_ judged: JudgedBundle) -> JudgedModel {
            let probabilities = zip(judged.predicting.curves(judged.table), table.prices).map { $0.probability(at: $1) }
            let tested = judged.bundle.testedRatios
            let terms = PricingTerms(objective: policy.objective, ratios: tested.clamped(to: charged))
            let prices = judged.bundle.price(judged.table, terms, unitCosts: netCosts).map(\.price)
            return JudgedModel(probabilities, table.bought.map { $0 ? 1 : 0 }) { max(prices[$0], floors[$0]) }
        }
        let new = judged(candidate)
        let usual = usualPrices(table, new)
        var places: [String: UInt32] = [:]
        let shoppers = table.users.map { user in
            let place = places[user] ?? UInt32(places.count)
            places[user] = place
            return place
        }
        let rows = JudgedRows(
            count: table.count, purchases: table.bought.count { $0 }, shoppers: shoppers, publicPrice: { usual[$0] })
        return judge(
            new, against: serving.map(judged), on: rows,
            groups: groups.map { groups in { groups.group(of: table.users[$0]) } })
    }

    private static let fewestJudges = 500

    /// What everybody together would pay for each row's item: groups that look at other items are no dearer for that.
    private func usualPrices(_ table: ExposureTable, _ model: JudgedModel) -> [Double] {
        let ratios = table.referencePrices.indices.map { (model.price($0) ?? 0) / table.referencePrices[$0] }
        let means = Dictionary(grouping: ratios.indices) { table.items[$0] }
            .mapValues { rows in rows.reduce(0) { $0 + ratios[$1] } / Double(rows.count) }
        return ratios.indices.map { table.referencePrices[$0] * (means[table.items[$0]] ?? 1) }
    }
}
