// A TCP proxy whose links can be cut, delayed, throttled, reset and half-closed, one thread and one `poll` for all
// of them. It stands between workers and routers, or clients and routers, and knows nothing of what it carries.

import Configuration
import Dispatch
import Domain
import Foundation
import Glibc
import Operations

/// Made and commanded by one thread; a thread of its own carries the bytes.
public final class LinkProxy {
    private let commands: Mailbox<@Sendable (LinkCarrier) -> Void>
    private let stop: StopSignal
    private let ended = DispatchSemaphore(value: 0)

    /// Starts carrying.
    /// - Parameter links: where to listen on loopback, and where to connect then; numbered from 0.
    /// - Throws: when a port is taken.
    public init(_ links: [(port: UInt16, target: Endpoint)]) throws(ChaosError) {
        var listeners: [TCPDescriptor] = []
        for link in links { listeners.append(try TCPDescriptor.listening(on: link.port)) }
        let wake = WakeUp()
        stop = StopSignal(wake: wake)
        commands = Mailbox { wake.signal() }
        // The descriptors are handed over to the one thread that uses them from here on.
        nonisolated(unsafe) let handed = listeners
        let targets = links.map(\.target)
        let thread = Thread { [commands, stop, ended] in
            let carrier = unsafe LinkCarrier(handed, targets)
            while !stop.isRequested {
                for command in commands.takeAll() { command(carrier) }
                carrier.carry(wake)
            }
            ended.signal()
        }
        thread.start()
    }

    deinit {
        stop.request()
        ended.wait()
    }

    /// Carries out a command; it holds when this returns.
    public func carryOut(_ command: LinkCommand) {
        let done = DispatchSemaphore(value: 0)
        commands.post { carrier in
            carrier.carryOut(command)
            done.signal()
        }
        done.wait()
    }
}
