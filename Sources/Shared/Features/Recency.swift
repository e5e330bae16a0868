// Exponential forgetting over a word of weeks. Because weeks are bits, a decayed count is a sum over set bits in
// a fixed order: the same float on every replica, whatever order the baskets came in.

/// Weights that shrink by one factor for every week of age.
struct Recency: Sendable {
    private let weights: [Float]

    private init(decay: Float) {
        var weight: Float = 1
        weights = (0..<64).map { _ in
            weight *= decay
            return weight
        }
    }

    /// Halves every four weeks.
    static let fast = Recency(decay: 0.840_896_4)
    /// Halves every ten weeks.
    static let slow = Recency(decay: 0.933_033)

    /// The sum of the weights of the set bits; bit 0 is one week old. O(set bits).
    func weight(of weeks: UInt64) -> Float {
        var rest = weeks
        var sum: Float = 0
        while rest != 0 {
            sum += weights[rest.trailingZeroBitCount]
            rest &= rest - 1
        }
        return sum
    }
}
