// What workers say in a script.

import Domain
import RouterCore

extension RouterScript {
    /// - Parameter name: of a worker, with the number of one of its processes if it is not the present one.
    mutating func report(_ name: String, _ words: [String]) {
        let parts = name.split(separator: ".").map(String.init)
        var worker = workers[parts[0]] ?? Worker()
        var report = WorkerReport(
            name: parts[0], isReady: true, modelVersion: 1, catalogueProducts: 1, broadcastIndex: 1, answered: 0,
            problem: "")
        var role = ReplicaRole.following
        var words = words[...]
        while let word = words.popFirst() {
            switch word {
            case "unready": report.isReady = false
            case "draining": report.isDraining = true
            case "weight": report.weight = UInt32(words.removeFirst())!
            case "loading": role = .loading
            case "following": role = .following
            case "claiming": role = .claiming
            case "leading": role = .leading
            default: report.replicas.append(replica(word, role))
            }
        }
        if parts.count == 1 { worker.report = report }
        workers[parts[0]] = worker
        hear(parts[0], report, process: parts.count == 1 ? worker.process : UInt64(parts[1])!)
    }

    mutating func hear(_ name: String, _ report: WorkerReport, process: UInt64) {
        let number = core.workerReported(report, connection: process, now: now, into: &actions)
        if let number { workers[name]!.number = number } else { say("\(name) is not listened to") }
    }

    /// `0@4#100`: partition 0, epoch 4, index 100.
    private func replica(_ text: String, _ role: ReplicaRole) -> ReplicaReport {
        let parts = text.split(whereSeparator: { $0 == "@" || $0 == "#" }).map(String.init)
        return ReplicaReport(
            partition: parts[0] == "*" ? .broadcast : PartitionID(UInt16(parts[0])!), role: role,
            epoch: parts.count > 1 ? UInt64(parts[1])! : 0, index: parts.count > 2 ? UInt64(parts[2])! : 100)
    }
}
