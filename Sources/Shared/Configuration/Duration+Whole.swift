// Clocks and timers count whole ticks; every duration of the configuration is bounded far below overflow.

extension Duration {
    /// Whole microseconds, the rest dropped; 0 when negative.
    public var wholeMicroseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : product &+ UInt64(attoseconds) / 1_000_000_000_000
    }

    /// Whole milliseconds, the rest dropped; 0 when negative.
    public var wholeMilliseconds: Int64 { Int64(clamping: wholeMicroseconds / 1_000) }
}
