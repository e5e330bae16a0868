// Commands that wait until the cluster has followed. Workers say what they have in their heartbeats, which routers pass on
// when they are asked; a look for each of them is enough.

import Client
import Configuration
import Domain
import Foundation
import Operations

extension PricingClient {
    /// Workers report twenty times a second.
    private static let heartbeatSeconds = 0.05

    /// Looks at every heartbeat, until it holds or the time is over.
    /// - Returns: the last status seen, and whether it holds.
    func status(
        withinSeconds seconds: UInt32, until holds: (ClusterStatus) -> Bool
    ) throws(ClientError) -> (status: ClusterStatus, holds: Bool) {
        let deadline = Clock.monotonic().adding(microseconds: UInt64(seconds) * 1_000_000)
        while true {
            let status = try status().value
            if holds(status) { return (status, true) }
            guard Clock.monotonic() < deadline else { return (status, false) }
            Thread.sleep(forTimeInterval: Self.heartbeatSeconds)
        }
    }
}
