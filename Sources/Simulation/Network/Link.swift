// One way between a router and a process that dials it. Each end has its own idea of whether the connection stands: a
// process that dies behind a cut cable leaves an open connection at the other end, as TCP does.

/// Names a link: who dials, and which router.
package struct LinkID: Hashable {
    package var dialer: NodeID
    package var router: Int
}

package enum Direction {
    case toRouter, toDialer
}

/// One direction of a link.
package struct Lane {
    /// How many faults keep messages from passing; they wait here, as in TCP's buffers.
    var blocks = 0
    var held: [Travelling] = []
    /// When the latest message arrives: none may overtake it.
    var lastArrival: UInt64 = 0
}

/// What travels: a message, or the news that the other end has closed the connection.
package struct Travelling {
    package enum Content {
        case message(Message)
        case closed
    }

    package var link: Int
    package var direction: Direction
    /// The connection it was sent on; when that is gone, so is this.
    var connection: UInt64
    var content: Content
}

package struct Link {
    package let id: LinkID
    /// The connection as each end sees it; 0 for none.
    var seenByRouter: UInt64 = 0
    var seenByDialer: UInt64 = 0
    /// Which start of the dialling process the router's connection belongs to.
    var incarnation: UInt64 = 0
    var toRouter = Lane()
    var toDialer = Lane()
    /// Microseconds that faults add to each message.
    var addedDelay: UInt64 = 0

    init(id: LinkID) { self.id = id }

    var isCut: Bool { toRouter.blocks > 0 || toDialer.blocks > 0 }

    func lane(_ direction: Direction) -> Lane { direction == .toRouter ? toRouter : toDialer }

    mutating func change(_ direction: Direction, _ body: (inout Lane) -> Void) {
        if direction == .toRouter { body(&toRouter) } else { body(&toDialer) }
    }
}
