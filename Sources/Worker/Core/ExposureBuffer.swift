// Prices that have been shown and are not yet in the log. They are part of no state, or replicas would
// differ; but pricing reads them, so that a shopper who asks twice within a moment gets one answer.

import Domain

struct ExposureBuffer: Sendable {
    private(set) var exposures: [Exposure] = []
    /// No later than the first of them expires; nil when there are none.
    private(set) var earliestExpiry: Timestamp?
    private var places: [Place: Int] = [:]

    private struct Place: Hashable {
        let user: KeyHash
        let product: ProductKey
    }

    /// Past it, prices shown are forgotten, so that a disk that stays full does not fill the memory too.
    static let capacity = 65_536

    /// What one record carries: an append of it is small enough for every log, and holds up nobody for long.
    static let largestRecord = 8_192
    static let largestRecordBytes = 1 << 20

    var isEmpty: Bool { exposures.isEmpty }

    var isFull: Bool { exposures.count >= Self.capacity }

    func quote(of product: ProductKey, for user: UserKey) -> RememberedQuote? {
        guard !exposures.isEmpty, let place = places[Place(user: user.hash, product: product)],
            exposures[place].user == user
        else { return nil }
        return RememberedQuote(exposures[place])
    }

    /// Adds an exposure, in place of an earlier one of the same shopper and product.
    /// - Parameter isPromised: whether the earlier one still held when this one was shown.
    mutating func add(_ exposure: Exposure, of product: ProductKey, isPromised: Bool = false) {
        let place = Place(user: exposure.user.hash, product: product)
        if let earlier = places[place], exposures[earlier].user == exposure.user {
            exposures[earlier] = isPromised ? exposure.repeating(exposures[earlier]) : exposure
        } else {
            guard !isFull else { return }
            places[place] = exposures.count
            exposures.append(exposure)
        }
        earliestExpiry = min(earliestExpiry ?? exposure.expiresAt, exposure.expiresAt)
    }

    /// As many buffers as records that carry all of it, in order; none when there is nothing. O(exposures).
    func divided() -> [ExposureBuffer] {
        let bytes = exposures.reduce(0) { $0 + $1.encodedBytes }
        if exposures.count <= Self.largestRecord, bytes <= Self.largestRecordBytes { return isEmpty ? [] : [self] }
        var buffers = [ExposureBuffer()]
        var bytesInLast = 0
        for exposure in exposures {
            bytesInLast += exposure.encodedBytes
            if buffers[buffers.count - 1].exposures.count == Self.largestRecord || bytesInLast > Self.largestRecordBytes
            {
                buffers.append(ExposureBuffer())
                bytesInLast = exposure.encodedBytes
            }
            buffers[buffers.count - 1].add(exposure, of: ProductKey(product: exposure.product))
        }
        return buffers
    }

    /// Takes back what could not be logged, unless it was shown anew since.
    mutating func takeBack(_ unlogged: ExposureBuffer) {
        for exposure in unlogged.exposures {
            let product = ProductKey(product: exposure.product)
            if quote(of: product, for: exposure.user) == nil { add(exposure, of: product) }
        }
    }

    /// The last exposure takes the place of the removed one.
    mutating func removeQuote(of product: ProductKey, for user: UserKey) {
        guard let place = places.removeValue(forKey: Place(user: user.hash, product: product)) else { return }
        let last = exposures.removeLast()
        guard place < exposures.count else { return }
        exposures[place] = last
        let moved = Place(user: last.user.hash, product: ProductKey(product: last.product))
        if places[moved] == exposures.count { places[moved] = place }
    }

    /// O(exposures).
    mutating func removeAll(where isGone: (Exposure) -> Bool) {
        let kept = exposures.filter { !isGone($0) }
        removeAll()
        for exposure in kept { add(exposure, of: ProductKey(product: exposure.product)) }
    }

    mutating func removeAll() {
        exposures.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        earliestExpiry = nil
    }
}
