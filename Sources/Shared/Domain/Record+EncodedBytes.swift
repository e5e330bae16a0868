// How many bytes a record takes in the log, known without encoding it: who groups records into appends has to stay below
// what the log takes at once. The codec lives with the log; a test compares the two.

extension Record {
    /// Bytes of this record as the log's codec writes it. O(elements).
    public var encodedBytes: Int {
        // Version and kind come first; times, money and 64-bit numbers take 8 bytes, counts and lengths 4.
        switch self {
        case .events(let user, let events): 2 + user.encodedBytes + 4 + events.reduce(0) { $0 + $1.encodedBytes }
        case .exposures(_, let exposures):
            2 + 8 + 4 + exposures.reduce(0) { $0 + $1.encodedBytes } + bytesOfAbsentPredictions(exposures)
        case .catalogue(let tenant, let rows): 2 + bytes(tenant) + 4 + rows.reduce(0) { $0 + $1.encodedBytes }
        case .modelActivated(let activation): 2 + 8 + 8 + bytes(activation.path)
        case .modelTried(let trial): 2 + 4 + (trial.map { 4 + 8 + 8 + bytes($0.activation.path) } ?? 0)
        case .checkpoint: 2
        case .stockValues(let tenant, _, let values):
            2 + bytes(tenant) + 8 + 4 + values.reduce(0) { $0 + bytes($1.product) + bytes($1.currency.code) + 2 * 8 }
        case .priceFreeze(let freeze): 2 + bytes(freeze.tenant) + bytes(freeze.product) + 8 + bytes(freeze.reason) + 8
        }
    }
}

extension Exposure {
    /// Bytes of this exposure inside its record.
    public var encodedBytes: Int {
        user.encodedBytes + bytes(product) + 4 + 5 * 8 + 1 + 4 + (prediction.map { 1 + $0.encodedBytes } ?? 0)
    }
}

extension DemandPrediction {
    fileprivate var encodedBytes: Int { 3 * 4 + 8 + (sharpness == 1 ? 0 : 4) }
}

/// Beside one that has a prediction, each exposure says whether it has one.
private func bytesOfAbsentPredictions(_ exposures: [Exposure]) -> Int {
    let absent = exposures.count { $0.prediction == nil }
    return absent == exposures.count ? 0 : absent
}

extension UserKey {
    fileprivate var encodedBytes: Int { bytes(tenant) + bytes(user) }
}

extension Event {
    fileprivate var encodedBytes: Int {
        3 * 8 + 3 * 4 + basket.items.reduce(0) { $0 + bytes($1.product) + 2 * 8 }
    }
}

extension CatalogueRow {
    fileprivate var encodedBytes: Int {
        bytes(product) + bytes(name) + bytes(category) + bytes(currency.code) + 3 * 8 + 2 * 4
            + (minimumPrice == nil ? 1 : 1 + 8) + (deal == nil ? 1 : 1 + 2 * 8)
    }
}

private func bytes(_ text: String) -> Int { 4 + text.utf8.count }
