import Domain

/// A small generator for reproducible choices: a Weyl sequence through murmur3's finaliser, as in SplitMix64 (Steele,
/// Lea and Flood, 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0xd134_2543_de82_ef95 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return finalMix(state)
    }

    /// At least 0 and less than 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func index(below count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }
}
