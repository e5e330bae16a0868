// Reads one item of `faults`: the action with what it needs, whom it hits, and when.

import Configuration
import Domain
import Yams

struct FaultStepReader {
    let path: String
    private let place: ConfigurationError.Place

    init(path: String, section: SectionReader) {
        self.path = path
        place = section.place
    }

    /// nil when the action itself is not understood.
    func read(_ section: inout SectionReader, _ problems: inout ProblemList) -> FaultStep? {
        var word: FaultKind?
        let found = section.read("action", into: &word, .optional(.choice), required: true, &problems)
        let target = target(for: word, &section, &problems)
        let action = action(word, &section, &problems)
        var at: Duration?
        var every: Duration?
        section.read("at", into: &at, .optional(.duration("0s", "1d")), &problems)
        section.read("every", into: &every, .optional(.duration("10ms", "1d")), &problems)
        var step = FaultStep(
            action: action ?? .kill, target: target, at: at ?? every ?? .seconds(1),
            name: (word?.rawValue ?? "") + "\(target)")
        step.every = every
        section.read("jitter", into: &step.jitter, .duration("0ms", "1h"), &problems)
        section.read("times", into: &step.times, .optional(.whole(1...1_000_000)), &problems)
        section.read("name", into: &step.name, .text(upTo: 64), &problems)
        if word != nil, step.times ?? 1 > 1, every == nil {
            problems.add("\(path).times is \(step.times ?? 1) without \(path).every; say how far apart", at: place)
        }
        return found == nil || action == nil ? nil : step
    }

    private func action(
        _ kind: FaultKind?, _ section: inout SectionReader, _ problems: inout ProblemList
    ) -> FaultAction? {
        switch kind {
        case nil:
            // Known keys, so that one wrong word is not reported six times.
            for key in ["for", "direction", "by", "rate", "syscall", "error", "nth"] { _ = section.node(key) }
            return nil
        case .kill: return .kill
        case .terminate: return .terminate
        case .reset: return .reset
        case .restartAll: return .restartAll
        case .halfClose: return .halfClose(direction(.fromRouter, &section, &problems))
        case .stop: return .stop(for: duration(&section, &problems))
        case .cut: return .cut(direction(.both, &section, &problems), for: duration(&section, &problems))
        case .delay:
            var by: Duration = .milliseconds(50)
            section.read("by", into: &by, .duration("1ms", "60s"), required: true, &problems)
            return .delay(direction(.both, &section, &problems), by: by, for: duration(&section, &problems))
        case .throttle:
            var rate = 0
            section.read("rate", into: &rate, .bytesPerSecond, required: true, &problems)
            return .throttle(
                direction(.both, &section, &problems), bytesPerSecond: rate, for: duration(&section, &problems))
        case .fillDisk: return .fillDisk(for: duration(&section, &problems))
        case .addWorker: return .addWorker(for: duration(&section, &problems))
        case .drainWorker: return .drainWorker(for: duration(&section, &problems))
        case .injectIO:
            var fault = SystemCallFault(call: .fdatasync, error: .io, nth: 1)
            section.read("syscall", into: &fault.call, .choice, &problems)
            section.read("error", into: &fault.error, .choice, &problems)
            section.read("nth", into: &fault.nth, .whole(1...1_000_000), &problems)
            return .injectIO(fault, for: duration(&section, &problems))
        }
    }

    private func duration(_ section: inout SectionReader, _ problems: inout ProblemList) -> Duration {
        var duration: Duration = .seconds(1)
        section.read("for", into: &duration, .duration("1ms", "1h"), required: true, &problems)
        return duration
    }

    private func direction(
        _ standard: LinkDirection, _ section: inout SectionReader, _ problems: inout ProblemList
    ) -> LinkDirection {
        var direction = standard
        section.read("direction", into: &direction, .choice, &problems)
        return direction
    }

    private func target(
        for kind: FaultKind?, _ section: inout SectionReader, _ problems: inout ProblemList
    ) -> FaultTarget {
        var worker: WorkerChoice?
        var router: RouterChoice?
        switch kind {
        case .restartAll, .addWorker, .fillDisk: return .none
        case .injectIO, .drainWorker:
            section.read("worker", into: &worker, .optional(.worker), &problems)
            return .worker(worker ?? .any)
        case .kill, .terminate, .stop, nil:
            var server: ServerChoice?
            section.read("worker", into: &worker, .optional(.worker), &problems)
            var other = section.read("router", into: &router, .optional(.router), &problems)
            if kind != .terminate {
                other = section.read("server", into: &server, .optional(.server), &problems) ?? other
            }
            if let other, [worker != nil, router != nil, server != nil].count(where: \.self) > 1 {
                problems.add("\(path) names two victims; make two faults of it", at: other)
            }
            if let server { return .server(server) }
            return router.map { .router($0) } ?? .worker(worker ?? .any)
        case .cut, .delay, .throttle, .reset, .halfClose:
            section.read("worker", into: &worker, .optional(.worker), &problems)
            section.read("router", into: &router, .optional(.router), &problems)
            if let worker { return .links(worker: worker, router: router ?? .all) }
            return router.map { .clientLinks(router: $0) } ?? .links(worker: .any, router: .all)
        }
    }
}
