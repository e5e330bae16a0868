// Prices that a replica has shown and that are not yet in its partition's log: those that wait, and those in the append
// under way. A follower has some too, shown in place of a leader; it keeps them for as long as they promise something,
// and logs them when it leads.

import Domain

struct PendingExposures: Sendable {
    private var shown = ExposureBuffer()
    private var underWay = ExposureBuffer()

    /// Whether there is something to log and the append before has ended.
    var areDue: Bool { !shown.isEmpty && underWay.isEmpty }

    func quote(of product: ProductKey, for user: UserKey) -> RememberedQuote? {
        shown.quote(of: product, for: user) ?? underWay.quote(of: product, for: user)
    }

    mutating func add(_ exposure: Exposure, of product: ProductKey) {
        if !planted(.exposuresForgotten) { shown.add(exposure, of: product) }
    }

    /// What the next append carries.
    mutating func beginAppend() -> [Exposure] {
        underWay = shown
        shown.removeAll()
        return underWay.exposures
    }

    mutating func appendSucceeded() { underWay.removeAll() }

    /// The promises of prices shown outlive a failed append; the next one tries them again.
    mutating func appendFailed() {
        if !planted(.exposuresLostWithAppend) { shown.takeBack(underWay) }
        underWay.removeAll()
    }

    /// Another replica has shown these. Of two prices for the same shopper and product the lower one is the promise.
    mutating func supersede(by others: [Exposure]) {
        guard !shown.isEmpty else { return }
        for other in others {
            let product = ProductKey(product: other.product)
            guard let mine = shown.quote(of: product, for: other.user), mine.price >= other.personalPrice else {
                continue
            }
            shown.removeQuote(of: product, for: other.user)
        }
    }

    mutating func dropExpired(at time: Timestamp) {
        guard let earliest = shown.earliestExpiry, earliest <= time else { return }
        shown.removeAll { $0.expiresAt <= time }
    }
}
