// Prices that have been shown and are not yet in the log. They are part of no state, or replicas would
// differ; but pricing reads them, so that a shopper who asks twice within a moment gets one answer.

import Domain

struct ExposureBuffer: Sendable {
    private(set) var exposures: [Exposure] = []
    private var places: [Place: Int] = [:]

    private struct Place: Hashable {
        let user: KeyHash
        let product: ProductKey
    }

    var isEmpty: Bool { exposures.isEmpty }

    func quote(of product: ProductKey, for user: UserKey) -> RememberedQuote? {
        guard !exposures.isEmpty, let place = places[Place(user: user.hash, product: product)],
            exposures[place].user == user
        else { return nil }
        return RememberedQuote(exposures[place])
    }

    /// Adds an exposure, in place of an earlier one of the same shopper and product.
    mutating func add(_ exposure: Exposure, of product: ProductKey) {
        let place = Place(user: exposure.user.hash, product: product)
        if let earlier = places[place], exposures[earlier].user == exposure.user {
            exposures[earlier] = exposure
        } else {
            places[place] = exposures.count
            exposures.append(exposure)
        }
    }

    mutating func removeAll() {
        exposures.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
    }
}
