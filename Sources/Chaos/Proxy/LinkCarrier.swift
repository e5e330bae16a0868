// The thread's side of the proxy: listeners, connections, and one round of `poll` over all of them.

import Configuration
import Domain
import Glibc
import Operations

final class LinkCarrier {
    private struct Link {
        let listener: TCPDescriptor
        let target: Endpoint
        var toRouter = LinkTreatment.none
        var fromRouter = LinkTreatment.none

        /// A cut cable answers no call.
        var accepts: Bool { !(toRouter.isHeld && fromRouter.isHeld) }
    }

    private struct Connection {
        let link: Int
        let toRouter: LinkPipe
        let fromRouter: LinkPipe
        var isBroken = false

        var isOver: Bool { isBroken || toRouter.isOver && fromRouter.isOver }
    }

    private var links: [Link]
    private var connections: [Connection] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// Never waits longer, whatever it believes to be due.
    private static let longestWaitMicroseconds: UInt64 = 1_000_000

    init(_ listeners: [TCPDescriptor], _ targets: [Endpoint]) {
        links = zip(listeners, targets).map { Link(listener: $0, target: $1) }
    }

    // MARK: - Commands

    func carryOut(_ command: LinkCommand) {
        switch command {
        case .treat(let link, let direction, let treatment):
            if direction != .fromRouter { links[link].toRouter = treatment }
            if direction != .toRouter { links[link].fromRouter = treatment }
        case .reset(let link):
            for index in connections.indices where connections[index].link == link { breakUp(index) }
            connections.removeAll(where: \.isOver)
        case .halfClose(let link, let direction):
            for connection in connections where connection.link == link {
                if direction != .fromRouter { connection.toRouter.finish() }
                if direction != .toRouter { connection.fromRouter.finish() }
            }
        }
    }

    /// Ends both sides with RST.
    private func breakUp(_ index: Int) {
        connections[index].isBroken = true
        connections[index].toRouter.source.resetOnClose()
        connections[index].toRouter.sink.resetOnClose()
    }

    // MARK: - One round

    /// Waits until something can be done, and does it.
    func carry(_ wake: WakeUp) {
        let now = Clock.monotonic()
        var waited = DescriptorPoll()
        waited.add(wake.descriptor, reading: true)
        for link in links { waited.add(link.listener.number, reading: link.accepts) }
        var waitMicroseconds = Self.longestWaitMicroseconds
        for connection in connections {
            for (pipe, treatment) in pipes(of: connection) {
                waited.add(pipe.source.number, reading: pipe.wantsToRead && !treatment.isHeld)
                let wait = pipe.waitMicroseconds(treatment, now: now)
                waited.add(pipe.sink.number, reading: false, writing: wait == 0)
                if let wait, wait > 0 { waitMicroseconds = min(waitMicroseconds, wait) }
            }
        }
        waited.wait(microseconds: waitMicroseconds)
        if waited.isReady(0) { wake.clear() }
        for link in links.indices where waited.isReady(1 + link) { accept(link) }
        carryBytes(waited, first: 1 + links.count)
        connections.removeAll(where: \.isOver)
    }

    private func carryBytes(_ waited: DescriptorPoll, first: Int) {
        let now = Clock.monotonic()
        var place = first
        // Connections accepted in this round are not in the set yet.
        for index in connections.indices where place < waited.count {
            for (pipe, treatment) in pipes(of: connections[index]) {
                var isWhole = true
                if waited.isReady(place) { isWhole = pipe.read(through: &buffer, treatment, now: now) }
                if isWhole, !treatment.isHeld { isWhole = pipe.write(treatment, now: now) }
                if !isWhole { breakUp(index) }
                place += 2
            }
        }
    }

    private func accept(_ link: Int) {
        while let client = links[link].listener.accepted() {
            guard let router = TCPDescriptor.connecting(to: links[link].target) else {
                client.resetOnClose()
                continue
            }
            let now = Clock.monotonic()
            connections.append(
                Connection(
                    link: link, toRouter: LinkPipe(from: client, to: router, now: now),
                    fromRouter: LinkPipe(from: router, to: client, now: now)))
        }
    }

    private func pipes(of connection: Connection) -> [(LinkPipe, LinkTreatment)] {
        let link = links[connection.link]
        return [(connection.toRouter, link.toRouter), (connection.fromRouter, link.fromRouter)]
    }
}
