// A price that insists on an index has seen it, whichever replica gives it.

import Domain

public enum ReadsSeeOwnWrites: Checker {
    public static let name = "ReadsSeeOwnWrites"

    public static func evidence(in findings: Findings) -> [String] {
        findings.history.all.compactMap { id, operation in
            guard case .price(_, let after) = operation.request, case .priced = operation.outcome,
                operation.index < after
            else { return nil }
            return "\(id) insisted on index \(after) and was priced at index \(operation.index)"
        }
    }
}
