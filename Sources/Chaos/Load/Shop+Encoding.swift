import Wire

extension Shop {
    /// Every cart as a request's body, by number.
    func encodedCarts() -> [[UInt8]] {
        let encoder = BodyEncoder(capacity: 1 << 20)
        return carts.map { encoder.priceRequest(request($0)).bytes }
    }
}
