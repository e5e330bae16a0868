// What a round of `farthing learn watch` learns from, and the serving model that it is held against.

import Configuration
import Domain
import Features
import Foundation
import Learning
import Models
import Operations
import Pricing

struct WatchedSource {
    let configuration: ClusterConfiguration
    let gates: ModelGates
    let groups: ShopperGroups?
    /// Of the model to learn.
    let version: UInt64

    /// A model that might serve.
    struct Candidate {
        /// The version that serves; nil when none does.
        var serving: UInt64?
        /// The file that workers load.
        var bundle: [UInt8]
        /// Fitted on.
        var rows: Int
        /// On the rows held out of its fit.
        var logLoss: Double
        var findings: [ModelGates.Finding]
    }

    /// From the cluster's own log.
    func learn() throws -> Candidate {
        let activation = try configuration.servingModel()
        let serving = try activation.map { activation in
            let model = try ModelBundle.decode(try keptModel(activation), featureNames: FeatureSchema.names)
            guard model.profiles == nil else {
                throw refusal("fitted to a file of exposures", "name that file, kept up to date, with --exposures")
            }
            return model
        }
        let calendar = try configuration.calendar()
        let shop = try configuration.loggedShop(configuration.shop.tenant, calendar)
        let learner = Learner(
            try shop.trainingData(), calendar: calendar, settings: try shop.settings())
        let (bundle, report, judges) = try learner.learn(version: version)
        let findings = gates.judge(
            bundle.response, against: serving?.response, on: judges,
            range: PersonalRange(learner.data, PricingPolicy(configuration.pricing)),
            groups: groups.map { known in learner.data.shoppers.map(known.group) })
        return Candidate(
            serving: activation?.version, bundle: bundle.encode(), rows: report.trainedRows,
            logLoss: report.evaluation.logLoss, findings: findings)
    }

    /// From a file of exposures.
    func learn(fromFile path: String, types: String?) throws -> Candidate {
        let activation = try configuration.servingModel()
        let serving = try activation.map { activation in
            let bytes = try keptModel(activation)
            guard try ModelBundle.decode(bytes, featureNames: FeatureSchema.names).profiles != nil else {
                throw refusal("learned from the cluster's log", "leave --exposures out")
            }
            return try ExposureBundle.decode(bytes)
        }
        let table = try ExposureTable(path: path, for: .outcomes, kinds: try ColumnTypes.read(types))
        let asked = try serving.map { serving in
            let asked = try ExposureTable(path: path, for: .outcomes, kinds: serving.preparation.kinds)
            guard asked.hasRows(of: table) else { throw changed(path) }
            return asked
        }
        let (bundle, report) = try ExposureLearner().learn(table, version: version)
        let seen = serving?.information.trainedWeeks.upperBound
        let findings = gates.judge(
            JudgedBundle(bundle, predicting: report.unserved, on: table.judges(after: seen)),
            against: serving.flatMap { serving in asked.map { JudgedBundle(serving, on: $0.judges(after: seen)) } },
            policy: PricingPolicy(configuration.pricing), groups: groups)
        return Candidate(
            serving: activation?.version, bundle: bundle.encode(), rows: report.trainedRows,
            logLoss: report.heldOut.logLoss, findings: findings)
    }

    private func changed(_ path: String) -> Refusal {
        Refusal(
            .invalidFile, place: path, value: "other rows when it was read again",
            remedy: "Write a new file beside it and rename it, so that a round reads one or the other.")
    }

    private func refusal(_ kind: String, _ remedy: String) -> Refusal {
        Refusal(
            .invalidFile, place: "the serving model", value: kind,
            remedy: "What was learned from one cannot judge the other: \(remedy), or first activate a model that was "
                + "learned like the new one.")
    }

    /// The serving model's file, from the copies that the log keeps.
    private func keptModel(_ activation: ModelActivation) throws -> [UInt8] {
        let path = "\(configuration.log.directory)/models/\(hexadecimal(activation.checksum)).bundle"
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Refusal(
                .invalidFile, place: path, value: "no readable file",
                remedy: "Activate the serving model again, so that the log keeps a copy of it here.")
        }
        return [UInt8](bytes)
    }
}
