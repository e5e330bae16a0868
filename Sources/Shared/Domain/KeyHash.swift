// The routing hash. Source: FNV-1a, 64 bits (Fowler, Noll, Vo) over `tenant 0x00 user`, then the 64-bit
// finaliser of MurmurHash3, because FNV's low bits alone are not even enough to shard by.
// docs/wire.md gives test vectors; clients in other languages compute the same.

public struct KeyHash: Hashable, Sendable {
    public var value: UInt64

    public init(_ value: UInt64) { self.value = value }

    public init(tenant: String, user: String) {
        var state = FNV1a()
        state.update(utf8: tenant)
        state.update(0)
        state.update(utf8: user)
        value = finalMix(state.value)
    }

    /// Names a worker in the header of a request for it.
    public init(workerName: String) {
        var state = FNV1a()
        state.update(utf8: workerName)
        value = finalMix(state.value)
    }

    /// The partition of this key among `count`: the top bits scaled down, which needs no division.
    public func partition(of count: Int) -> PartitionID {
        PartitionID(UInt16(truncatingIfNeeded: value.multipliedFullWidth(by: UInt64(count)).high))
    }
}

/// FNV-1a over bytes.
public struct FNV1a: Sendable {
    @usableFromInline var state: UInt64 = 0xcbf2_9ce4_8422_2325

    public var value: UInt64 { state }

    public init() {}

    // Inlinable, because these loops run over whole snapshots from other modules.
    @inlinable
    public mutating func update(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    @inlinable
    public mutating func update(utf8 text: String) {
        for byte in text.utf8 { update(byte) }
    }

    @inlinable
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { update(byte) }
    }

    @inlinable
    public mutating func update(_ bytes: RawSpan) {
        for offset in bytes.byteOffsets { unsafe update(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) }
    }

    /// The eight bytes of a word, little-endian.
    @inlinable
    public mutating func update(word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { update(UInt8(truncatingIfNeeded: word >> shift)) }
    }
}

/// MurmurHash3's fmix64: every input bit reaches every output bit.
@inlinable
public func finalMix(_ word: UInt64) -> UInt64 {
    var mixed = word
    mixed ^= mixed >> 33
    mixed = mixed &* 0xff51_afd7_ed55_8ccd
    mixed ^= mixed >> 33
    mixed = mixed &* 0xc4ce_b9fe_1a85_ec53
    mixed ^= mixed >> 33
    return mixed
}

extension FNV1a {
    /// What a file carries to tell damage: it catches accidents, not malice.
    public static func checksum(_ payload: ArraySlice<UInt8>) -> UInt64 {
        var state = FNV1a()
        state.update(payload)
        return finalMix(state.value)
    }
}
