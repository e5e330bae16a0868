// Which forests suit this data? A small grid of settings races: all start on a ninth of the users, the better third goes
// on to a third of them, and the best of those to everybody. Users are split into folds; each setting is judged by the
// users that it has not seen, by how well it predicts what prices change (the R-loss), not by who buys.
// A grid in full was rejected: it costs four times as much to rank settings that a ninth of the users already ranks last.
// Source: successive halving (Jamieson and Talwalkar, 2016).
//
// Every evaluation depends on the data, the grid and the folds alone. So what was evaluated before may be handed in, and
// a search that was killed goes on where it was.

import Domain
import Models
import Synchronization

/// One setting judged by one fold.
public struct SearchEvaluation: Codable, Equatable, Sendable {
    /// Place in `SettingsSearch.grid`.
    public var setting: Int
    public var rung: Int
    public var fold: Int
    /// Mean squared error of the predicted effect of the price.
    public var priceLoss: Double
    /// Nats.
    public var logLoss: Double

    var place: [Int] { [rung, setting, fold] }
}

public struct SettingsSearch: Sendable {
    /// What came of it.
    public struct Outcome: Equatable, Sendable {
        public var chosen: SearchedSettings
        /// The best of those that a fit without a search would have tried.
        public var usual: SearchedSettings
        /// Mean over the folds, at the last rung.
        public var chosenLoss: Double
        public var usualLoss: Double
        /// Folds in which the chosen settings were better.
        public var foldsWon: Int
        public var evaluations: [SearchEvaluation]
        /// Of them, those that were not known before.
        public var evaluated: Int
    }

    public let folds: Int
    private let table: ExposureTable

    /// Shares of the users at each rung, and how many settings are judged there.
    static let rungs: [(oneIn: UInt64, settings: Int)] = [(9, SearchedSettings.grid.count), (3, 6), (1, 2)]
    public static let foldRange = 2...10

    /// - Throws: when no model can be learned from the rows.
    public init(_ raw: ExposureTable, folds: Int = 3) throws(LearningError) {
        precondition(Self.foldRange.contains(folds), "\(Self.foldRange) folds")
        table = try ExposureChecks.clean(raw).table
        self.folds = folds
    }

    /// - Parameters:
    ///   - known: evaluations of the same data, grid and folds, in any order.
    ///   - save: called after each evaluation with all so far, on any thread, one at a time.
    ///   - progress: the share done, on any thread.
    public func run(
        known: [SearchEvaluation] = [],
        save: @Sendable ([SearchEvaluation]) throws(LearningError) -> Void = { _ in },
        progress: @Sendable (Double) -> Void = { _ in }
    ) throws(LearningError) -> Outcome {
        try check(known)
        let evaluations = Mutex(known)
        var entrants = Array(SearchedSettings.grid.indices)
        let total = Self.rungs.reduce(0) { $0 + $1.settings * folds } + folds
        for rung in Self.rungs.indices {
            let done = Set(evaluations.withLock { $0 }.map(\.place))
            var pending: [[Int]] = []
            for setting in entrants {
                for fold in 0..<folds where !done.contains([rung, setting, fold]) {
                    pending.append([rung, setting, fold])
                }
            }
            if !pending.isEmpty {
                let trials = try ConcurrentFits.run(folds) { (fold) throws(LearningError) in
                    try FoldTrial(table, fold: fold, of: folds, usersOneIn: Self.rungs[rung].oneIn)
                }
                _ = try ConcurrentFits.run(pending.count) { [pending] (index) throws(LearningError) in
                    let (setting, fold) = (pending[index][1], pending[index][2])
                    let (priceLoss, logLoss) = try trials[fold].judge(SearchedSettings.grid[setting])
                    let evaluation = SearchEvaluation(
                        setting: setting, rung: rung, fold: fold, priceLoss: priceLoss, logLoss: logLoss)
                    try evaluations.withLock { (all) throws(LearningError) in
                        all.append(evaluation)
                        all.sort { $0.place.lexicographicallyPrecedes($1.place) }
                        try save(all)
                        progress(min(Double(all.count) / Double(total), 1))
                    }
                }
            }
            guard rung + 1 < Self.rungs.count else { break }
            let ranked = ranked(entrants, rung, evaluations.withLock { $0 })
            entrants = Array(ranked.prefix(Self.rungs[rung + 1].settings))
            // What would be chosen without a search runs along, so that there is something to win against.
            if let usual = ranked.first(where: { SearchedSettings.grid[$0].isUsual }), !entrants.contains(usual) {
                entrants.append(usual)
            }
        }
        return outcome(entrants, evaluations.withLock { $0 }, knownBefore: known.count)
    }

