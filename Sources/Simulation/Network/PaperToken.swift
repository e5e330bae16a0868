// A quote's token without the cryptography: the same promise, sealed with a keyed digest that costs nothing. That real
// tokens cannot be forged is `Wire`'s to prove; here it matters that every node verifies what any node has promised.

import Domain

package struct PaperToken: Equatable {
    var id: RequestID
    var user: UserKey
    var expiresAt: Timestamp
    var modelVersion: UInt64
    var lines: [TokenLine]
    package var total: Money
    private(set) var seal: UInt64 = 0

    /// What every worker of a simulated cluster knows.
    private static let key: UInt64 = 0x6661_7274_6869_6E67

    package init(sealing quote: Quote) {
        id = quote.id
        user = quote.user
        expiresAt = quote.expiresAt
        modelVersion = quote.modelVersion
        lines = quote.lines.map { TokenLine(product: $0.product, quantity: $0.quantity, unitPrice: $0.unitPrice) }
        total = quote.total
        seal = digest()
    }

    package var isGenuine: Bool { seal == digest() }

    private func digest() -> UInt64 {
        var mixed = Self.key
        func take(_ word: UInt64) { mixed = finalMix(mixed ^ word) &+ word }
        take(id.high)
        take(id.low)
        take(user.hash.value)
        take(UInt64(bitPattern: expiresAt.milliseconds))
        take(modelVersion)
        for line in lines {
            take(KeyHash(tenant: "", user: line.product).value)
            take(UInt64(bitPattern: line.quantity))
            take(UInt64(bitPattern: line.unitPrice.minorUnits))
        }
        take(UInt64(bitPattern: total.minorUnits))
        return mixed
    }
}
