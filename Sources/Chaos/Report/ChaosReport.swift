// What a run found: the promises that were broken, and figures for each kind of fault and for the time between.

import Domain

public struct ChaosReport: Sendable {
    public var violations: [Violation]
    /// In the order in which they happened.
    public var faults: [FaultFigures] = []
    /// By name of the fault, in the order of the plan.
    public var kinds: [KindFigures] = []
    /// Answers outside of every fault's window.
    public var steady: Spread
    public var steadyFailed = 0
    public var steadyCold = 0
    public var requests = 0
    public var failed = 0
    public var acknowledgedEvents = 0
    /// How much there was to check: a check of nothing proves nothing.
    public var readBack: ReadBack
    public var ratePerSecond: Double
    /// How late the generator itself was.
    public var lateness: Spread

    public struct ReadBack: Codable, Sendable {
        /// In the log.
        public var events: Int
        /// Presented once more.
        public var tokens: Int
        /// Whose state was looked at.
        public var shoppers: Int
        /// Replicas that hashed their state.
        public var replicas: Int

        init(_ recovered: Recovered) {
            events = recovered.batches.reduce(0) { $0 + $1.events.count }
            tokens = recovered.verifications.count
            shoppers = recovered.baskets.count
            replicas = recovered.checkpoints.count
        }
    }

    /// The same fault, over its repetitions.
    public struct KindFigures: Codable, Sendable {
        public var name: String
        public var repetitions = 0
        public var skipped = 0
        public var requests = 0
        public var failed = 0
        public var unknown = 0
        public var cold = 0
        public var refusals: [String: Int] = [:]
        public var answers = Spread([])
        public var detection = Spread([])
        public var longestWrite = Spread([])
        public var longest = Spread([])
        /// The 99th percentile during each repetition, divided by the one of the time between it and its neighbours;
        /// ascending.
        public var slowdowns: [Double] = []
    }

    /// - Parameters:
    ///   - lateness: of each request's sending, in microseconds.
    ///   - failures: why clients ended before they were asked to.
    public init(plan: ChaosPlan, rate: Double, findings: Findings, lateness: [UInt32], failures: [String]) {
        violations = Checkers.all.flatMap { $0.violations(in: findings) }
        violations += failures.map { Violation(checker: "Clients", evidence: "a client ended early: \($0)") }
        ratePerSecond = rate
        readBack = ReadBack(findings.recovered)
        self.lateness = Spread(lateness.map(UInt64.init))
        steady = Spread([])
        var measure = FaultMeasurement(findings)
        measure.run()
        faults = measure.figures
        kinds = plan.faults.map(\.name).uniqued().map { name in measure.kind(name) }
        steady = Spread(measure.steady)
        steadyFailed = measure.steadyFailed
        steadyCold = measure.steadyCold
        requests = measure.requests
        failed = measure.failed
        for (_, operation) in findings.history.all {
            if case .acknowledged(let acknowledgement) = operation.outcome {
                acknowledgedEvents += Int(acknowledgement.accepted)
            }
        }
    }
}

extension Array where Element: Hashable {
    /// Without repetitions, first occurrences in order.
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
