// ZeroMQ over TCP as the processes of a cluster see it. A connection delivers in order while it stands; what is under
// way is lost with it; the death of a process is news to its peers at once, a cut cable never is. On top of that come
// the faults that TCP rules out and a simulator should not: lost, doubled and overtaken messages.

import Domain

/// What the network asks of the simulation around it.
package protocol NetworkDelegate: AnyObject {
    /// Something arrives after so many microseconds.
    func arrives(_ travelling: Travelling, at time: UInt64)
    func arrivesNow(_ travelling: Travelling)
    func redials(_ link: Int, incarnation: UInt64, at time: UInt64)
    func connected(_ link: Int)
    /// An end has noticed that its connection is gone.
    func disconnected(_ link: Int, at end: NodeID)
    func isRunning(_ node: NodeID) -> Bool
    func incarnation(of node: NodeID) -> UInt64
    func faultHappened(_ kind: FaultKind)
}

package final class SimulatedNetwork {
    let settings: NetworkSettings
    package private(set) var links: [Link] = []
    private var places: [LinkID: Int] = [:]
    private var random: SeededRandom
    private var connections: UInt64 = 0
    /// Messages put on the wire.
    private(set) var sent: UInt64 = 0
    /// Whether messages are lost, doubled and overtaken for now.
    package var isUnruly = false

    package init(_ settings: NetworkSettings, seed: UInt64) {
        self.settings = settings
        random = SeededRandom(seed: seed, stream: "network")
    }

    package func addLink(from dialer: NodeID, toRouter router: Int) {
        let id = LinkID(dialer: dialer, router: router)
        places[id] = links.count
        links.append(Link(id: id))
    }

    package func link(from dialer: NodeID, toRouter router: Int) -> Int {
        places[LinkID(dialer: dialer, router: router)]!
    }

    package func links(of node: NodeID) -> [Int] {
        links.indices.filter {
            node.kind == .router ? links[$0].id.router == node.number : links[$0].id.dialer == node
        }
    }

    // MARK: - Connections

    /// A process starts to dial.
    package func dial(_ link: Int, now: UInt64, _ delegate: some NetworkDelegate) {
        let id = links[link].id
        guard delegate.isRunning(id.dialer), links[link].seenByDialer == 0 else { return }
        guard delegate.isRunning(.router(id.router)), !links[link].isCut else {
            return redial(link, now, delegate)
        }
        connections += 1
        links[link].seenByDialer = connections
        links[link].seenByRouter = connections
        links[link].incarnation = delegate.incarnation(of: id.dialer)
        // What waited on an older connection is gone with it.
        links[link].toRouter.held = []
        links[link].toDialer.held = []
        delegate.connected(link)
    }

    private func redial(_ link: Int, _ now: UInt64, _ delegate: some NetworkDelegate) {
        let jitter = random.number(in: 0...settings.redialMicroseconds)
        delegate.redials(
            link, incarnation: delegate.incarnation(of: links[link].id.dialer),
            at: now + settings.redialMicroseconds + jitter)
    }

    /// A process has died: its ends of all connections are gone, and the other ends hear of it unless a cable is cut.
    package func processDied(_ node: NodeID, now: UInt64, _ delegate: some NetworkDelegate) {
        for link in links(of: node) {
            if node.kind == .router {
                close(link, from: .toDialer, now, delegate)
            } else {
                close(link, from: .toRouter, now, delegate)
            }
        }
    }

    /// Both ends lose the connection, as when something between them resets it. The dialler tries again.
    package func reset(_ link: Int, now: UInt64, _ delegate: some NetworkDelegate) {
        if links[link].seenByRouter != 0 {
            links[link].seenByRouter = 0
            delegate.disconnected(link, at: .router(links[link].id.router))
        }
        if links[link].seenByDialer != 0 {
            links[link].seenByDialer = 0
            dialerLost(link, now, delegate)
        }
    }

    /// One end goes away; the news travels in `direction`.
    private func close(_ link: Int, from direction: Direction, _ now: UInt64, _ delegate: some NetworkDelegate) {
        let connection: UInt64
        if direction == .toRouter {
            connection = links[link].seenByDialer
            links[link].seenByDialer = 0
        } else {
            connection = links[link].seenByRouter
            links[link].seenByRouter = 0
        }
        guard connection != 0 else { return }
        put(Travelling(link: link, direction: direction, connection: connection, content: .closed), now, delegate)
    }

    private func dialerLost(_ link: Int, _ now: UInt64, _ delegate: some NetworkDelegate) {
        let dialer = links[link].id.dialer
        guard delegate.isRunning(dialer) else { return }
        delegate.disconnected(link, at: dialer)
        redial(link, now, delegate)
    }

    // MARK: - Sending

    /// - Returns: false when there is no connection, as with `ZMQ_IMMEDIATE`.
    package func sendToRouter(
        _ link: Int, _ message: Message, now: UInt64, _ delegate: some NetworkDelegate
    ) -> Bool {
        guard links[link].seenByDialer != 0 else { return false }
        send(
            Travelling(
                link: link, direction: .toRouter, connection: links[link].seenByDialer, content: .message(message)),
            now, delegate)
        return true
    }

    /// - Parameter incarnation: the start of the process that the router means to reach.
    /// - Returns: false when that process is not connected, as `ROUTER_MANDATORY` says.
    package func sendToDialer(
        _ link: Int, incarnation: UInt64, _ message: Message, now: UInt64, _ delegate: some NetworkDelegate
    ) -> Bool {
        guard links[link].seenByRouter != 0, links[link].incarnation == incarnation else { return false }
        send(
            Travelling(
                link: link, direction: .toDialer, connection: links[link].seenByRouter, content: .message(message)),
            now, delegate)
        return true
    }

    private func send(_ travelling: Travelling, _ now: UInt64, _ delegate: some NetworkDelegate) {
        sent += 1
        guard isUnruly else { return put(travelling, now, delegate) }
        if settings.lost > 0, random.chance(settings.lost) { return delegate.faultHappened(.drop) }
        if settings.doubled > 0, random.chance(settings.doubled) {
            delegate.faultHappened(.duplicate)
            put(travelling, now, delegate)
        }
        if settings.overtaken > 0, random.chance(settings.overtaken) {
            delegate.faultHappened(.reorder)
            // Outside the lane's order: whatever is sent in the meantime may come first.
            let late = random.number(in: settings.delay) + random.logUniform(100...200_000)
            return delegate.arrives(travelling, at: now + late)
        }
        put(travelling, now, delegate)
    }

    /// Lets something travel behind all that travels already.
    private func put(_ travelling: Travelling, _ now: UInt64, _ delegate: some NetworkDelegate) {
        var arrival = now + random.number(in: settings.delay) + links[travelling.link].addedDelay
        links[travelling.link].change(travelling.direction) { lane in
            arrival = max(arrival, lane.lastArrival + 1)
            lane.lastArrival = arrival
        }
        delegate.arrives(travelling, at: arrival)
    }

    /// Something has come to the other end's machine, or to where the cable is cut: there it waits, behind what came before.
    package func passes(_ travelling: Travelling) -> Bool {
        guard links[travelling.link].lane(travelling.direction).blocks > 0 else { return true }
        links[travelling.link].change(travelling.direction) { $0.held.append(travelling) }
        return false
    }

    /// The process at the other end takes something in.
    /// - Returns: the message, if the connection that carried it still stands.
    package func arrived(
        _ travelling: Travelling, now: UInt64, _ delegate: some NetworkDelegate
    ) -> Message? {
        let link = links[travelling.link]
        let seen = travelling.direction == .toRouter ? link.seenByRouter : link.seenByDialer
        guard seen == travelling.connection else { return nil }
        switch travelling.content {
        case .message(let message): return message
        case .closed:
            if travelling.direction == .toRouter {
                links[travelling.link].seenByRouter = 0
                delegate.disconnected(travelling.link, at: .router(link.id.router))
            } else {
                links[travelling.link].seenByDialer = 0
                dialerLost(travelling.link, now, delegate)
            }
            return nil
        }
    }

    // MARK: - Faults

    /// Nothing passes in this direction until `unblock`; neither end is told.
    package func block(_ link: Int, _ direction: Direction) {
        links[link].change(direction) { $0.blocks += 1 }
    }

    /// What was held arrives now, as TCP would send it again, if the connection has outlived the cut.
    package func unblock(_ link: Int, _ direction: Direction, now: UInt64, _ delegate: some NetworkDelegate) {
        var released: [Travelling] = []
        links[link].change(direction) { lane in
            lane.blocks -= 1
            guard lane.blocks == 0 else { return }
            released = lane.held
            lane.held = []
        }
        // At once, so that nothing that is under way overtakes it.
        for travelling in released { delegate.arrivesNow(travelling) }
        if links[link].seenByDialer != 0, links[link].seenByRouter == 0, !links[link].isCut {
            // The router's end is gone: the first segment that reaches it is answered with a reset.
            links[link].seenByDialer = 0
            dialerLost(link, now, delegate)
        }
    }

    package func delay(_ link: Int, byMicroseconds delay: UInt64) { links[link].addedDelay += delay }

    package func undelay(_ link: Int, byMicroseconds delay: UInt64) { links[link].addedDelay -= delay }

    /// Whatever kept messages from passing here is over.
    package func heal(_ link: Int, now: UInt64, _ delegate: some NetworkDelegate) {
        links[link].addedDelay = 0
        for direction in [Direction.toRouter, .toDialer] {
            let blocks = links[link].lane(direction).blocks
            guard blocks > 0 else { continue }
            links[link].change(direction) { $0.blocks = 1 }
            unblock(link, direction, now: now, delegate)
        }
    }
}