    private func ranked(_ entrants: [Int], _ rung: Int, _ all: [SearchEvaluation]) -> [Int] {
        let losses = entrants.map { mean(of: $0, rung, all) }
        return entrants.indices.sorted { (losses[$0], $0) < (losses[$1], $1) }.map { entrants[$0] }
    }

    private func mean(of setting: Int, _ rung: Int, _ all: [SearchEvaluation]) -> Double {
        all.filter { $0.setting == setting && $0.rung == rung }.reduce(0) { $0 + $1.priceLoss } / Double(folds)
    }

    private func outcome(_ entrants: [Int], _ all: [SearchEvaluation], knownBefore: Int) -> Outcome {
        let rung = Self.rungs.count - 1
        let ranked = ranked(entrants, rung, all)
        let usual = ranked.first { SearchedSettings.grid[$0].isUsual } ?? ranked[0]
        func losses(_ setting: Int) -> [Double] {
            all.filter { $0.rung == rung && $0.setting == setting }.map(\.priceLoss)
        }
        let won = zip(losses(ranked[0]), losses(usual)).count { $0 < $1 }
        // A mean that one lucky fold carries is no reason to leave what is known to do.
        let chosen = 2 * won > folds ? ranked[0] : usual
        return Outcome(
            chosen: SearchedSettings.grid[chosen], usual: SearchedSettings.grid[usual],
            chosenLoss: mean(of: chosen, rung, all), usualLoss: mean(of: usual, rung, all),
            foldsWon: chosen == usual ? 0 : won, evaluations: all, evaluated: all.count - knownBefore)
    }

    private func check(_ known: [SearchEvaluation]) throws(LearningError) {
        let isSound = known.allSatisfy {
            SearchedSettings.grid.indices.contains($0.setting) && Self.rungs.indices.contains($0.rung)
                && (0..<folds).contains($0.fold) && $0.priceLoss.isFinite && $0.logLoss.isFinite
        }
        guard isSound, Set(known.map(\.place)).count == known.count else {
            throw LearningError(
                place: "state", value: "evaluations that this search does not make",
                remedy: "Remove the state file and search again.")
        }
    }

    /// Of the data, the grid and the folds: evaluations belong to one fingerprint.
    public var fingerprint: String {
        var bytes = ByteWriter()
        bytes.write("settings search 1, \(folds) folds, \(Self.rungs), \(SearchedSettings.grid.map(\.description))")
        for row in 0..<table.count {
            bytes.write(table.users[row])
            bytes.write(table.items[row])
            bytes.write(table.times[row])
            for value in [table.referencePrices[row], table.unitCosts[row], table.prices[row]] { bytes.write(value) }
            bytes.write(UInt8(table.bought[row] ? 1 : 0))
        }
        for column in table.features {
            bytes.write("\(column.name): \(column.values.kind.rawValue)")
            if let numbers = column.values.floats {
                for number in numbers { bytes.write(number) }
            } else {
                for text in column.values.texts { bytes.write(text) }
            }
        }
        var state = FNV1a()
        state.update(bytes.bytes[...])
        return String(finalMix(state.value), radix: 16)
    }
}
