// A model on its way in and on its way out. What pricing keeps of the catalogue is computed before a model prices its
// first cart, and memory is given back after its last one, both on a thread that nobody waits for.

import Domain
import Models
import Synchronization

/// What a worker knows when it begins to load a model.
public struct ModelPreparation: Sendable {
    let catalogues: Catalogues
    let calendar: ShopCalendar
    let now: Timestamp

    /// - Parameter checksum: of the bundle's file; what activations name it by.
    /// - Complexity: O(products).
    public func prepared(_ bundle: ModelBundle, checksum: UInt64) -> PreparedModel {
        var model = ServingModel(bundle: bundle, checksum: checksum)
        for tenant in catalogues.tenants {
            guard let catalogue = catalogues[tenant] else { continue }
            let moment = MarketMoment(tenant: tenant, now: now, week: calendar.week(of: now), calendar: calendar)
            for product in catalogue.products { model.prepare(product, in: catalogue, moment) }
        }
        return PreparedModel(model: model, cataloguesChangedAt: catalogues.changedAt)
    }
}

/// A model that knows the catalogues.
public struct PreparedModel: Sendable {
    let model: ServingModel
    let cataloguesChangedAt: UInt64
}

/// A model that prices no more. It may be large: release it where nobody waits.
public final class RetiredModel: Equatable, Sendable {
    private let model: Mutex<ServingModel?>

    init(_ model: ServingModel) { self.model = Mutex(model) }

    /// One that nobody asked for any more when it was loaded.
    public convenience init(_ prepared: PreparedModel) { self.init(prepared.model) }

    public func release() { model.withLock { $0 = nil } }

    public static func == (left: RetiredModel, right: RetiredModel) -> Bool { left === right }
}
