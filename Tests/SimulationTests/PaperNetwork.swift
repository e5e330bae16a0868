import Domain
import Simulation

/// A network of one link, and what came of it.
final class PaperNetwork: NetworkDelegate {
    let network: SimulatedNetwork
    let link: Int
    let dialer = NodeID.worker(0)
    var now: UInt64 = 0
    var down: Set<NodeID> = []
    private var queue = EventQueue<Travelling>()
    private(set) var received: [UInt64] = []
    private(set) var disconnections: [NodeID] = []
    private(set) var redials = 0

    init(_ settings: NetworkSettings = NetworkSettings(), seed: UInt64 = 1) {
        network = SimulatedNetwork(settings, seed: seed)
        network.addLink(from: dialer, toRouter: 0)
        link = network.link(from: dialer, toRouter: 0)
        network.dial(link, now: 0, self)
    }

    /// Sends a message that names itself.
    func send(_ number: UInt64) -> Bool {
        let header = MessageHeader(
            kind: .probe, deadlineMicroseconds: 0, keyHash: KeyHash(0), requestID: RequestID(high: 0, low: number))
        return network.sendToRouter(link, Message(header: header, body: .none), now: now, self)
    }

    /// Lets everything arrive that is under way.
    func settle() {
        while let (time, travelling) = queue.next() {
            now = max(now, time)
            arrivesNow(travelling)
        }
    }

    func arrives(_ travelling: Travelling, at time: UInt64) { queue.schedule(travelling, at: time) }

    func arrivesNow(_ travelling: Travelling) {
        guard network.passes(travelling), let message = network.arrived(travelling, now: now, self) else { return }
        received.append(message.header.requestID.low)
    }

    func redials(_ link: Int, incarnation: UInt64, at time: UInt64) { redials += 1 }
    func connected(_ link: Int) {}
    func disconnected(_ link: Int, at end: NodeID) { disconnections.append(end) }
    func isRunning(_ node: NodeID) -> Bool { !down.contains(node) }
    func incarnation(of node: NodeID) -> UInt64 { 1 }
    func faultHappened(_ kind: FaultKind) {}
}
