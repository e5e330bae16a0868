/// Something that will happen. Values, not closures: nothing is allocated to schedule one.
enum SimulationEvent {
    case arrival(Travelling)
    /// A process that stood still takes in what has arrived meanwhile.
    case takenIn(Travelling)
    case redial(link: Int, incarnation: UInt64)
    /// A process that stood still learns that a connection has closed.
    case disconnected(NodeID, link: Int)
    /// A node's loop comes round. Ignored unless it is the one that the node waits for.
    case wake(NodeID, incarnation: UInt64, at: UInt64)
    /// A worker's disk thread looks at the log.
    case poll(worker: Int, incarnation: UInt64)
    /// What the disk was asked for takes effect.
    case diskActs(worker: Int, incarnation: UInt64)
    /// The worker hears of it.
    case diskAnswers(worker: Int, incarnation: UInt64)
    case start(NodeID)
    case resume(NodeID, pause: UInt64)
    /// The next fault of a kind, by its place in the mix.
    case fault(Int)
    case heal(Int)
    case inspect

    /// The process to which it happens: while that one is paused, so is this.
    var node: NodeID? {
        switch self {
        case .wake(let node, _, _), .disconnected(let node, _): node
        case .poll(let worker, _), .diskActs(let worker, _), .diskAnswers(let worker, _): .worker(worker)
        case .arrival, .takenIn, .redial, .start, .resume, .fault, .heal, .inspect: nil
        }
    }

    var code: UInt64 {
        switch self {
        case .arrival: 1
        case .redial: 2
        case .wake: 3
        case .poll: 4
        case .diskActs: 5
        case .diskAnswers: 6
        case .start: 7
        case .resume: 8
        case .fault: 9
        case .heal: 10
        case .inspect: 11
        case .disconnected: 12
        case .takenIn: 13
        }
    }
}
