// How far off slopes may be travels with a model, as figures beside the others.

import Models
import Testing

@Suite struct SlopeErrorsTests {
    private func information(_ metrics: [ModelInformation.Metric]) -> ModelInformation {
        ModelInformation(data: "", trainedWeeks: 0...1, rows: 1, featureNames: [], metrics: metrics)
    }

    @Test func theyAreReadAsTheyWereWritten() {
        let errors = SlopeErrors(known: 0.125, newcomer: 0.5)
        let metrics = [ModelInformation.Metric(name: "auc", value: 0.8)] + errors.metrics
        #expect(information(metrics).slopeErrors == errors)
        #expect(information(Array(metrics.prefix(2))).slopeErrors == nil)
        #expect(information([]).slopeErrors == nil)
    }

    @Test(arguments: [0, -1, .nan, .infinity] as [Double]) func nonsenseIsAsGoodAsNothing(value: Double) {
        #expect(information(SlopeErrors(known: 0.1, newcomer: value).metrics).slopeErrors == nil)
        #expect(information(SlopeErrors(known: value, newcomer: 0.1).metrics).slopeErrors == nil)
    }

    @Test func nobodyIsSureAndNobodyTriesEverything() {
        let found = information(SlopeErrors(known: 1e-9, newcomer: 1e9).metrics).slopeErrors
        #expect(found == SlopeErrors(known: 0.01, newcomer: 2))
    }
}
