// One fault: how it is done and what undoes it, action by action.

import Domain
import Glibc
import Operations

struct FaultExecution {
    let injector: FaultInjector
    let choice: TargetChoice
    let leaders: Leaders
    private var cluster: ChaosCluster { injector.cluster }

    init(injector: FaultInjector, choice: TargetChoice, leaders: Leaders) {
        self.injector = injector
        self.choice = choice
        self.leaders = leaders
    }

    func run(_ action: FaultAction, _ target: FaultTarget) throws -> FaultOutcome {
        switch action {
        case .kill: process(target, SIGKILL)
        case .terminate: process(target, SIGTERM)
        case .stop: stop(target)
        case .restartAll: restartAll()
        case .cut, .delay, .throttle, .reset, .halfClose: try links(action, target)
        case .fillDisk: fillDisk()
        case .injectIO(let fault, _): try injectIO(fault, target)
        case .addWorker: try addWorker()
        case .drainWorker: drainWorker(target)
        }
    }

    // MARK: - Processes

    private func victim(_ target: FaultTarget) -> String? {
        switch target {
        case .worker(let worker): choice.worker(worker)
        case .router(let router): choice.router(router)
        case .server(let server): choice.server(server)
        case .none, .links, .clientLinks: nil
        }
    }

    private func process(_ target: FaultTarget, _ signal: Int32) -> FaultOutcome {
        guard let victim = victim(target), let at = cluster.signal(victim, signal) else {
            return .skipped("nobody of that kind is running")
        }
        return .done(.init(target: victim, at: at, victims: [victim]))
    }

    private func stop(_ target: FaultTarget) -> FaultOutcome {
        guard let victim = victim(target), let at = cluster.signal(victim, SIGSTOP) else {
            return .skipped("nobody of that kind is running")
        }
        let cluster = cluster
        return .done(
            .init(target: victim, at: at, victims: [victim]) {
                _ = cluster.signal(victim, SIGCONT)
                return nil
            })
    }

    private func restartAll() -> FaultOutcome {
        let names = cluster.running(.worker) + cluster.running(.router) + (cluster.servers?.running ?? [])
        let at = Clock.monotonic()
        for name in names { _ = cluster.signal(name, SIGKILL) }
        return .done(.init(target: names.joined(separator: ", "), at: at, victims: names))
    }

    // MARK: - Disks

    private func fillDisk() -> FaultOutcome {
        guard let volume = injector.volume else { return .skipped("the log has no volume of its own") }
        let at = Clock.monotonic()
        volume.fill()
        return .done(
            .init(target: "the log's volume", at: at) {
                volume.free()
                return nil
            })
    }

    private func injectIO(_ fault: SystemCallFault, _ target: FaultTarget) throws -> FaultOutcome {
        guard let victim = victim(target), let mark = cluster.node(victim)?.child?.mark else {
            return .skipped("no worker is running")
        }
        let tracer = try SystemCallTracer(fault, of: mark, in: cluster.folder)
        cluster.expectEnd(of: victim)
        return .done(
            .init(target: victim, at: tracer.attachedAt, victims: [victim]) {
                tracer.detach()
                return nil
            })
    }
}
