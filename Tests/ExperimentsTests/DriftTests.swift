// No drift is rarely called one, also when rows come in users; planted drifts are found in a stated number of rows.

import Domain
import Experiments
import Testing

/// Rows of shoppers: a number and a level of the user, a number of the row that may be missing, a promise and its
/// outcome.
private struct Traffic {
    var rows = 4_000
    /// Every user has so many rows on average.
    var rowsPerUser = 5
    var meanShift = 0.0
    var missing = 0.02
    var newLevel = 0.0
    /// True log-odds = intercept + slope × promised log-odds.
    var intercept = 0.0
    var slope = 1.0

    static let names = ["age", "region", "visits"]

    func generate(seed: UInt64, _ body: (_ user: String, _ values: [ObservedValue], Double, Bool) -> Void) {
        var draws = Draws(seed: seed, "traffic")
        for _ in 0..<rows {
            let user = draws.below(rows / rowsPerUser)
            var own = Draws(seed: seed, "traffic user", UInt64(user))
            let age = own.normal() + meanShift
            let regions = ["north", "east", "south", "west"]
            let region = own.fraction() < newLevel ? "overseas" : regions[min(3, own.below(6))]
            let visits = draws.fraction() < missing ? Float.nan : Float(draws.below(8))
            let promised = -2 + 0.8 * age + draws.normal() * 0.5
            let chance = 1 / (1 + exponential(-(intercept + slope * promised)))
            body(
                "u\(user)", [.number(Float(age)), .level(region), .number(visits)],
                1 / (1 + exponential(-promised)), draws.fraction() < chance)
        }
    }

    func bins(seed: UInt64) -> [FeatureBins] {
        var columns: [[ObservedValue]] = [[], [], []]
        generate(seed: seed) { _, values, _, _ in for index in 0..<3 { columns[index].append(values[index]) } }
        return columns.indices.map { index in
            let numbers = columns[index].compactMap { if case .number(let number) = $0 { number } else { nil } }
            let levels = columns[index].compactMap { if case .level(let level) = $0 { level } else { nil } }
            return numbers.isEmpty
                ? FeatureBins(name: Self.names[index], levels: levels)
                : FeatureBins(name: Self.names[index], numbers: numbers)
        }
    }

    func monitor(_ bins: [FeatureBins], seed: UInt64) -> DriftMonitor {
        var monitor = DriftMonitor(bins)
        generate(seed: seed) { user, values, promised, bought in
            monitor.observe(user: user, values: values, probability: promised, bought: bought)
        }
        return monitor
    }
}

@Suite struct DriftTests {
    /// How many of `runs` pairs of files are called drifted.
    private func alarms(
        runs: Int, _ change: (inout Traffic) -> Void, where isFound: (DriftReport) -> Bool = { $0.hasDrifted }
    ) -> Int {
        (0..<runs).count { run in
            let before = Traffic()
            var after = before
            change(&after)
            let bins = before.bins(seed: UInt64(run))
            return isFound(
                after.monitor(bins, seed: UInt64(run) + 50_000).drift(since: before.monitor(bins, seed: UInt64(run))))
        }
    }

    private func found(_ name: String) -> (DriftReport) -> Bool {
        { report in report.features.contains { $0.name == name && report.hasDrifted($0) } }
    }

    @Test(arguments: [1, 5, 20]) func noDriftIsRarelyCalledOne(rowsPerUser: Int) {
        let runs = 300
        var alarms = 0
        for run in 0..<runs {
            let traffic = Traffic(rows: 2_000 * min(5, rowsPerUser), rowsPerUser: rowsPerUser)
            let bins = traffic.bins(seed: UInt64(run))
            let reference = traffic.monitor(bins, seed: UInt64(run))
            // Half as many rows, so that the two sides differ in size.
            let later = Traffic(rows: traffic.rows / 2, rowsPerUser: rowsPerUser)
            if later.monitor(bins, seed: UInt64(run) + 90_000).drift(since: reference).hasDrifted { alarms += 1 }
        }
        // 1 % and three standard errors.
        #expect(Double(alarms) / Double(runs) <= 0.01 + 0.0173)
    }

    @Test func plantedDriftsOfFeaturesAreFoundInFourThousandRows() {
        let shifts = alarms(runs: 50, { $0.meanShift = 0.35 }, where: found("age"))
        let missing = alarms(runs: 50, { $0.missing = 0.05 }, where: found("visits"))
        let levels = alarms(runs: 50, { $0.newLevel = 0.05 }, where: found("region"))
        #expect(shifts >= 45)
        #expect(missing >= 48)
        #expect(levels >= 48)
    }

    @Test func aChangedCalibrationIsFoundAndNoFeatureIsBlamed() {
        let slopes = alarms(runs: 50, { $0.slope = 0.6 }, where: \.calibrationHasDrifted)
        let levels = alarms(runs: 50, { $0.intercept = -0.4 }, where: \.calibrationHasDrifted)
        let blamed = alarms(runs: 50, { $0.slope = 0.6 }) { report in report.features.contains(where: report.hasDrifted)
        }
        #expect(slopes >= 45)
        #expect(levels >= 45)
        #expect(blamed <= 3)
    }

