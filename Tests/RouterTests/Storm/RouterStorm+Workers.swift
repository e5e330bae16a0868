// The workers of a storm: they hold what they are told to, lead when they are asked to and the log lets them, and are
// in all sorts of trouble.

import Domain
import RouterCore
import TestSupport

struct StormWorker {
    /// What a send to it comes to.
    enum Line { case works, full, gone }

    let name: String
    /// The router's number for it.
    var number: Int?
    var process: UInt64 = 1
    var line = Line.gone
    var isStalled = false
    var isReady = true
    var isDraining = false
    var roles: [PartitionID: ReplicaRole] = [.broadcast: .following]
}

extension RouterStorm {
    func worker(_ number: Int) -> StormWorker { workers.first { $0.number == number }! }

    private func place(_ partition: PartitionID) -> Int {
        partition == .broadcast ? Self.partitions : Int(partition.number)
    }

    // MARK: - What they say

    mutating func report(_ index: Int) {
        guard !workers[index].isStalled else { return }
        let worker = workers[index]
        let replicas = worker.roles.keys.sorted().map { partition in
            let isLeading = leaders[place(partition)] == index && worker.roles[partition] != .loading
            // Followers are now and then behind the log.
            let epoch = epochs[place(partition)]
            return ReplicaReport(
                partition: partition, role: isLeading ? .leading : worker.roles[partition]!,
                epoch: isLeading || epoch == 0 || lottery.once(in: 2) ? epoch : epoch - 1,
                index: lottery.once(in: 50) ? lottery.next() : 1_000)
        }
        let report = WorkerReport(
            name: worker.name, isReady: worker.isReady, modelVersion: 1, catalogueProducts: 1, broadcastIndex: 1,
            answered: 0, problem: "", isDraining: worker.isDraining, replicas: replicas)
        hear(report, process: worker.process, index)
    }

    private mutating func hear(_ report: WorkerReport, process: UInt64, _ index: Int) {
        let isPresent = process == workers[index].process
        // Another process under this name means that the one before is gone.
        if isPresent, workers[index].line == .gone, let number = workers[index].number { noteDeath(number) }
        let number = core.workerReported(report, connection: process, now: now, into: &actions)
        if isPresent {
            workers[index].number = number
            if workers[index].line == .gone { workers[index].line = .works }
            if let number { ledger.reported(number, isDraining: report.isDraining) }
        }
        settle()
    }

    // MARK: - What they are told

    mutating func hold(_ assignment: Assignment, _ worker: Int) {
        let index = workers.firstIndex { $0.number == worker }!
        for partition in assignment.partitions where workers[index].roles[partition] == nil {
            workers[index].roles[partition] = .loading
        }
        guard lottery.once(in: 4) else { return }
        for partition in workers[index].roles.keys.sorted() where partition != .broadcast {
            if !assignment.partitions.contains(partition), leaders[place(partition)] != index {
                workers[index].roles[partition] = nil
            }
        }
    }

    mutating func claim(_ partition: PartitionID, _ epoch: UInt64, _ worker: Int) {
        let index = workers.firstIndex { $0.number == worker }!
        guard workers[index].roles[partition] == .following, leaders[place(partition)] != index,
            epochs[place(partition)] == epoch, !lottery.once(in: 4)
        else { return }
        epochs[place(partition)] += 1
        leaders[place(partition)] = index
    }

    /// Reads what it was told to hold.
    private mutating func load(_ index: Int) {
        for partition in workers[index].roles.keys.sorted() where lottery.once(in: 2) {
            if workers[index].roles[partition] == .loading { workers[index].roles[partition] = .following }
        }
    }

    // MARK: - What goes wrong

    mutating func makeTrouble() {
        let index = lottery.number(0..<workers.count)
        switch lottery.number(0..<14) {
        case 0: die(index)
        case 1: vanish(index)
        case 2: restart(index)
        case 3: workers[index].isStalled.toggle()
        case 4: workers[index].isReady.toggle()
        case 5: workers[index].isDraining = lottery.once(in: 4)
        case 6: if workers[index].line != .gone { workers[index].line = lottery.once(in: 3) ? .full : .works }
        case 7: for index in workers.indices { load(index) }
        case 8: moveLead(to: index)
        case 9:
            core.connectionLost(now: now, into: &actions)
            settle()
        case 10: bounce()
        case 11: doubtfulReply()
        case 12: for index in workers.indices { report(index) }
        default: pass(lottery.number(0..<lottery.element([100_000, 100_000, 1_000_000, 100_000_000])))
        }
    }

    /// Unnoticed, until somebody sends to it.
    private mutating func die(_ index: Int) {
        guard workers[index].number != nil else { return }
        workers[index].line = .gone
        workers[index].process += 1
        workers[index].roles = [.broadcast: .following]
        for place in leaders.indices where leaders[place] == index { leaders[place] = nil }
    }

    private mutating func vanish(_ index: Int) {
        guard let number = workers[index].number else { return }
        die(index)
        noteDeath(number)
        core.workerVanished(number, now: now, into: &actions)
        settle()
    }

    private mutating func restart(_ index: Int) {
        let before = workers[index]
        die(index)
        report(index)
        guard before.number != nil, !before.isStalled, lottery.once(in: 2) else { return }
        // A last word of the process before it.
        let last = WorkerReport(
            name: before.name, isReady: true, modelVersion: 1, catalogueProducts: 1, broadcastIndex: 1, answered: 0,
            problem: "",
            replicas: [
                ReplicaReport(partition: .broadcast, role: .leading, epoch: epochs[Self.partitions], index: .max)
            ])
        if let number = core.workerReported(last, connection: before.process, now: now, into: &actions) {
            ledger.require(before.line == .gone, "\(before.name) is listened to after its end")
            // It is taken for the present one, until that one reports again.
            noteDeath(number)
            die(index)
        }
        settle()
    }

    /// Another router's doing.
    private mutating func moveLead(to index: Int) {
        let partition = lottery.element(workers[index].roles.keys.sorted())
        guard workers[index].roles[partition] == .following, workers[index].line != .gone else { return }
        epochs[place(partition)] += 1
        leaders[place(partition)] = index
    }

    // MARK: - The end

    /// Everybody is well again and does what it is told; nothing may be left that stands in the way of serving.
    mutating func heal() {
        for index in workers.indices {
            workers[index].isStalled = false
            workers[index].isReady = true
            workers[index].isDraining = false
            if workers[index].line == .full { workers[index].line = .works }
        }
        for tick in 0..<10_000 {
            if tick % 5 == 0 {
                for index in workers.indices {
                    load(index)
                    report(index)
                }
            }
            now = now.adding(microseconds: 10_000)
            core.timeAdvanced(to: now, into: &actions)
            settle()
        }
        checkHealth()
    }

    private mutating func checkHealth() {
        for number in 0..<UInt64(Self.partitions) {
            let partition = PartitionID(UInt16(number))
            let target = core.target(of: partition)
            let leader = leaders[Int(number)].flatMap { workers[$0].number }
            ledger.require(
                target != nil && target == leader, "\(partition) goes to \(target as Int?), \(leader as Int?) leads")
            for kind in [MessageKind.events, .price] {
                let before = ledger.open.count
                request(kind, key: number << 61 | 1)
                let isSent = ledger.open.values.contains {
                    $0.header.kind == kind && $0.partition == partition && $0.worker == target
                }
                ledger.require(
                    ledger.open.count == before + 1 && isSent, "\(kind) of \(partition) is not sent, though all is well"
                )
            }
        }
    }
}
