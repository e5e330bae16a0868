// Whether a model may take the place of the one that serves: both are read from files, and asked about rows that neither
// was fitted on.

import Configuration
import Domain
import Features
import Foundation
import Learning
import Models
import Operations
import Pricing

struct ModelJudge {
    let configuration: ClusterConfiguration
    private let gates: ModelGates
    private let groups: ShopperGroups?

    /// - Parameter groups: nil when nobody is to be compared.
    init(_ configuration: ClusterConfiguration, gates: ModelGates, groups: ShopperGroups?) {
        self.configuration = configuration
        self.gates = gates
        self.groups = groups
    }

    private var policy: PricingPolicy { PricingPolicy(configuration.pricing) }

    /// The serving model's version and file, from the copies that the log keeps; nil when none serves.
    func serving() throws -> (version: UInt64, bytes: [UInt8])? {
        guard let activation = try configuration.servingModel() else { return nil }
        let path = "\(configuration.log.directory)/models/\(hexadecimal(activation.checksum)).bundle"
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Refusal(
                .invalidFile, place: path, value: "no readable file",
                remedy: "Activate the serving model again, so that the log keeps a copy of it here.")
        }
        return (activation.version, [UInt8](bytes))
    }

    // MARK: - Of a cluster's log

    /// Of what the log holds today.
    func learner() throws -> Learner { try configuration.learner(of: configuration.shop.tenant) }

    /// The file of a model that was learned from the cluster's log.
    func logged(_ bytes: [UInt8], _ place: String) throws -> ModelBundle {
        let model = try ModelBundle.decode(bytes, featureNames: FeatureSchema.names)
        guard model.profiles == nil else {
            throw otherKind(place, "fitted to a file of exposures")
        }
        return model
    }

    /// - Parameter judges: rows of `data` that neither was fitted on.
    func findings(
        _ candidate: ModelBundle, against serving: ModelBundle?, on judges: TrainingMatrix, of data: TrainingData
    ) -> [ModelGates.Finding] {
        gates.judge(
            candidate.response, against: serving?.response, on: judges, range: PersonalRange(data, policy),
            groups: groups.map { known in data.shoppers.map(known.group) })
    }

    // MARK: - Of a file of exposures

    /// The file of a model that was fitted to exposures.
    func fitted(_ bytes: [UInt8], _ place: String) throws -> ExposureBundle {
        guard try ModelBundle.decode(bytes, featureNames: FeatureSchema.names).profiles != nil else {
            throw otherKind(place, "learned from the cluster's log")
        }
        return try ExposureBundle.decode(bytes)
    }

    /// The file's rows again, as a serving model reads them.
    func reread(_ path: String, as table: ExposureTable, for serving: ExposureBundle) throws -> ExposureTable {
        let asked = try ExposureTable(path: path, for: .outcomes, kinds: serving.preparation.kinds)
        guard asked.hasRows(of: table) else {
            throw Refusal(
                .invalidFile, place: path, value: "other rows when it was read again",
                remedy: "Write a new file beside it and rename it, so that a round reads one or the other.")
        }
        return asked
    }

    func findings(_ candidate: JudgedBundle, against serving: JudgedBundle?) -> [ModelGates.Finding] {
        gates.judge(candidate, against: serving, policy: policy, groups: groups)
    }

    private func otherKind(_ place: String, _ kind: String) -> Refusal {
        Refusal(
            .invalidFile, place: place, value: kind,
            remedy: "A model of a file is judged by that file (--exposures FILE), one of the log without --exposures. "
                + "One cannot be held against the other: to change kinds, `farthing activate` the new one.")
    }
}
