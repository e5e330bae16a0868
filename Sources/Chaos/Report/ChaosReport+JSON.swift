// The report for machines: every fault by itself, so that a spread can be computed that nobody thought of.

extension ChaosReport: Encodable {
    private enum Key: String, CodingKey {
        case requests, failed, violations, kinds, faults, steady, steadyFailed, steadyCold, acknowledgedEvents
        case ratePerSecond, lateness, readBack
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(requests, forKey: .requests)
        try container.encode(failed, forKey: .failed)
        try container.encode(violations.map(\.description), forKey: .violations)
        try container.encode(kinds, forKey: .kinds)
        try container.encode(faults, forKey: .faults)
        try container.encode(steady, forKey: .steady)
        try container.encode(steadyFailed, forKey: .steadyFailed)
        try container.encode(steadyCold, forKey: .steadyCold)
        try container.encode(acknowledgedEvents, forKey: .acknowledgedEvents)
        try container.encode(ratePerSecond, forKey: .ratePerSecond)
        try container.encode(lateness, forKey: .lateness)
        try container.encode(readBack, forKey: .readBack)
    }
}
