// Everything that can be done to a cluster. Each heals by itself: what was killed is started again by the
// supervisor, everything else after its `for`.

import Domain

public enum FaultAction: Equatable, Sendable {
    /// SIGKILL.
    case kill
    /// SIGTERM: an orderly end.
    case terminate
    /// SIGSTOP, then SIGCONT.
    case stop(for: Duration)
    /// Nothing passes in a direction; it arrives when the link heals, as after lost packets.
    case cut(LinkDirection, for: Duration)
    /// Everything passes later by so much.
    case delay(LinkDirection, by: Duration, for: Duration)
    /// So many bytes a second pass.
    case throttle(LinkDirection, bytesPerSecond: Int, for: Duration)
    /// Every connection of the link ends with RST.
    case reset
    /// Every connection of the link is closed in one direction and stays open in the other.
    case halfClose(LinkDirection)
    /// The log's file system has no room.
    case fillDisk(for: Duration)
    /// A system call of one worker fails, by `strace -e inject=`.
    case injectIO(SystemCallFault, for: Duration)
    /// SIGKILL to every process of the cluster at once.
    case restartAll
    /// One more worker, which is drained and ended afterwards.
    case addWorker(for: Duration)
    /// A worker hands over what it holds, and gets it back afterwards.
    case drainWorker(for: Duration)

    /// The word in a plan.
    public var kind: FaultKind {
        switch self {
        case .kill: .kill
        case .terminate: .terminate
        case .stop: .stop
        case .cut: .cut
        case .delay: .delay
        case .throttle: .throttle
        case .reset: .reset
        case .halfClose: .halfClose
        case .fillDisk: .fillDisk
        case .injectIO: .injectIO
        case .restartAll: .restartAll
        case .addWorker: .addWorker
        case .drainWorker: .drainWorker
        }
    }

    /// How long it lasts; zero for what is over at once.
    public var duration: Duration {
        switch self {
        case .kill, .terminate, .reset, .halfClose, .restartAll: .zero
        case .stop(let duration), .cut(_, let duration), .delay(_, _, let duration), .throttle(_, _, let duration),
            .fillDisk(let duration), .injectIO(_, let duration), .addWorker(let duration), .drainWorker(let duration):
            duration
        }
    }
}

public enum FaultKind: String, CaseIterable, Sendable {
    case kill, terminate, stop, cut, delay, throttle, reset
    case halfClose = "half-close"
    case fillDisk = "fill-disk"
    case injectIO = "inject-io"
    case restartAll = "restart-all"
    case addWorker = "add-worker"
    case drainWorker = "drain-worker"

    /// Whether it acts on connections rather than on processes.
    public var isOfLinks: Bool {
        switch self {
        case .cut, .delay, .throttle, .reset, .halfClose: true
        default: false
        }
    }
}

/// Which way bytes go, seen from the router of the link.
public enum LinkDirection: String, CaseIterable, Sendable {
    case both
    case toRouter = "to-router"
    case fromRouter = "from-router"
}

/// What `strace -e inject=` is told.
public struct SystemCallFault: Equatable, Sendable {
    public enum SystemCall: String, CaseIterable, Sendable { case fdatasync, fsync, pwrite64, write }
    public enum ErrorNumber: String, CaseIterable, Sendable {
        case io = "EIO"
        case noSpace = "ENOSPC"
        case interrupted = "EINTR"
        case readOnly = "EROFS"
    }

    public var call: SystemCall
    public var error: ErrorNumber
    /// The how manieth call fails, counted in each thread from 1.
    public var nth: Int

    public init(call: SystemCall, error: ErrorNumber, nth: Int) {
        self.call = call
        self.error = error
        self.nth = nth
    }
}

/// Whom it happens to.
public enum FaultTarget: Equatable, Sendable {
    case none
    case worker(WorkerChoice)
    case router(RouterChoice)
    /// A server of the log.
    case server(ServerChoice)
    /// The links between workers and routers.
    case links(worker: WorkerChoice, router: RouterChoice)
    /// The links between clients and routers.
    case clientLinks(router: RouterChoice)
}

public enum WorkerChoice: Equatable, Sendable {
    case any
    case named(String)
    /// Whoever leads the partition at that moment.
    case leader(of: PartitionID)
}

public enum ServerChoice: Equatable, Sendable {
    case any
    case named(String)
}

public enum RouterChoice: Equatable, Sendable {
    case any
    case all
    case named(String)
}

extension FaultTarget: CustomStringConvertible {
    var isServer: Bool { if case .server = self { true } else { false } }

    /// What the report calls a fault that the plan gives no name.
    public var description: String {
        switch self {
        case .none: ""
        case .worker(let worker): " worker \(worker)"
        case .router(let router): " router \(router)"
        case .server(.any): " server any"
        case .server(.named(let name)): " server \(name)"
        case .links(let worker, let router): " worker \(worker)" + (router == .all ? "" : " from router \(router)")
        case .clientLinks(let router): " clients from router \(router)"
        }
    }
}

extension WorkerChoice: CustomStringConvertible {
    public var description: String {
        switch self {
        case .any: "any"
        case .named(let name): name
        case .leader(let partition): "leader-of:\(partition)"
        }
    }
}

extension RouterChoice: CustomStringConvertible {
    public var description: String {
        switch self {
        case .any: "any"
        case .all: "all"
        case .named(let name): name
        }
    }
}
