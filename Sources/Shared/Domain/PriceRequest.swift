/// A cart to be priced for one shopper.
public struct PriceRequest: Equatable, Sendable {
    public var user: UserKey
    public var currency: Currency
    public var lines: [CartLine]

    public init(user: UserKey, currency: Currency, lines: [CartLine]) {
        self.user = user
        self.currency = currency
        self.lines = lines
    }
}

public struct CartLine: Equatable, Sendable {
    public var product: String
    public var quantity: Int64

    public init(product: String, quantity: Int64) {
        self.product = product
        self.quantity = quantity
    }
}
