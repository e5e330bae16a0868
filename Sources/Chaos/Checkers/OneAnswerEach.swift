// I10: every request gets exactly one answer by its deadline: what was asked, or a refusal. Only a dead or cut off
// router excuses silence, because then nobody is left to answer.

import Domain

public enum OneAnswerEach: Checker {
    public static let name = "OneAnswerEach"

    public static func evidence(in findings: Findings) -> [String] {
        let excuses = findings.history.faults.filter(\.excusesSilence)
        return findings.history.all.compactMap { id, operation in
            if operation.deliveries > 1 { return "\(id) was answered \(operation.deliveries) times" }
            guard let ended = operation.endedAt, let outcome = operation.outcome else {
                return "\(id) never came to an end"
            }
            switch outcome {
            case .unknown(.unreadable(let why)): return "\(id) was answered with what cannot be read: \(why)"
            case .unknown(.silence):
                guard !excuses.contains(where: { $0.touches(from: operation.sentAt, to: ended) }) else { return nil }
                return "\(id), sent at \(operation.sentAt.microseconds) µs, was not answered by its deadline"
            default: return nil
            }
        }
    }
}

extension FaultRecord {
    /// Whether it can take a client's router, or the way to it, away.
    var excusesSilence: Bool {
        switch kind {
        case .restartAll: true
        case .kill, .terminate, .stop: isOfRouter
        case .cut, .delay, .throttle, .reset, .halfClose: target.hasPrefix("clients")
        case .fillDisk, .injectIO, .addWorker, .drainWorker: false
        }
    }

    /// Whether its victim is a router.
    public var isOfRouter: Bool { target.hasPrefix("r") }
}
