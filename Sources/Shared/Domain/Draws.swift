// Chance, wherever a result must repeat: worlds, bootstraps, shuffles, factor models. Each purpose draws from a
// stream of its own, named by words and a number: shopper 17 is the same whether or not shopper 16 was ever looked at.

import Glibc

/// A Weyl sequence through a finaliser, as in SplitMix64 (Steele, Lea and Flood, 2014). No secret: whoever knows the
/// seed knows the draws.
public struct Draws: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    /// The stream of one purpose, for example shopper 17.
    public init(seed: UInt64, _ purpose: String, _ number: UInt64 = 0) {
        var hash = FNV1a()
        hash.update(utf8: purpose)
        hash.update(word: number)
        state = finalMix(hash.value ^ finalMix(seed &+ 0x9E37_79B9_7F4A_7C15))
    }

    @inlinable
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return finalMix(state)
    }

    /// Uniform between 0 and 1, both excluded.
    @inlinable
    public mutating func fraction() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

    /// Uniform below `bound`.
    /// - Precondition: `bound` is positive.
    @inlinable
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "there is no number below \(bound)")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Standard normal (Box and Muller, 1958).
    public mutating func normal() -> Double {
        let radius = (-2 * log(fraction())).squareRoot()
        return radius * cos(2 * Double.pi * fraction())
    }
}
