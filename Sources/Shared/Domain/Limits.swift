/// What one message may carry. Enforced where a message enters, so that everything behind is bounded.
public enum Limits {
    /// Bytes of UTF-8 in a tenant, user, product or basket id.
    public static let identifierBytes = 64
    public static let eventIdentifierBytes = 64
    /// Bytes of UTF-8 in a product's display name.
    public static let nameBytes = 128
    /// Bytes of UTF-8 in the reason of a freeze.
    public static let freezeReasonBytes = 200
    /// Freezes in one answer.
    public static let freezesInPage = 1_000
    public static let cartLines = 100
    public static let quantity: Int64 = 10_000
    /// Minor units in one price. 10,000 units of it still fit in 64 bits with room to sum a cart.
    public static let price = Money(minorUnits: 100_000_000_000)
    public static let eventsInBatch = 1_000
    public static let itemsInBasket = 1_000
    public static let rowsInCatalogueBatch = 1_000
    /// Bytes in a message body; larger ones are answered with `frameTooLarge`.
    public static let bodyBytes = 1 << 20
    /// Bytes in a frame past which libzmq closes the connection without an answer.
    public static let frameBytes = 16 << 20
    /// Bytes that unpacking one body may take in memory.
    public static let unpackedBytes = 4 << 20
    /// The longest deadline a request may ask for.
    public static let deadlineMicroseconds: UInt32 = 60_000_000
}
