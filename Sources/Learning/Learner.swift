// `farthing learn`, without the command line: replay, fit, judge, pack.

import Domain
import Features
import Models

/// Learns a response model from a data set.
public struct Learner {
    /// The parts of a run, in order.
    public enum Phase: String, Sendable, CaseIterable {
        case replaying, fitting, judging
    }

    public let data: TrainingData
    public let calendar: ShopCalendar
    public let settings: LearningSettings

    public init(_ data: TrainingData, calendar: ShopCalendar, settings: LearningSettings) {
        self.data = data
        self.calendar = calendar
        self.settings = settings
    }

    /// Replays, fits and judges.
    /// - Parameters:
    ///   - version: of the new model; higher than that of any model of the tenant before.
    ///   - progress: called with the phase and the share of it that is done.
    /// - Returns: the bundle, the report to show beside it, and the rows it was judged by.
    public func learn(
        version: UInt64, progress: (Phase, Double) -> Void = { _, _ in }
    ) throws(LearningError) -> (bundle: ModelBundle, report: LearningReport, judges: TrainingMatrix) {
        guard settings.trainedWeeks.upperBound < settings.testedWeeks.lowerBound else {
            throw LearningError(
                place: "settings.testedWeeks", value: "\(settings.testedWeeks)",
                remedy: "Judge by weeks after \(settings.trainedWeeks.upperBound), the last one fitted on.")
        }
        let clock = ContinuousClock()
        let started = clock.now
        let replay = try MatrixReplay(data, calendar: calendar, ratesThrough: settings.trainedWeeks.upperBound)
        let matrices = replay.matrices(of: [settings.trainedWeeks, settings.testedWeeks]) { progress(.replaying, $0) }
        let (trained, tested) = (matrices[0], matrices[1])
        guard tested.count > 0 else {
            throw LearningError(
                place: "settings.testedWeeks", value: "\(settings.testedWeeks)", remedy: "No basket lies in them.")
        }
        let replayed = clock.now
        let fit = try ResponseFit(trained, settings: settings.response) { progress(.fitting, $0) }
        let fitted = clock.now
        let evaluation = Evaluation(fit.model, on: tested)
        let slopeErrors = try slopeErrors(of: fit.model, trained)
        let bundle = pack(
            fit, trained: trained, tested: tested, rates: replay.rates, evaluation, slopeErrors, version: version)
        let judged = clock.now
        progress(.judging, 1)
        let report = LearningReport(
            fit, evaluation, slopeErrors, trained: trained,
            durations: [
                .init(phase: .replaying, duration: replayed - started),
                .init(phase: .fitting, duration: fitted - replayed),
                .init(phase: .judging, duration: judged - fitted),
            ])
        return (bundle, report, tested)
    }

    /// The tested rows of weeks after one, for judging models that were fitted on weeks up to it.
    /// - Throws: when there are none.
    public func judges(after week: Int32) throws(LearningError) -> TrainingMatrix {
        let first = max(settings.testedWeeks.lowerBound, week + 1)
        let replay = try MatrixReplay(data, calendar: calendar, ratesThrough: first - 1)
        let judges =
            first <= settings.testedWeeks.upperBound
            ? replay.matrices(of: [first...settings.testedWeeks.upperBound])[0] : TrainingMatrix()
        guard judges.count > 0 else {
            throw LearningError(
                place: data.description, value: "no basket of a week after those that the models were fitted on",
                remedy: "Judge them when such a week is over.")
        }
        return judges
    }

    /// Of the model, by another of half of the shoppers, asked about the other half; nil where half of them is too few.
    private func slopeErrors(
        of model: ResponseModel, _ trained: TrainingMatrix
    ) throws(LearningError) -> SlopeErrors? {
        let halves = data.shoppers.map(ExposureLearner.half)
        let places = [0, 1].map { half in
            trained.shoppers.indices.filter { halves[Int(trained.shoppers[$0])] == half }
        }
        let rows = trained.rows(at: places[0])
        guard rows.positives >= SlopeErrors.rows.lowerBound, rows.positives < rows.count else { return nil }
        let other = try ResponseFit(rows, settings: settings.response.unserved).model
        let step = max(1, places[1].count / SlopeErrors.rows.upperBound)
        let asked = trained.rows(at: stride(from: 0, to: places[1].count, by: step).map { places[1][$0] })
        let logSlopes = [model, other].map { Coefficients($0, asked).slopes.map { logarithm(Double($0)) } }
        return SlopeErrors(
            errors: zip(logSlopes[0], logSlopes[1]).map(-), logSlopes: logSlopes[0],
            items: asked.products.map { Int($0) })
    }

    /// What price and promotion are worth, judged by the same rows: what a fit without them loses, and what the served
    /// model loses when it is not told them.
    public func referencesWithoutMarket() throws(LearningError) -> [LearningReport.Reference] {
        let replay = try MatrixReplay(data, calendar: calendar, ratesThrough: settings.trainedWeeks.upperBound)
        let matrices = replay.matrices(of: [settings.trainedWeeks, settings.testedWeeks])
        let untold = matrices[1].withoutMarket
        return try [
            ("Farthing, fitted without price and promotion", matrices[0].withoutMarket),
            ("Farthing, not told price and promotion", matrices[0]),
        ].map { name, matrix throws(LearningError) in
            let fit = try ResponseFit(matrix, settings: settings.response)
            let evaluation = Evaluation(fit.model, on: untold)
            return LearningReport.Reference(
                model: name, logLoss: evaluation.logLoss, auc: evaluation.auc,
                averagePrecision: evaluation.averagePrecision)
        }
    }

    private func pack(
        _ fit: ResponseFit, trained: TrainingMatrix, tested: TrainingMatrix, rates: [ProductRate],
        _ evaluation: Evaluation, _ slopeErrors: SlopeErrors?, version: UInt64
    ) -> ModelBundle {
        let information = ModelInformation(
            data: data.description, trainedWeeks: settings.trainedWeeks, rows: UInt64(trained.count),
            featureNames: FeatureSchema.names,
            metrics: [
                .init(name: "log-loss", value: evaluation.logLoss), .init(name: "auc", value: evaluation.auc),
                .init(name: "average precision", value: evaluation.averagePrecision),
            ] + (slopeErrors?.metrics ?? []))
        let populations = Population.rows(of: trained, products: data.products.count)
        let products = data.products.indices.map { index in
            ProductStatistics(
                product: ProductKey(product: data.products[index]), logitRate: rates[index].logit,
                index: rates[index].index, population: populations[index])
        }
        let step = max(1, tested.count / Self.goldenCount)
        let goldens = stride(from: 0, to: tested.count, by: step).map { index in
            let row = tested.row(index)
            let (intercept, slope, saturation) = fit.model.referenceScore(row)
            return GoldenPrediction(row: row, intercept: intercept, slope: slope, saturation: saturation)
        }
        return ModelBundle(
            version: version, information: information, response: fit.model, products: products, goldens: goldens)
    }

    /// Predictions that travel with the model.
    private static let goldenCount = 32
}
