// Prices that a replica has shown and that are not yet in its partition's log: those that wait, and those in records on
// their way to it. A follower has some too, shown in place of a leader; it keeps them for as long as they promise
// something, and logs them when it leads. A leader logs expired ones too, because learning wants them; it drops them
// only when the log has taken nothing for so long that they are in the way of promises that hold.

import Domain

struct PendingExposures: Sendable {
    private var shown = ExposureBuffer()
    /// One for each record on its way, the oldest first.
    private var underWay: [ExposureBuffer] = []

    /// Whether there is something to log and everything before it has arrived or come back.
    var areDue: Bool { !shown.isEmpty && underWay.isEmpty }

    var isEmpty: Bool { shown.isEmpty && underWay.isEmpty }

    func quote(of product: ProductKey, for user: UserKey) -> RememberedQuote? {
        if let quote = shown.quote(of: product, for: user) { return quote }
        for buffer in underWay {
            if let quote = buffer.quote(of: product, for: user) { return quote }
        }
        return nil
    }

    /// - Parameter isPromised: whether an earlier one of the same shopper and product still held when it was shown.
    mutating func add(_ exposure: Exposure, of product: ProductKey, isPromised: Bool) {
        if !planted(.exposuresForgotten) { shown.add(exposure, of: product, isPromised: isPromised) }
    }

    /// What the next records carry, each of them small enough for any log.
    mutating func beginAppend() -> [[Exposure]] {
        underWay = shown.divided()
        shown.removeAll()
        return underWay.map(\.exposures)
    }

    /// The oldest record on its way has arrived.
    mutating func recordLogged() { underWay.removeFirst() }

    /// The oldest record on its way was not written. The promises of prices shown outlive that; the next append tries
    /// them again.
    mutating func recordRefused() {
        let refused = underWay.removeFirst()
        if !planted(.exposuresLostWithAppend) { shown.takeBack(refused) }
    }

    /// No record on its way is waited for any more.
    mutating func appendsGivenUp() {
        while !underWay.isEmpty { recordRefused() }
    }

    /// Another replica has shown these. What was shown here at no lower a price and holds no
    /// longer is not needed any more.
    mutating func supersede(by others: [Exposure]) {
        guard !shown.isEmpty else { return }
        for other in others {
            let product = ProductKey(product: other.product)
            guard let mine = shown.quote(of: product, for: other.user), mine.price >= other.personalPrice,
                mine.expiresAt <= other.expiresAt
            else { continue }
            shown.removeQuote(of: product, for: other.user)
        }
    }

    mutating func makeRoom(at time: Timestamp) {
        if shown.isFull { dropExpired(at: time) }
    }

    mutating func dropExpired(at time: Timestamp) {
        guard let earliest = shown.earliestExpiry, earliest <= time else { return }
        shown.removeAll { $0.expiresAt <= time }
    }
}
