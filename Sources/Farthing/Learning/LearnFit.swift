import ArgumentParser
import Domain
import Foundation
import Learning
import Operations
import Synchronization
import Yams

struct LearnFit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Fit a response model to exposures: of a file, or of the cluster's own log.",
        discussion: """
              farthing learn fit --exposures exposures.csv --out shop.bundle
              farthing learn fit --log --out shop.bundle

            Fits several laws of demand, keeps the one that predicts best what prices change for users that it has not
            seen, and says whether its personal prices can be shown to earn more than the best price for everybody.
            When they cannot, the bundle serves that one price.

            With --engine dask the forests are grown by several processes, here or on other machines, each with a part
            of the rows: docs/engines.md.

            With --search, forests are tried that differ from the usual ones, by folds of users; --state lets a search
            that was interrupted go on.
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "A CSV of exposures, plain or gzip.")
    var exposures: String?

    @Flag(help: "Learn from what the cluster has shown, with the chances it drew prices with, in place of a file.")
    var log = false

    @OptionGroup(title: "Of the cluster's log") var shown: ShownPricesOptions

    @Option(help: "Where to write the bundle. Nothing is written when the data cannot be learned from.")
    var out: String

    @Option(help: "A YAML that says which columns are numeric, categorical or a time, for example “age: numeric”.")
    var types: String?

    @Option(help: "Where forests are grown: in this process (local), or by Dask workers (dask).")
    var engine: Engine = .local

    @Option(help: "With --engine dask: how many workers share the rows; 2 unless given.")
    var workers: Int?

    @Option(
        help: "With --engine dask: a running scheduler, for example tcp://10.0.0.1:8786; processes here unless given.")
    var scheduler: String?

    @OptionGroup var python: PythonOption

    @Option(help: "A law of demand to try (repeat it for several); all of them unless given.")
    var law: [DemandCandidate] = []

    enum Engine: String, ExpressibleByArgument, CaseIterable { case local, dask }

    @Flag(help: "Choose the law of demand and its forests by cross-validation. Takes several times as long.")
    var search = false

    @Option(help: "Folds of users for --search, 2 to 10; 3 unless given.")
    var folds: Int?

    @Option(help: "Where --search keeps what it has evaluated. The same command goes on from there.")
    var state: String?

    private static let usualFolds = 3

    func validate() throws {
        guard (exposures == nil) == log else { throw ValidationError("Give --exposures FILE, or --log.") }
        try FilePaths.check(reads: [exposures, types], writes: [out, state])
        guard (1...1_024).contains(workers ?? 1) else { throw ValidationError("--workers takes 1 to 1024.") }
        guard workers == nil || engine == .dask else { throw ValidationError("--workers needs --engine dask.") }
        guard scheduler == nil || engine == .dask else { throw ValidationError("--scheduler needs --engine dask.") }
        guard SettingsSearch.foldRange.contains(folds ?? Self.usualFolds) else {
            throw ValidationError("--folds \(folds ?? 0): give 2 to 10.")
        }
        guard search || folds == nil else { throw ValidationError("--folds: add --search.") }
        guard search || state == nil else { throw ValidationError("--state \(state ?? ""): add --search.") }
        guard !search || engine == .local && law.isEmpty else {
            throw ValidationError("--search chooses the law by itself, in this process: leave --engine and --law out.")
        }
    }

    func run() throws {
        let started = ContinuousClock.now
        // A path that cannot be written is better known before the fit.
        var draft = try DraftFile(out)
        let table = try table()
        var settings = ExposureLearner.Settings()
        if !law.isEmpty { settings.candidates = DemandCandidate.allCases.filter(law.contains) }
        let outcome = search ? try searched(table) : nil
        if let chosen = outcome?.chosen {
            settings.candidates = [chosen.law]
            settings.responses = [chosen.law: chosen.response]
        }
        let bar = FitProgress("fitting ", count: settings.candidates.count)
        let version = UInt64(Clock.timestamp().milliseconds / 1_000)
        let learner = ExposureLearner(settings, engine: try responseEngine())
        let (bundle, report) = try learner.learn(table, version: version) { bar.update($0, $1) }
        try draft.write(bundle.encode())
        try draft.finish()
        bar.finish("written to \(out)")
        let rendered = FitReport(report, outcome, path: out, seconds: (ContinuousClock.now - started).seconds)
        try output.report(rendered) { rendered.text }
    }

    private func table() throws -> ExposureTable {
        let kinds = try ColumnTypes.read(types)
        if let exposures { return try ExposureTable(path: exposures, for: .outcomes, kinds: kinds) }
        // Beside the bundle, where there is room, under a name that nobody else has.
        let path = "\(out).\(ProcessInfo.processInfo.processIdentifier).log.csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var draft = try DraftFile(path)
        try shown.read().write(to: &draft, arm: .experiment)
        try draft.finish()
        return try ExposureTable(path: path, for: .outcomes, kinds: kinds)
    }

    private func responseEngine() throws -> any ResponseEngine {
        switch engine {
        case .local: LocalEngine()
        case .dask: try PythonEngine(python: python.python, crew: .init(workers: workers ?? 2, scheduler: scheduler))
        }
    }

    private func searched(_ table: ExposureTable) throws -> SettingsSearch.Outcome {
        let search = try SettingsSearch(table, folds: folds ?? Self.usualFolds)
        let file = state.map { SearchStateFile(path: $0, fingerprint: search.fingerprint) }
        let known = try file?.read() ?? []
        let bar = FitProgress("searching ", count: 1)
        let outcome = try search.run(
            known: known, save: { (all) throws(LearningError) in try file?.write(all) }, progress: { bar.update(0, $0) }
        )
        bar.finish("\(outcome.evaluated) evaluations, \(known.count) known before: \(outcome.chosen)")
        return outcome
    }
}

extension DemandCandidate: ExpressibleByArgument {}

/// The kinds of columns, as an analyst writes them down.
enum ColumnTypes {
    static func read(_ path: String?) throws -> [String: ColumnKind] {
        guard let path else { return [:] }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw LearningError(place: path, value: "no readable file", remedy: "Check the path and its permissions.")
        }
        guard let types = try? Yams.load(yaml: text) as? [String: String] else {
            throw LearningError(
                place: path, value: "no list of columns", remedy: "Write one line for each, for example “age: numeric”."
            )
        }
        var kinds: [String: ColumnKind] = [:]
        for (name, type) in types {
            guard let kind = ColumnKind(rawValue: type) else {
                throw LearningError(
                    place: "\(path):\(name)", value: type,
                    remedy: "Say \(ColumnKind.allCases.map(\.rawValue).joined(separator: " or ")).")
            }
            kinds[name] = kind
        }
        return kinds
    }
}

/// One bar for several fits at once.
final class FitProgress: Sendable {
    private let state: Mutex<(bar: ProgressBar, shares: [Double])>

    init(_ title: String, count: Int) {
        state = Mutex((ProgressBar(title), [Double](repeating: 0, count: count)))
    }

    func update(_ place: Int, _ share: Double) {
        state.withLock {
            $0.shares[place] = share
            $0.bar.update($0.shares.reduce(0, +) / Double($0.shares.count))
        }
    }

    func finish(_ result: String) { state.withLock { $0.bar.finish(result) } }
}
