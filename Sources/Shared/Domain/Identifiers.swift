// Who and what: the names that cross every boundary, bounded in length where they enter (see `Limits`).

/// A shopper of one tenant.
public struct UserKey: Sendable, CustomStringConvertible {
    public let tenant: String
    public let user: String
    /// The routing hash of `tenant 0x00 user`; see `KeyHash`.
    public let hash: KeyHash

    public init(tenant: String, user: String) {
        self.tenant = tenant
        self.user = user
        hash = KeyHash(tenant: tenant, user: user)
    }

    public var description: String { "\(tenant)/\(user)" }
}

extension UserKey: Hashable {
    public static func == (left: UserKey, right: UserKey) -> Bool {
        left.hash == right.hash && left.user == right.user && left.tenant == right.tenant
    }

    /// The routing hash is already well mixed, so it stands for the two strings.
    public func hash(into hasher: inout Hasher) { hasher.combine(hash.value) }
}

/// 128 bits a client chooses; repeating one means "the same request again".
public struct RequestID: Hashable, Sendable, CustomStringConvertible {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public init(using generator: inout some RandomNumberGenerator) {
        high = generator.next()
        low = generator.next()
    }

    public static let none = RequestID(high: 0, low: 0)

    public var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// Sixteen hexadecimal digits.
public func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// One ordered, durable log and the state folded from it.
public struct PartitionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var number: UInt16

    public init(_ number: UInt16) { self.number = number }

    /// Catalogue, prices and model activations: followed by every worker.
    public static let broadcast = PartitionID(.max)

    public static func < (left: PartitionID, right: PartitionID) -> Bool { left.number < right.number }

    public var description: String { self == .broadcast ? "broadcast" : String(number) }
}
