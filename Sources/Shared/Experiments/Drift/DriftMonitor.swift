// Watches rows for what makes a model old: features that are no longer distributed as they were, and probabilities that
// are no longer kept. A fold: one row after another, sums of a fixed size, the same result for the same rows in any
// order, so that a cluster can keep one for each partition or read one off a log.

import Domain

/// Rows summed up by the bins of a reference.
public struct DriftMonitor: Equatable, Sendable, Codable {
    public let bins: [FeatureBins]
    private var counts: [BinCounts]
    public private(set) var calibration = CalibrationFold()
    public private(set) var rows = 0
    /// Rows that promised a probability.
    public private(set) var promises = 0

    public init(_ bins: [FeatureBins]) {
        self.bins = bins
        counts = bins.map { BinCounts(bins: $0.count) }
    }

    /// Takes in a row.
    /// - Parameters:
    ///   - values: one for each of the bins, in their order.
    ///   - probability: of a purchase, as promised; nil when nothing was.
    /// - Precondition: as many values as bins.
    public mutating func observe(user: String, values: [ObservedValue], probability: Double?, bought: Bool) {
        precondition(values.count == bins.count, "one value for each feature")
        let group = UserGroups.group(of: user)
        for index in bins.indices { counts[index].add(group: group, bin: bins[index].bin(of: values[index])) }
        if let probability {
            calibration.add(group: group, probability: probability, bought: bought)
            promises += 1
        }
        rows += 1
    }

    /// What has drifted since the reference.
    /// - Parameter reference: what the same monitor saw in the rows that the bins were cut from.
    public func drift(since reference: DriftMonitor, _ limits: DriftLimits = DriftLimits()) -> DriftReport {
        precondition(bins == reference.bins, "the same bins")
        let hasPromises = promises > 0
        let chance = limits.chance / Double(max(1, bins.count + (hasPromises ? 1 : 0)))
        let features =
            rows > 0 && reference.rows > 0
            ? bins.indices.map {
                FeatureDrift(bins[$0], reference: reference.counts[$0], input: counts[$0], chance: chance)
            } : []
        let line = calibration.line()
        return DriftReport(
            features: features, line: line, referenceLine: reference.calibration.line(),
            expectedError: calibration.expectedError()?.value,
            expectedErrorByChance: calibration.expectedError()?.byChance,
            sequentialPValue: hasPromises ? calibration.sequentialPValue() : nil, chance: chance, limits: limits)
    }
}

/// What counts as drift.
public struct DriftLimits: Equatable, Sendable {
    /// Of a false alarm, over everything that is watched.
    public var chance = 0.01
    /// An index below it is no drift that matters, however certain.
    public var leastIndex = 0.005
    /// A change of intercept and slope below it is none that matters.
    public var leastCalibration = 0.03
    /// A mean distance between promised and seen shares, beyond chance, below it is none that matters.
    public var leastCalibrationError = 0.01

    public init() {}
}

/// What a monitor says.
public struct DriftReport: Sendable {
    public let features: [FeatureDrift]
    /// Nil without promises, or with too few purchases to say.
    public let line: CalibrationLine?
    /// Nil when the reference promised nothing: then calibration itself is asked for, and no change of it.
    public let referenceLine: CalibrationLine?
    public let expectedError: Double?
    public let expectedErrorByChance: Double?
    /// That every promise is kept, at any look.
    public let sequentialPValue: Double?
    /// Of a false alarm by each thing watched.
    public let chance: Double
    public let limits: DriftLimits

    public func hasDrifted(_ feature: FeatureDrift) -> Bool {
        feature.pValue < chance && feature.stabilityIndex >= limits.leastIndex
    }

    public var calibrationPValue: Double? { line.map { $0.pValue(against: referenceLine) } }

    public var calibrationHasDrifted: Bool {
        guard let line else { return promisesAreBroken }
        guard let calibrationPValue, calibrationPValue < chance else { return false }
        let move = max(
            abs(line.intercept - (referenceLine?.intercept ?? 0)), abs(line.slope - (referenceLine?.slope ?? 1)))
        return move >= limits.leastCalibration
    }

    /// Where no line can be drawn, because all promises are alike, or nobody bought, or everybody: whether so many rows
    /// can have been lucky. Against a reference that has a line there is nothing to compare.
    private var promisesAreBroken: Bool {
        guard let sequentialPValue, let expectedError, let expectedErrorByChance else { return false }
        return sequentialPValue < chance && expectedError - expectedErrorByChance >= limits.leastCalibrationError
    }

    public var hasDrifted: Bool { calibrationHasDrifted || features.contains(where: hasDrifted) }
}