    /// What was always the same has no tenths; that it changed is news all the same.
    @Test func aConstantThatChangedIsFound() {
        func monitor(_ value: Float, _ bins: [FeatureBins]) -> DriftMonitor {
            var monitor = DriftMonitor(bins)
            for row in 0..<2_000 {
                monitor.observe(user: "u\(row % 400)", values: [.number(value)], probability: nil, bought: row % 3 == 0)
            }
            return monitor
        }
        let bins = [FeatureBins(name: "unit_cost", numbers: [Float](repeating: 5, count: 2_000))]
        let reference = monitor(5, bins)
        #expect(!monitor(5, bins).drift(since: reference).hasDrifted)
        for changed: Float in [4.99, 5.01, 9] { #expect(monitor(changed, bins).drift(since: reference).hasDrifted) }
    }

    /// One promise for everybody has no slope; that it is not kept is news all the same.
    @Test func aPromiseToEverybodyThatIsNotKeptIsFound() {
        func monitor(_ promise: Double, seed: UInt64) -> DriftMonitor {
            var monitor = DriftMonitor([])
            var draws = Draws(seed: seed, "promises")
            for row in 0..<4_000 {
                monitor.observe(
                    user: "u\(row % 800)", values: [], probability: promise, bought: draws.fraction() < 0.3)
            }
            return monitor
        }
        let alarms = (0..<100).count { seed in
            monitor(0.3, seed: UInt64(seed)).drift(since: monitor(0.3, seed: UInt64(seed) + 500)).hasDrifted
        }
        #expect(alarms <= 3)
        for promise in [0.1, 0.24, 0.36, 0.9] {
            let report = monitor(promise, seed: 1).drift(since: monitor(promise, seed: 2))
            #expect(report.line == nil && report.calibrationHasDrifted, "\(promise)")
        }
    }

    @Test func theLineOfCalibrationIsTheTruth() throws {
        let traffic = Traffic(rows: 60_000, intercept: 0.3, slope: 0.7)
        let line = try #require(traffic.monitor(traffic.bins(seed: 1), seed: 1).calibration.line())
        #expect(abs(line.intercept - 0.3) < 4 * line.interceptError)
        #expect(abs(line.slope - 0.7) < 4 * line.slopeError)
        #expect(line.slopeError < 0.03)
        #expect(line.pValue(against: nil) < 1e-6)
    }

    @Test func theExpectedErrorOfKeptPromisesIsThatOfChance() throws {
        var ratios: [Double] = []
        for seed in 100..<300 {
            let traffic = Traffic()
            let bins = traffic.bins(seed: UInt64(seed))
            let error = try #require(traffic.monitor(bins, seed: UInt64(seed)).calibration.expectedError())
            ratios.append(error.value / error.byChance)
        }
        #expect(abs(ratios.reduce(0, +) / 200 - 1) < 0.06)
    }

    @Test func promisesWatchedEveryHundredRowsAreRarelyDoubted() {
        var (alarms, found) = (0, 0)
        for seed in 0..<150 {
            for slope in [1.0, 0.5] {
                let traffic = Traffic(slope: slope)
                var monitor = DriftMonitor([])
                var isDoubted = false
                traffic.generate(seed: UInt64(seed)) { user, _, promised, bought in
                    monitor.observe(user: user, values: [], probability: promised, bought: bought)
                    if !isDoubted, monitor.rows % 100 == 0 {
                        isDoubted = monitor.calibration.sequentialPValue() < 0.05
                    }
                }
                if isDoubted { if slope == 1 { alarms += 1 } else { found += 1 } }
            }
        }
        #expect(Double(alarms) / 150 <= 0.05 + 0.054)
        #expect(found >= 135)
    }

    @Test func theOrderOfRowsIsImmaterial() {
        let traffic = Traffic(rows: 500)
        let bins = traffic.bins(seed: 3)
        var rows: [(String, [ObservedValue], Double, Bool)] = []
        traffic.generate(seed: 3) { rows.append(($0, $1, $2, $3)) }
        var forwards = DriftMonitor(bins)
        var backwards = DriftMonitor(bins)
        for row in rows { forwards.observe(user: row.0, values: row.1, probability: 0.25, bought: row.3) }
        for row in rows.reversed() { backwards.observe(user: row.0, values: row.1, probability: 0.25, bought: row.3) }
        #expect(forwards == backwards)
    }

    @Test func oddValuesHaveABinAndEmptyMonitorsSayNothing() {
        let bins = [FeatureBins(name: "n", numbers: [1, 1, 1, 2]), FeatureBins(name: "l", levels: [])]
        var monitor = DriftMonitor(bins)
        #expect(!monitor.drift(since: DriftMonitor(bins)).hasDrifted)
        for value in [Float.nan, .infinity, -.infinity, 0] {
            monitor.observe(user: "", values: [.number(value), .number(value)], probability: .nan, bought: true)
        }
        let report = monitor.drift(since: monitor)
        #expect(!report.hasDrifted)
        #expect(report.line == nil)
    }

    /// A price list with one price has no tenths, and another price is drift all the same.
    @Test(arguments: [5, 7, 9] as [Float]) func aNumberThatNeverVariedHasMovedWhenItIsAnother(now: Float) throws {
        let bins = FeatureBins(name: "price", numbers: [Float](repeating: 7, count: 300))
        func monitor(_ value: Float) -> DriftMonitor {
            var monitor = DriftMonitor([bins])
            for user in 0..<300 {
                monitor.observe(user: "u\(user)", values: [.number(value)], probability: nil, bought: false)
            }
            return monitor
        }
        let report = monitor(now).drift(since: monitor(7))
        #expect(report.hasDrifted == (now != 7))
        let move = try #require(report.features.first).largestMove
        if now > 7 { #expect(move.bin == "above 7.0" || move.bin == "7.0") }
    }
}
