import Domain
import Operations

extension FaultExecution {
    /// Cuts, delays, throttles, resets and half-closes.
    func links(_ action: FaultAction, _ target: FaultTarget) throws -> FaultOutcome {
        if let network = injector.cluster.network { return try cable(network, action, target) }
        guard let proxy = injector.proxy, let (links, name, worker) = choice.links(target), !links.isEmpty else {
            return .skipped("there is no such link")
        }
        let at = Clock.monotonic()
        var done = FaultOutcome.Done(target: name, at: at, victims: worker.map { [$0] } ?? [])
        guard let (direction, treatment) = action.treatment else {
            for link in links { proxy.carryOut(action == .reset ? .reset(link: link) : action.halfClosing(link)) }
            return .done(done)
        }
        for link in links { proxy.carryOut(.treat(link: link, direction, treatment)) }
        done.heal = {
            for link in links { proxy.carryOut(.treat(link: link, direction, .none)) }
            return nil
        }
        return .done(done)
    }

    /// The cable of a worker that has a network namespace of its own.
    private func cable(
        _ network: NamespaceNetwork, _ action: FaultAction, _ target: FaultTarget
    ) throws -> FaultOutcome {
        guard case .cut(let direction, _) = action, case .links(let workerChoice, _) = target,
            let worker = choice.worker(workerChoice), let number = injector.cluster.node(worker)?.number
        else { return .skipped("there is no such cable") }
        let at = Clock.monotonic()
        try network.cut(number, direction)
        return .done(
            .init(target: "\(worker) ↔ all routers", at: at, victims: [worker]) {
                try network.mend(number, direction)
                return nil
            })
    }
}

extension FaultAction {
    /// What the proxy does meanwhile; nil for what is over at once.
    fileprivate var treatment: (LinkDirection, LinkTreatment)? {
        switch self {
        case .cut(let direction, _): return (direction, .held)
        case .delay(let direction, let by, _):
            var treatment = LinkTreatment()
            treatment.delayMicroseconds = by.microseconds
            return (direction, treatment)
        case .throttle(let direction, let rate, _):
            var treatment = LinkTreatment()
            treatment.bytesPerSecond = rate
            return (direction, treatment)
        default: return nil
        }
    }

    fileprivate func halfClosing(_ link: Int) -> LinkCommand {
        if case .halfClose(let direction) = self { return .halfClose(link: link, direction) }
        return .reset(link: link)
    }
}
