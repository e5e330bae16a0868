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

    /// Takes back what could not be logged, unless it was shown anew since. Past `capacity` it is forgotten
    /// instead, so that a disk that stays full does not fill the memory too.
    mutating func takeBack(_ unlogged: ExposureBuffer) {
        for exposure in unlogged.exposures where exposures.count < Self.capacity {
            let product = ProductKey(product: exposure.product)
            if quote(of: product, for: exposure.user) == nil { add(exposure, of: product) }
        }
    }

    static let capacity = 65_536

    mutating func removeAll() {
        exposures.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
    }
}
