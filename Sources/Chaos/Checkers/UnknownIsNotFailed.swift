// I9: a refusal says that nothing was done. So what was refused is not in the log; only what is reported as
// unknown may be, or may not.

import Domain

public enum UnknownIsNotFailed: Checker {
    public static let name = "UnknownIsNotFailed"

    public static func evidence(in findings: Findings) -> [String] {
        let log = LogPositions(findings.recovered)
        return findings.history.all.flatMap { id, operation -> [String] in
            guard case .events(_, let events) = operation.request,
                case .refused(let code, _) = operation.outcome
            else { return [] }
            return events.compactMap { event in
                log[event].map {
                    "\(id) was refused as \(code.name), and its event \(hexadecimal(event.value)) lies at \($0)"
                }
            }
        }
    }
}
