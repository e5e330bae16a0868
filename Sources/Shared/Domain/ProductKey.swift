/// A product inside one tenant, as state and models refer to it: a digest of its id, so that a shopper's
/// history needs no catalogue and no agreement on numbering.
public struct ProductKey: Hashable, Comparable, Sendable {
    public var value: UInt64

    public init(_ value: UInt64) { self.value = value }

    public init(product: String) {
        var state = FNV1a()
        state.update(utf8: product)
        value = finalMix(state.value)
    }

    public static func < (left: ProductKey, right: ProductKey) -> Bool { left.value < right.value }
}
