import Domain

/// SplitMix64 (Steele, Lea and Flood, 2014), for the same draws in every run.
struct Lottery: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return finalMix(state)
    }

    mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True once in `count` times.
    mutating func once(in count: Int) -> Bool { number(0..<count) == 0 }

    mutating func element<Element>(_ elements: [Element]) -> Element { elements[number(0..<elements.count)] }
}
