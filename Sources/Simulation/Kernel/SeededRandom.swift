// All chance in a simulation comes from here, so that one number decides a whole run. xoshiro256** (Blackman and
// Vigna, 2018), seeded through SplitMix64 as its authors advise. Each part of the simulation draws from a stream of
// its own: a client that asks once more does not change which node is killed next.

import Domain

public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    public init(seed: UInt64) {
        var state = seed
        func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        a = next()
        b = next()
        c = next()
        d = next()
    }

    /// The stream of one part of the simulation, by the part's name.
    public init(seed: UInt64, stream: String) {
        var hash = FNV1a()
        hash.update(utf8: stream)
        self.init(seed: finalMix(hash.value ^ finalMix(seed)))
    }

    public mutating func next() -> UInt64 {
        let product = b &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = d << 45 | d >> 19
        return result
    }

    /// Uniform in [0, 1).
    public mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    public mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

    /// Uniform below `bound`. Scaled instead of drawn again, so that every draw takes one number.
    /// - Precondition: `bound` is positive.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "there is no number below \(bound)")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    public mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    public mutating func number(in range: ClosedRange<UInt64>) -> UInt64 {
        range.lowerBound + next().multipliedFullWidth(by: range.upperBound - range.lowerBound + 1).high
    }

    /// - Precondition: the collection is not empty.
    public mutating func element<Elements: RandomAccessCollection>(of elements: Elements) -> Elements.Element {
        elements[elements.index(elements.startIndex, offsetBy: below(elements.count))]
    }

    /// A span of microseconds until something that happens once in `mean` on average: exponential.
    public mutating func interval(mean microseconds: UInt64) -> UInt64 {
        let drawn = -logarithm(1 - fraction()) * Double(microseconds)
        return max(1, UInt64(min(drawn, Double(microseconds) * 20)))
    }

    /// Spreads a span evenly over orders of magnitude, as the lengths of outages are.
    public mutating func logUniform(_ range: ClosedRange<UInt64>) -> UInt64 {
        let low = logarithm(Double(max(1, range.lowerBound)))
        let high = logarithm(Double(range.upperBound))
        return min(max(UInt64(exponential(low + fraction() * (high - low))), range.lowerBound), range.upperBound)
    }

    public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var result = elements
        for index in result.indices.dropFirst() { result.swapAt(index, below(index + 1)) }
        return result
    }
}
