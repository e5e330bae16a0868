import Domain

/// SplitMix64 (Steele, Lea and Flood, 2014), for the same draws in every run.
public struct Lottery: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return finalMix(state)
    }

    /// - Precondition: the range is not empty.
    public mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True once in `count` times.
    public mutating func once(in count: Int) -> Bool { number(0..<count) == 0 }

    /// - Precondition: there are elements.
    public mutating func element<Element>(_ elements: [Element]) -> Element { elements[number(0..<elements.count)] }
}
