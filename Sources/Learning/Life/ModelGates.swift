// May a model take the place of the one that serves? Both are asked about rows that the new one was not fitted on. A gate
// keeps a model out that predicts worse, that is wrong about how often shoppers buy, that moves prices further than an operator
// wants to see without having looked, or that gives one group of shoppers higher prices than another.

/// What a new model must keep to.
public struct ModelGates: Equatable, Sendable {
    /// Log-loss over that of the serving model, on the held-out rows.
    public var largestLossRatio = 1.005
    /// Purchases predicted over purchases made there.
    public var calibration = 0.9...1.1
    /// Median size of the change of a personal price, as a share of it.
    public var largestMedianMove = 0.05
    /// Between the mean prices of two groups of shoppers, as a share of the public price.
    public var largestGroupGap = 0.02

    public init() {}

    /// One figure and whether it passes.
    public struct Finding: Equatable, Sendable, Encodable {
        public var gate: String
        public var value: Double
        /// In words.
        public var demanded: String
        public var passes: Bool
    }

    /// - Parameters:
    ///   - serving: nil when there is none; then only calibration counts.
    ///   - rows: that neither was fitted on.
    ///   - groups: of each row's shopper; nil when nobody is to be compared.
    func judge(
        _ candidate: JudgedModel, against serving: JudgedModel?, on rows: JudgedRows, groups: ((Int) -> Int?)?
    ) -> [Finding] {
        let ratio = candidate.purchases / Double(max(1, rows.purchases))
        var findings = [
            Finding(
                gate: "purchases predicted over made", value: ratio,
                demanded: "\(calibration.lowerBound) to \(calibration.upperBound)", passes: calibration.contains(ratio))
        ]
        if let groups { findings.append(fairness(GroupPrices(candidate, rows, groups: groups))) }
        guard let serving else { return findings }
        let loss = candidate.logLoss / serving.logLoss
        findings.append(
            Finding(
                gate: "log-loss over the serving model's", value: loss, demanded: "at most \(largestLossRatio)",
                passes: loss <= largestLossRatio))
        let move = Self.medianMove(candidate, serving, rows)
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

    private static func medianMove(_ candidate: JudgedModel, _ serving: JudgedModel, _ rows: JudgedRows) -> Double {
        let step = max(1, rows.count / priced)
        let moves = stride(from: 0, to: rows.count, by: step).compactMap { row -> Double? in
            guard let new = candidate.price(row), let old = serving.price(row) else { return nil }
            return abs(new - old) / old
        }.sorted()
        return moves.isEmpty ? 0 : moves[moves.count / 2]
    }
}
