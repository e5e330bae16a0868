import Domain

extension Samples {
    mutating func reasons() -> PriceReasons {
        var reasons = PriceReasons()
        for reason in PriceReason.allCases where Bool.random(using: &generator) { reasons.insert(reason) }
        return reasons
    }

    mutating func level() -> PriceLevel { PriceLevel.allCases.randomElement(using: &generator) ?? .list }

    mutating func quote(for user: UserKey) -> Quote {
        Quote(
            id: RequestID(using: &generator), user: user, currency: currency(), issuedAt: time(), expiresAt: time(),
            level: level(), modelVersion: word(), arm: text(0...64), segment: text(0...64),
            lines: some(1...10) { $0.quotedLine() }, total: money(Int64.min...Int64.max))
    }

    private mutating func quotedLine() -> QuotedLine {
        QuotedLine(
            product: identifier(), quantity: quantity(), listPrice: price(), personalPrice: price(),
            unitPrice: price(), level: level(), reasons: reasons(),
            promotion: Bool.random(using: &generator)
                ? PromotionSlot(
                    id: text(0...64), unitPrice: price(), endsAt: time(), applied: Bool.random(using: &generator))
                : nil, total: amount())
    }

    mutating func explanation(for user: UserKey) -> Explanation {
        Explanation(
            quote: quote(for: user),
            lines: some(0...5) { samples in
                let bends = samples.some(0...3) { $0.half() }
                return LineExplanation(
                    product: samples.identifier(), listPrice: samples.price(), unitCost: samples.amount(),
                    unitWorth: Bool.random(using: &samples.generator) ? samples.amount() : nil,
                    referencePrice: samples.real(), intercept: samples.real(), slope: samples.real(),
                    centre: samples.real(), knots: bends.map { _ in samples.real() },
                    gradients: [1] + bends.map { _ in samples.real() }, ceiling: Double(1 - samples.share() / 2),
                    sharpness: Double(1 + samples.share()),
                    choices: Bool.random(using: &samples.generator) ? 0.5...Double(1 + samples.share()) : nil,
                    elasticity: samples.real(), probability: samples.real(),
                    probabilityAtList: samples.real(), optimum: samples.real(),
                    steps: samples.some(0...12) { samples in
                        PriceStep(
                            reason: PriceReason.allCases.randomElement(using: &samples.generator) ?? .optimum,
                            price: samples.price())
                    },
                    features: samples.some(0...14) { FeatureValue(name: $0.text(0...128), value: $0.share()) })
            })
    }

    mutating func workerReport() -> WorkerReport {
        WorkerReport(
            name: identifier(), isReady: Bool.random(using: &generator), modelVersion: word(),
            catalogueProducts: word(), broadcastIndex: word(), answered: word(),
            problem: text(0...4_096), weight: half(), isDraining: Bool.random(using: &generator),
            frozenProducts: word(), busyPerMille: half(), replicas: some(0...20) { $0.replica() }, models: modelReport()
        )
    }

    private mutating func modelReport() -> ModelReport {
        var report = ModelReport()
        report.checksum = word()
        if Bool.random(using: &generator) { report.previous = .init(version: word(), checksum: max(1, word())) }
        guard Bool.random(using: &generator) else { return report }
        var comparison = TrialComparison()
        comparison.lines = word()
        comparison.lower = word()
        comparison.higher = word()
        comparison.movedMillionths = word()
        comparison.servingMillionths = word()
        comparison.trialMillionths = word()
        report.trial = TrialReport(
            version: word(), checksum: word(), sharePerMille: half(), isLoaded: Bool.random(using: &generator),
            comparison: comparison)
        return report
    }

    private mutating func replica() -> ReplicaReport {
        ReplicaReport(
            partition: partition(), role: ReplicaRole.allCases.randomElement(using: &generator) ?? .loading,
            epoch: word(), index: word(),
            checkpoint: Bool.random(using: &generator)
                ? StateCheckpoint(index: max(1, word()), stateHash: word()) : nil)
    }

    mutating func clusterStatus() -> ClusterStatus {
        var answers = AnswerCounts()
        answers.personal = word()
        answers.segment = word()
        answers.list = word()
        answers.refused = word()
        answers.other = word()
        return ClusterStatus(
            cluster: text(0...64), router: text(0...64), uptimeMilliseconds: word(), partitions: half(),
            inFlight: half(), answers: answers,
            workers: some(0...8) { samples in
                WorkerStatus(
                    report: samples.workerReport(), silentMilliseconds: samples.half(), inFlight: samples.half())
            })
    }
}
