// May a model take the place of the one that serves? Both are asked about weeks that neither was fitted on. A gate keeps a
// model out that predicts worse, that is wrong about how often shoppers buy, that moves prices further than an operator
// wants to see without having looked, or that gives one group of shoppers higher prices than another.

import Domain
import Glibc
import Models
import Pricing

/// What a new model must keep to.
public struct ModelGates: Equatable, Sendable {
    /// Log-loss over that of the serving model, on the held-out weeks.
    public var largestLossRatio = 1.005
    /// Purchases predicted over purchases made there.
    public var calibration = 0.9...1.1
    /// Median size of the change of a personal price, as a share of it.
    public var largestMedianMove = 0.05
    /// Between the mean prices of two groups of shoppers, as a share of the public price.
    public var largestGroupGap = 0.02

    public init() {}

    /// One figure and whether it passes.
    public struct Finding: Equatable, Sendable {
        public var gate: String
        public var value: Double
        /// In words.
        public var demanded: String
        public var passes: Bool
    }

    /// - Parameters:
    ///   - serving: nil when there is none; then only calibration counts.
    ///   - judges: held-out rows, with their products.
    ///   - range: of personal prices.
    ///   - groups: of each shopper, by place in `TrainingData.shoppers`; nil when nobody is to be compared.
    public func judge(
        _ candidate: ResponseModel, against serving: ResponseModel?, on judges: TrainingMatrix, range: PersonalRange,
        groups: [Int?]? = nil
    ) -> [Finding] {
        let predicted = Predictions(candidate, judges)
        var findings: [Finding] = []
        let ratio = predicted.purchases / Double(max(1, judges.positives))
        findings.append(
            Finding(
                gate: "purchases predicted over made", value: ratio,
                demanded: "\(calibration.lowerBound) to \(calibration.upperBound)", passes: calibration.contains(ratio))
        )
        if let groups {
            findings.append(fairness(GroupPrices(predicted.coefficients, judges, range, groups: groups)))
        }
        guard let serving else { return findings }
        let served = Predictions(serving, judges)
        let loss = predicted.logLoss / served.logLoss
        findings.append(
            Finding(
                gate: "log-loss over the serving model's", value: loss, demanded: "at most \(largestLossRatio)",
                passes: loss <= largestLossRatio))
        let move = Self.medianMove(predicted.coefficients, served.coefficients, judges, range)
        findings.append(
            Finding(
                gate: "median move of a personal price", value: move, demanded: "at most \(largestMedianMove)",
                passes: move <= largestMedianMove))
        return findings
    }

    private func fairness(_ prices: GroupPrices) -> Finding {
        let gap = prices.gap
        return Finding(
            gate: "gap between groups of shoppers", value: gap ?? 0,
            demanded: gap == nil
                ? "two groups of \(GroupPrices.fewestShoppers) shoppers" : "at most \(largestGroupGap)",
            passes: gap.map { $0 <= largestGroupGap } ?? false)
    }

    /// Rows that prices are compared on.
    private static let priced = 20_000

    private static func medianMove(
        _ candidate: Coefficients, _ serving: Coefficients, _ judges: TrainingMatrix, _ range: PersonalRange
    ) -> Double {
        let step = max(1, judges.count / priced)
        let moves = stride(from: 0, to: judges.count, by: step).compactMap { row -> Double? in
            guard let new = range.price(candidate, judges, row), let old = range.price(serving, judges, row) else {
                return nil
            }
            return abs(new - old) / old
        }.sorted()
        return moves.isEmpty ? 0 : moves[moves.count / 2]
    }
}

/// Where a personal price may lie, by product; all in minor units.
public struct PersonalRange: Sendable {
    struct Bounds {
        var reference: Double
        /// Less what winning the purchase is worth.
        var cost: Double
        var prices: ClosedRange<Double>
    }

    private let rows: [CatalogueRow?]
    private let conversionValueRatio: Double
    private let largestDiscountRatio: Double

    /// - Parameter data: its latest catalogue rows count.
    public init(_ data: TrainingData, conversionValueRatio: Double, largestDiscountRatio: Double) {
        let latest = Dictionary(data.catalogue.map { ($0.product, $0) }, uniquingKeysWith: { $1 })
        rows = data.products.map { latest[$0] }
        self.conversionValueRatio = conversionValueRatio
        self.largestDiscountRatio = largestDiscountRatio
    }

    /// - Returns: nil for a product without a price.
    func bounds(ofProductAt place: Int) -> Bounds? {
        guard let row = rows[place], row.listPrice > .zero else { return nil }
        let list = row.listPrice.real
        return Bounds(
            reference: list, cost: max(0, row.unitCost.real - conversionValueRatio * list),
            prices: (list * (1 - largestDiscountRatio))...list)
    }

    /// The best price for a row, in minor units; nil for a product without a price.
    func price(_ coefficients: Coefficients, _ matrix: TrainingMatrix, _ row: Int) -> Double? {
        bounds(ofProductAt: Int(matrix.products[row])).map { bounds in
            OptimalPrice.solve(
                coefficients.curve(row, reference: bounds.reference), .profit, unitCost: bounds.cost,
                within: bounds.prices)
        }
    }
}

/// What a model says about rows at the prices that were shown.
private struct Predictions {
    let coefficients: Coefficients
    let logLoss: Double
    let purchases: Double

    init(_ model: ResponseModel, _ matrix: TrainingMatrix) {
        coefficients = Coefficients(model, matrix)
        let probabilities = (0..<matrix.count).map { [coefficients] row in
            coefficients.probability(row, logPrice: Double(matrix.logRelativePrices[row]))
        }
        logLoss = Evaluation.logLoss(probabilities, matrix.labels)
        purchases = probabilities.reduce(0, +)
    }
}
