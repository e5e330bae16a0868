// Ports for routers. Below the range from which the kernel takes the local ports of outgoing connections: a worker
// that keeps trying to reach a dead router would sooner or later be given the router's own port as its local one,
// connect to itself, and keep the router from starting again.

import Configuration
import Foundation

enum Ports {
    /// Ports of loopback that nobody listens on at this moment.
    static func free(_ count: Int, seed: UInt64) throws(ChaosError) -> [UInt16] {
        var random = SeededGenerator(seed: seed)
        var ports: [UInt16] = []
        for _ in 0..<10_000 where ports.count < count {
            let port = UInt16(10_000 + random.index(below: 20_000))
            guard !ports.contains(port), (try? TCPDescriptor.listening(on: port)) != nil else { continue }
            ports.append(port)
        }
        guard ports.count == count else {
            throw ChaosError("no \(count) free ports from 10000 to 29999", remedy: "End what listens there.")
        }
        return ports
    }
}
