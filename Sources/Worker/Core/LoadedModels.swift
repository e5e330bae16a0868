// The models that this worker has in memory: the one that serves, and one on trial beside it.

import Domain
import Features
import Models

/// Which of the two prices a cart.
enum ModelRole: Sendable {
    case serving, trial
}

/// A shopper as a model of profiles knows them.
struct ShopperProfile: Sendable {
    let profiles: ModelBundle.Profiles
    /// nil for a stranger.
    let entry: Int?
}

struct LoadedModels: Sendable {
    private(set) var serving: ServingModel?
    private(set) var trial: ServingModel?
    /// What the trial would have changed, since it was loaded.
    private(set) var comparison = TrialComparison()
    private var cartsSinceCompared = 0

    /// One cart in so many is compared.
    private static let comparedEvery = 16

    subscript(role: ModelRole) -> ServingModel? {
        switch role {
        case .serving: serving
        case .trial: trial
        }
    }

    /// What a model has by name, and where it knows a shopper; nil for one of `FeatureSchema`'s rows.
    func profile(_ role: ModelRole, of user: UserKey) -> ShopperProfile? {
        let profiles =
            switch role {
            case .serving: serving?.bundle.profiles
            case .trial: trial?.bundle.profiles
            }
        guard let profiles else { return nil }
        return ShopperProfile(profiles: profiles, entry: profiles.rows.shoppers.entry(ProfileTable.key(user.user)))
    }

    /// A bundle has been loaded.
    /// - Returns: the model that is not needed any more.
    mutating func loaded(_ model: ServingModel, _ line: ModelLine) -> ServingModel? {
        var model: ServingModel? = model
        if model?.checksum == line.trial?.activation.checksum {
            swap(&trial, &model)
            comparison = TrialComparison()
        } else if line.serving == nil || model?.checksum == line.serving?.checksum {
            swap(&serving, &model)
        }
        return model
    }

    /// The log wants other models. One that was on trial and shall serve now does at once: it is loaded.
    /// - Returns: the model that is not needed any more.
    mutating func decided(_ line: ModelLine) -> ServingModel? {
        guard let tried = trial, tried.checksum != line.trial?.activation.checksum else { return nil }
        trial = nil
        guard tried.checksum == line.serving?.checksum, serving?.checksum != tried.checksum else { return tried }
        defer { serving = tried }
        return serving
    }

    /// Activations whose bundle is not here, the one that shall serve first.
    func missing(_ line: ModelLine) -> [ModelActivation] {
        var missing: [ModelActivation] = []
        if let wanted = line.serving, wanted.checksum != serving?.checksum { missing.append(wanted) }
        if let wanted = line.trial?.activation, wanted.checksum != trial?.checksum { missing.append(wanted) }
        return missing
    }

    /// Whether it is this cart's turn to be priced by both.
    mutating func isComparisonDue() -> Bool {
        guard trial != nil else { return false }
        cartsSinceCompared += 1
        guard cartsSinceCompared >= Self.comparedEvery else { return false }
        cartsSinceCompared = 0
        return true
    }

    mutating func compared(_ lines: TrialComparison) { comparison = comparison + lines }

    /// Forgets what was computed from the catalogue.
    mutating func catalogueChanged() {
        serving?.catalogueChanged()
        trial?.catalogueChanged()
    }

    /// The market side of a product, as a model sees it; nil while that model is not loaded.
    mutating func item(
        _ role: ModelRole, _ row: CatalogueRow, prices: PriceHistory, _ moment: MarketMoment
    ) -> ItemCache.Entry? {
        switch role {
        case .serving: serving?.item(row, prices: prices, moment)
        case .trial: trial?.item(row, prices: prices, moment)
        }
    }

    /// The products of a category, as a model sees them; nil while that model is not loaded.
    mutating func category(
        _ role: ModelRole, _ name: String, in catalogue: Catalogue, _ moment: MarketMoment
    ) -> CategoryContext? {
        switch role {
        case .serving: serving?.category(name, in: catalogue, moment)
        case .trial: trial?.category(name, in: catalogue, moment)
        }
    }
}
