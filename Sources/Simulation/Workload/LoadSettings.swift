/// What a run's clients ask and how often, drawn from its seed.
struct LoadSettings: Sendable {
    var clients: Int
    /// Shoppers of each client; nobody else writes for them.
    var shoppersPerClient: Int
    /// Microseconds that a client thinks between two calls on average.
    var thinkMicroseconds: UInt64
    /// Whether a client makes its next call before the last one has ended.
    var pipelines: Bool
    /// Calls under way at one client.
    var mostCalls: Int
    var deadlineMicroseconds: ClosedRange<UInt64>
    /// Of all calls.
    var eventShare: Double
    var catalogueShare: Double
    var verifyShare: Double
    var checkpointShare: Double
    var freezeShare: Double
    var stockShare: Double
    var quoteWindowMilliseconds: Int64

    init(drawnFrom random: inout SeededRandom) {
        clients = random.number(in: 1...3)
        shoppersPerClient = random.number(in: 1...6)
        thinkMicroseconds = random.logUniform(150_000...1_500_000)
        pipelines = random.chance(0.4)
        mostCalls = pipelines ? random.number(in: 2...8) : 1
        let shortest = random.logUniform(50_000...500_000)
        deadlineMicroseconds = shortest...(shortest * 4)
        eventShare = 0.1 + 0.5 * random.fraction()
        catalogueShare = random.element(of: [0.005, 0.02, 0.05])
        verifyShare = random.element(of: [0, 0.02, 0.1])
        checkpointShare = random.element(of: [0, 0.005, 0.02])
        quoteWindowMilliseconds = Int64(random.element(of: [2_000, 10_000, 60_000, 900_000]))
        freezeShare = random.element(of: [0, 0.005, 0.02])
        stockShare = random.element(of: [0, 0.005, 0.02])
    }
}
