/// One simulated process.
public struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public enum Kind: UInt8, Sendable {
        case router, worker, client
        /// The simulation itself, in traces.
        case world
    }

    public let kind: Kind
    /// From 0.
    public let number: Int

    public init(_ kind: Kind, _ number: Int) {
        self.kind = kind
        self.number = number
    }

    public static func router(_ number: Int) -> NodeID { NodeID(.router, number) }
    public static func worker(_ number: Int) -> NodeID { NodeID(.worker, number) }
    public static func client(_ number: Int) -> NodeID { NodeID(.client, number) }
    public static let world = NodeID(.world, 0)

    public static func < (left: NodeID, right: NodeID) -> Bool {
        (left.kind.rawValue, left.number) < (right.kind.rawValue, right.number)
    }

    public var description: String {
        switch kind {
        case .router: "r\(number + 1)"
        case .worker: "w\(number + 1)"
        case .client: "c\(number + 1)"
        case .world: "--"
        }
    }

    var word: UInt64 { UInt64(kind.rawValue) << 32 | UInt64(number) }
}
