// What makes a quote ours. HMAC-SHA-256 (RFC 2104, FIPS 198-1) by libsodium, which is on every machine that has
// libzmq. The key's two inner states are computed once; a token then costs only its own blocks.
// docs/adr/0003 compares keyed BLAKE2b, which is faster.

import CSodium
import Domain

/// The secret with which quotes are authenticated. Every worker of a cluster has the same.
@safe
public struct QuoteKey: Sendable {
    public static let bytes = 32
    public static let tagBytes = 32

    // Sendable although a C struct: a plain value, copied before each use.
    private let keyed: crypto_auth_hmacsha256_state

    /// - Precondition: exactly `QuoteKey.bytes` bytes.
    public init(secret: [UInt8]) {
        precondition(secret.count == Self.bytes, "a quote key has \(Self.bytes) bytes")
        var state = crypto_auth_hmacsha256_state()
        unsafe crypto_auth_hmacsha256_init(&state, secret, secret.count)
        keyed = state
    }

    /// The tag of `message`: 32 bytes.
    public func tag(_ message: [UInt8]) -> [UInt8] {
        var state = keyed
        var tag = [UInt8](repeating: 0, count: Self.tagBytes)
        unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        unsafe crypto_auth_hmacsha256_final(&state, &tag)
        return tag
    }

    /// The message and its tag, one after the other.
    public func sign(_ message: [UInt8]) -> [UInt8] { message + tag(message) }

    /// The message of a signed token, or nil when the tag is not ours. Takes the same time either way.
    public func open(_ token: [UInt8]) -> ArraySlice<UInt8>? {
        guard token.count >= Self.tagBytes else { return nil }
        let message = token.dropLast(Self.tagBytes)
        let expected = tag(Array(message))
        let given = Array(token.suffix(Self.tagBytes))
        guard unsafe sodium_memcmp(expected, given, Self.tagBytes) == 0 else { return nil }
        return message
    }
}
