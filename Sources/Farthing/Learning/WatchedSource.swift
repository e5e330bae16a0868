// What a round of `farthing learn watch` learns from, and the serving model that it is held against.

import Configuration
import Domain
import Features
import Foundation
import Learning
import Models
import Operations

struct WatchedSource {
    let configuration: ClusterConfiguration
    let shop: LoggedShop
    let gates: ModelGates
    let groups: ShopperGroups?
    /// Of the model to learn.
    let version: UInt64

    /// A model that might serve.
    struct Candidate {
        var version: UInt64
        /// The file that workers load.
        var bundle: [UInt8]
        /// Fitted on.
        var rows: Int
        /// On the rows that judge it.
        var logLoss: Double
        var findings: [ModelGates.Finding]
    }

    /// From the cluster's own log.
    func learn() throws -> Candidate {
        let serving = try keptModel().map { kept in
            let model = try ModelBundle.decode(kept.bytes, featureNames: FeatureSchema.names)
            guard model.profiles == nil else {
                throw refusal("fitted to a file of exposures", "name that file, kept up to date, with --exposures")
            }
            return model
        }
        let learner = Learner(
            try shop.trainingData(), calendar: try configuration.calendar(), settings: try shop.settings())
        let (bundle, report, judges) = try learner.learn(version: version)
        let range = PersonalRange(
            learner.data, conversionValueRatio: configuration.pricing.conversionValueRatio,
            largestDiscountRatio: configuration.pricing.largestDiscountRatio)
        let findings = gates.judge(
            bundle.response, against: serving?.response, on: judges, range: range,
            groups: groups.map { known in learner.data.shoppers.map(known.group) })
        return Candidate(
            version: version, bundle: bundle.encode(), rows: report.trainedRows, logLoss: report.evaluation.logLoss,
            findings: findings)
    }

    /// From a file of exposures.
    func learn(fromFile path: String, types: String?) throws -> Candidate {
        let serving = try keptModel().map { kept in
            guard try ModelBundle.decode(kept.bytes, featureNames: FeatureSchema.names).profiles != nil else {
                throw refusal("learned from the cluster's log", "leave --exposures out")
            }
            return try BundleFile.exposures(kept.path)
        }
        let table = try ExposureTable(path: path, for: .outcomes, kinds: try ColumnTypes.read(types))
        let (bundle, report) = try ExposureLearner().learn(table, version: version)
        let seen = serving?.information.trainedWeeks.upperBound
        let findings = gates.judge(
            JudgedBundle(bundle, predicting: report.unserved, on: table.judges(after: seen)),
            against: try serving.map { serving in
                let asked = try ExposureTable(path: path, for: .outcomes, kinds: serving.preparation.kinds)
                return JudgedBundle(serving, on: asked.judges(after: seen))
            }, largestDiscountRatio: configuration.pricing.largestDiscountRatio, groups: groups)
        return Candidate(
            version: version, bundle: bundle.encode(), rows: report.trainedRows, logLoss: report.heldOut.logLoss,
            findings: findings)
    }

    private func refusal(_ kind: String, _ remedy: String) -> Refusal {
        Refusal(
            .invalidFile, place: "the serving model", value: kind,
            remedy: "What was learned from one cannot judge the other: \(remedy), or first activate a model that was "
                + "learned like the new one.")
    }

    /// The serving model, from the copies that the log keeps; nil when none serves.
    private func keptModel() throws -> (path: String, bytes: [UInt8])? {
        guard let activation = shop.activation else { return nil }
        let path = "\(configuration.log.directory)/models/\(hexadecimal(activation.checksum)).bundle"
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Refusal(
                .invalidFile, place: path, value: "no readable file",
                remedy: "Activate the serving model again, so that the log keeps a copy of it here.")
        }
        return (path, [UInt8](bytes))
    }
}
