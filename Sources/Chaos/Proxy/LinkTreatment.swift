/// What the proxy does to one direction of a link.
public struct LinkTreatment: Equatable, Sendable {
    /// Nothing passes; what is on its way arrives when this ends. Bytes cannot be lost inside a TCP connection, so
    /// a cut is what it is in a real network: silence, and retransmission when it heals.
    public var isHeld = false
    /// Everything passes so much later. Unit: microseconds.
    public var delayMicroseconds: UInt64 = 0
    /// nil for as fast as it comes.
    public var bytesPerSecond: Int?

    public init() {}

    public static let none = LinkTreatment()

    public static var held: LinkTreatment {
        var treatment = LinkTreatment()
        treatment.isHeld = true
        return treatment
    }
}

/// What can be done to a link of the proxy, by its number.
public enum LinkCommand: Sendable {
    case treat(link: Int, LinkDirection, LinkTreatment)
    /// Ends every connection with RST.
    case reset(link: Int)
    /// Closes every connection in a direction.
    case halfClose(link: Int, LinkDirection)
}
