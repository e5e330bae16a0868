/// How long the disks of a run take, in microseconds, drawn from its seed.
struct DiskSettings: Sendable {
    /// To make an append or a claim durable.
    var write: ClosedRange<UInt64>
    /// To read on, or to look whether there is something to read.
    var read: ClosedRange<UInt64>
    /// How many times slower a slow disk is.
    var slowness: UInt64

    init(drawnFrom random: inout SeededRandom) {
        let least = random.logUniform(100...8_000)
        write = least...(least * 4)
        let quickest = random.logUniform(5...200)
        read = quickest...(quickest * 4)
        slowness = random.element(of: [10, 50, 300])
    }
}
