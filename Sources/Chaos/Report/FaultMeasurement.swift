// Sorts every request of the load into the windows of the faults that it met, or into the time between.

import Domain

struct FaultMeasurement {
    private let history: History
    private let shop: Shop
    private(set) var figures: [FaultFigures]
    /// Latencies of answers by fault.
    private var latencies: [[UInt64]]
    /// Latencies of answers outside of every window, by the fault that came next; those after the last one at the end.
    private var between: [[UInt64]]
    private var first: [FirstAnswers]
    private(set) var steadyFailed = 0
    private(set) var steadyCold = 0
    private(set) var requests = 0
    private(set) var failed = 0

    init(_ findings: Findings) {
        history = findings.history
        shop = findings.shop
        let start = history.loadStartedAt
        figures = history.faults.map { FaultFigures($0, start: start) }
        latencies = Array(repeating: [], count: figures.count)
        between = Array(repeating: [], count: figures.count + 1)
        first = Array(repeating: FirstAnswers(), count: figures.count)
    }

    mutating func run() {
        // Faults begin in order, but may end in any; those whose window may still be open are looked at.
        for (client, operations) in history.clients.enumerated() {
            var open: [Int] = []
            var levels = ColdAnswers()
            var next = 0
            for (number, operation) in operations.enumerated() where operation.sentAt >= history.loadStartedAt {
                let ended = operation.endedAt ?? operation.sentAt
                while next < history.faults.count, history.faults[next].startedAt <= ended {
                    open.append(next)
                    next += 1
                }
                open.removeAll { history.faults[$0].endOfWindow <= operation.sentAt }
                let windows = open.filter { history.faults[$0].touches(from: operation.sentAt, to: ended) }
                // One that had ended may come after a slow one that met the next fault.
                let following = open.first { history.faults[$0].startedAt > ended } ?? next
                count(operation, OperationID(client: client, number: number), in: windows, before: following)
                guard levels.notes(operation) else { continue }
                if windows.isEmpty { steadyCold += 1 }
                for index in windows { figures[index].cold += 1 }
            }
        }
        for index in figures.indices where history.faults[index].skipped == nil {
            figures[index].detectionMicroseconds = first[index].detection(history.faults[index])
        }
    }

    /// - Parameter next: the fault that had not begun when the operation ended.
    private mutating func count(_ operation: Operation, _ id: OperationID, in windows: [Int], before next: Int) {
        requests += 1
        if !operation.succeeded { failed += 1 }
        guard !windows.isEmpty else {
            if operation.succeeded { between[next].append(operation.latency ?? 0) } else { steadyFailed += 1 }
            return
        }
        let partition = shop.partition(ofShopper: shop.shopper(of: operation.request))
        for index in windows {
            figures[index].count(operation, id, of: partition, since: history.faults[index].startedAt)
            if operation.succeeded { latencies[index].append(operation.latency ?? 0) }
            let fault = history.faults[index]
            guard fault.partitions.contains(partition) else { continue }
            if operation.sentAt >= fault.startedAt { first[index].note(operation, of: partition) }
            if case .acknowledged = operation.outcome {
                figures[index].longestWriteMicroseconds =
                    max(figures[index].longestWriteMicroseconds ?? 0, operation.latency ?? 0)
            }
        }
    }

    var steady: [UInt64] { between.flatMap(\.self) }

    /// What a fault did to the 99th percentile, held against the time between it and its neighbours; nil where one of the
    /// two has no answers.
    private func slowdown(_ fault: Int) -> Double? {
        let (during, around) = (Spread(latencies[fault]), Spread(between[fault] + between[fault + 1]))
        return during.count > 0 && around.p99 > 0 ? during.p99 / around.p99 : nil
    }

    /// Everything about the faults of one name.
    func kind(_ name: String) -> ChaosReport.KindFigures {
        var kind = ChaosReport.KindFigures(name: name)
        var answers: [UInt64] = []
        var detections: [UInt64] = []
        var writes: [UInt64] = []
        var longest: [UInt64] = []
        for (index, figure) in figures.enumerated() where figure.name == name {
            if figure.skipped != nil {
                kind.skipped += 1
                continue
            }
            kind.repetitions += 1
            kind.requests += figure.requests
            kind.failed += figure.failed
            kind.unknown += figure.unknown
            kind.cold += figure.cold
            kind.refusals.merge(figure.refusals, uniquingKeysWith: +)
            answers += latencies[index]
            longest.append(figure.longestMicroseconds)
            if let slowdown = slowdown(index) { kind.slowdowns.append(slowdown) }
            if !history.faults[index].partitions.isEmpty {
                // What never came counts as long as there was time for it.
                let ever = history.faults[index].endOfWindow.microseconds(since: history.faults[index].startedAt)
                detections.append(figure.detectionMicroseconds ?? ever)
                writes.append(figure.longestWriteMicroseconds ?? 0)
            }
        }
        kind.slowdowns.sort()
        kind.answers = Spread(answers)
        kind.detection = Spread(detections)
        kind.longestWrite = Spread(writes)
        kind.longest = Spread(longest)
        return kind
    }
}
