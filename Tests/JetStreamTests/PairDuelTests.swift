// The two streams of a partition under everything that servers do to them, of many seeds: three processes claim, write
// and read, in the middle of each other's steps.

import Domain
import JetStreamLog
import Log
import LogConformance
import Testing

@Suite struct PairDuelTests {
    @Test func whatIsAcknowledgedIsThereOnceWhateverTheServersDo() throws {
        var duels = Duel.Tally()
        for seed in 0..<1_000 as Range<UInt64> {
            let duel = try Duel(seed: seed)
            try duel.run(steps: 150)
            #expect(duel.violations.isEmpty, "seed \(seed): \(duel.violations.prefix(3))")
            if !duel.violations.isEmpty { break }
            duels += duel.tally
        }
        // The faults are met, and most of what is asked is done all the same.
        #expect(duels.acknowledged > 10_000)
        #expect(duels.claims > 2_000)
        #expect(duels.unknown > 100)
        #expect(duels.fenced > 500)
        #expect(duels.twice > 1_000)
    }

    /// A stream without a leader costs next to nothing where the servers say so, not the time of an election.
    @Test func aStreamWithoutALeaderHoldsNothingUp() throws {
        let servers = PaperServers(seed: 1)
        let log = try paperLog(servers)
        let follower = try paperLog(servers)
        let claim = try log.claim(seven, owner: "w1")
        var end = try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: 0)
        #expect(try log.leadership(of: seven).owner == "w1")
        #expect(try follower.read(seven, after: 0, limit: 10).flatMap(\.records) == batch(2))
        for _ in 0..<20 {
            let first = try #require(servers.streams["farthing-paper-partition-007"]?.leader)
            let second = try #require(servers.streams["farthing-paper-partition-007-2"]?.leader)
            #expect(first != second)
            servers.kill(servers.happens(50) ? first : second)
            let before = servers.now
            end = try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: end)
            #expect(servers.now - before < .milliseconds(600))
            let appended = servers.now
            #expect(try follower.read(seven, after: end - 2, limit: 10).flatMap(\.records) == batch(2))
            #expect(servers.now - appended < .milliseconds(600))
            servers.heal()
            // Who leads keeps the leaders apart.
            servers.now += .seconds(3)
            #expect(try log.leadership(of: seven).owner == "w1")
            end = try log.append(batch(2), to: seven, epoch: claim.epoch, expecting: end)
            #expect(try follower.read(seven, after: end - 2, limit: 10).flatMap(\.records) == batch(2))
        }
    }

    /// The stream that did not answer is written again as soon as the other one fails, behind what it did store.
    @Test func aLostAnswerCostsNobodyTheLead() throws {
        let servers = PaperServers(seed: 4)
        let log = try paperLog(servers)
        let claim = try log.claim(seven, owner: "w1")
        var end: UInt64 = 0
        for round in 0..<10 {
            servers.now += .seconds(3)
            #expect(try log.leadership(of: seven).owner == "w1")
            servers.answersToLose = 1 + round % 3
            for _ in 0..<3 { end = try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: end) }
            servers.kill(["n1", "n2", "n3"][round % 3])
            for _ in 0..<3 { end = try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: end) }
            servers.heal()
        }
        #expect(try paperLog(servers).allRecords(of: seven).count == 60)
    }

    @Test func theContractIsKeptOnPaper() {
        for check in ConformanceCheck.all {
            let servers = PaperServers(seed: 5)
            let violations = check.violations(in: World { () throws(LogError) in try paperLog(servers) })
            #expect(violations.isEmpty, "\(check): \(violations)")
        }
    }

    /// A server that has just started knows of no messages yet. A log that is taken for a new one, or for a lost one,
    /// would be worse than a wait.
    @Test(arguments: [1, 2, 3, 10]) func aLogIsNotTakenForEmptyBecauseAServerIs(answers: Int) throws {
        let servers = PaperServers(seed: 6)
        let claim = try paperLog(servers).claim(seven, owner: "w1")
        servers.answersOfNothing = answers
        #expect(try paperLog(servers).leadership(of: seven) == Leadership(epoch: claim.epoch, owner: "w1"))
        servers.answersOfNothing = .max
        #expect(throws: LogError.self) { try paperLog(servers) }
    }

    /// While a server is missing, consumers may not be made anywhere. Who follows is behind by moments all the same, also
    /// where only one of the two streams can be asked.
    @Test(arguments: [true, false]) func aFollowerWithoutSubscriptionsKeepsUp(isLeaderless: Bool) throws {
        let servers = PaperServers(seed: 7)
        let log = try paperLog(servers)
        let follower = try paperLog(servers)
        let claim = try log.claim(seven, owner: "w1")
        #expect(try follower.read(seven, after: 0, limit: 10).isEmpty)
        servers.consumersAreMade = false
        if isLeaderless { servers.streams["farthing-paper-partition-007"]?.leader = nil }
        for end in 0..<20 as Range<UInt64> {
            try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: end)
            let begin = servers.now
            while try follower.read(seven, after: end, limit: 10).isEmpty {
                servers.now += .milliseconds(10)
                try #require(servers.now - begin < .seconds(3), "nothing of \(end + 1)")
            }
        }
    }

    /// A record that has not come does not keep a follower from asking whether others have, nor a thread from its other
    /// partitions.
    @Test func aFollowerDoesNotWaitForAStreamWithoutALeader() throws {
        let servers = PaperServers(seed: 8)
        let log = try paperLog(servers)
        let follower = try paperLog(servers)
        let claim = try log.claim(seven, owner: "w1")
        try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: 0)
        #expect(try follower.read(seven, after: 0, limit: 10).count == 1)
        servers.deliveriesStop(of: "farthing-paper-partition-007")
        try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: 1)
        servers.streams["farthing-paper-partition-007"]?.leader = nil
        try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: 2)
        let begin = servers.now
        for _ in 0..<5 { #expect(try follower.read(seven, after: 1, limit: 10).isEmpty) }
        #expect(servers.now - begin < .seconds(2))
        servers.heal()
        var found: [LogEntry] = []
        while found.count < 2, servers.now - begin < .seconds(30) {
            servers.now += .milliseconds(10)
            found += try follower.read(seven, after: 1 + UInt64(found.count), limit: 10)
        }
        #expect(found.map(\.firstIndex) == [2, 3])
    }

    /// A snapshot that reaches further than servers that have just started remember is no loss.
    @Test(arguments: [1, 2, 3, 8]) func aSnapshotIsNotAheadOfServersThatHaveJustStarted(answers: Int) throws {
        let servers = PaperServers(seed: 9)
        let log = try paperLog(servers)
        let claim = try log.claim(seven, owner: "w1")
        try log.append(batch(4), to: seven, epoch: claim.epoch, expecting: 0)
        let snapshot = Snapshot(index: 4, epoch: 1, stateHash: 0, bytes: [1])
        try log.saveSnapshot(snapshot, of: seven)
        let fresh = try paperLog(servers)
        servers.afterSnapshotWasRead = { servers.answersOfNothing = answers }
        #expect(try fresh.latestSnapshot(of: seven) == snapshot)
        #expect(servers.answersOfNothing == 0)
    }

    /// What is delivered to a leader that neither reads nor writes must not pile up, whichever stream still delivers.
    @Test func aLeaderThatIsIdleHearsBothStreams() throws {
        let servers = PaperServers(seed: 10)
        let log = try paperLog(servers)
        _ = try log.claim(seven, owner: "w1")
        #expect(try log.read(seven, after: 0, limit: 1).isEmpty)
        servers.consumersAreMade = false
        servers.broken = ["farthing-paper-partition-007"]
        _ = try log.leadership(of: seven)
        servers.looks = [:]
        for _ in 0..<10 { _ = try log.leadership(of: seven) }
        #expect(servers.looks["farthing-paper-partition-007-2", default: 0] >= 10)
    }

    /// Under one epoch two logs could write to a stream each.
    @Test func whoHasNotClaimedDoesNotWrite() throws {
        let servers = PaperServers(seed: 2)
        let claim = try paperLog(servers).claim(seven, owner: "w1")
        let other = try paperLog(servers)
        #expect(throws: LogError.fenced(currentEpoch: claim.epoch)) {
            try other.append(batch(1), to: seven, epoch: claim.epoch, expecting: 0)
        }
        #expect(try other.lastIndex(of: seven) == 0)
    }

    /// A record that neither stream has is a loss, however much comes behind it.
    @Test func aGapIsDamage() throws {
        let servers = PaperServers(seed: 3)
        let log = try paperLog(servers)
        let claim = try log.claim(seven, owner: "w1")
        for end in 0..<4 as Range<UInt64> { try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: end) }
        let whole = servers.streams["farthing-paper-partition-007"]?.messages ?? []
        // Of the second entry there is nothing but the place: the server forgot it, and counts on.
        servers.streams["farthing-paper-partition-007"]?.messages[2] = nil
        #expect(throws: LogError.self) { try paperLog(servers).allRecords(of: seven) }
        servers.streams["farthing-paper-partition-007"]?.messages = whole
        #expect(try paperLog(servers).allRecords(of: seven).count == 4)
    }
}

func paperLog(_ servers: PaperServers) throws(LogError) -> JetStreamLog {
    try JetStreamLog(
        on: PaperConnection(to: servers), cluster: "paper", partitionCount: World.partitionCount, replicas: 3,
        patience: .seconds(10))
}

/// Three processes and one partition.
private final class Duel {
    struct Tally {
        var acknowledged = 0
        var claims = 0
        var unknown = 0
        var fenced = 0
        /// Entries that lie in both streams.
        var twice = 0

        static func += (sum: inout Tally, more: Tally) {
            sum.acknowledged += more.acknowledged
            sum.claims += more.claims
            sum.unknown += more.unknown
            sum.fenced += more.fenced
            sum.twice += more.twice
        }
    }

    private final class Rival {
        let log: JetStreamLog
        let name: String
        var isBusy = false
        var epoch: UInt64 = 0
        var end: UInt64 = 0
        /// The versions that it has read, from the first record on.
        var read: [UInt64] = []

        init(_ log: JetStreamLog, _ name: String) {
            self.log = log
            self.name = name
        }
    }

    private let servers: PaperServers
    private var rivals: [Rival] = []
    private var depth = 0
    private var written: UInt64 = 0
    /// The version at each index that was acknowledged.
    private var acknowledged: [UInt64: UInt64] = [:]
    private var refused: Set<UInt64> = []
    private var claims: [Claim] = []
    private(set) var tally = Tally()
    private(set) var violations: [String] = []

    init(seed: UInt64) throws {
        servers = PaperServers(seed: seed)
        rivals = try ["a", "b", "c"].map { Rival(try paperLog(servers), $0) }
        servers.faults = Int.random(in: 0...40, using: &servers.random)
    }

    func run(steps: Int) throws {
        servers.meanwhile = { [unowned self] in
            guard depth < 2, servers.happens(10) else { return }
            step()
        }
        for _ in 0..<steps { step() }
        servers.meanwhile = {}
        servers.heal()
        try check()
    }

    // MARK: - Steps

    private func step() {
        if servers.happens(4) { servers.kill(["n1", "n2", "n3"].randomElement(using: &servers.random)!) }
        if servers.happens(10) { servers.elect() }
        let idle = rivals.filter { !$0.isBusy }
        guard let rival = idle.randomElement(using: &servers.random) else { return }
        rival.isBusy = true
        depth += 1
        switch Int.random(in: 0..<100, using: &servers.random) {
        case 0..<12: claim(rival)
        case 12..<70: append(rival)
        default: read(rival)
        }
        depth -= 1
        rival.isBusy = false
    }

    private func claim(_ rival: Rival) {
        do throws(LogError) {
            let seen = try rival.log.leadership(of: seven).epoch
            let claim = try rival.log.claim(seven, owner: rival.name, after: seen)
            (rival.epoch, rival.end) = (claim.epoch, claim.lastIndex)
            claims.append(claim)
            tally.claims += 1
        } catch {
            tolerate(error, in: "a claim")
        }
    }

    private func append(_ rival: Rival) {
        guard rival.epoch > 0 else { return }
        written += 1
        let version = written
        let record = Record.modelActivated(ModelActivation(version: version, checksum: 0, path: ""))
        do throws(LogError) {
            let end = try rival.log.append([record], to: seven, epoch: rival.epoch, expecting: rival.end)
            if acknowledged.updateValue(version, forKey: end) != nil { violations.append("index \(end) given twice") }
            rival.end = end
            tally.acknowledged += 1
        } catch {
            switch error {
            case .fenced:
                refused.insert(version)
                rival.epoch = 0
                tally.fenced += 1
            case .diskFull: refused.insert(version)
            case .unavailable:
                // Some go on all the same, and must be refused.
                if servers.happens(50) { rival.epoch = 0 }
                tally.unknown += 1
            default: violations.append("an append gave “\(error)”")
            }
        }
    }

    private func read(_ rival: Rival) {
        do throws(LogError) {
            let entries = try rival.log.read(seven, after: UInt64(rival.read.count), limit: 20)
            rival.read += entries.flatMap(\.versions)
        } catch {
            tolerate(error, in: "a read")
        }
    }

    private func tolerate(_ error: LogError, in deed: String) {
        if error.isFatal { violations.append("\(deed) gave “\(error)”") }
        if case .unexpectedIndex = error, deed == "a read" { violations.append("\(deed) gave “\(error)”") }
    }

    // MARK: - Laws

    private func check() throws {
        let log = try paperLog(servers)
        let claim = try log.claim(seven, owner: "last")
        let entries = try log.read(seven, after: 0, limit: .max)
        let versions = entries.flatMap(\.versions)
        if UInt64(versions.count) != claim.lastIndex { violations.append("the claim ends elsewhere than the log") }
        for (index, version) in acknowledged where index > versions.count || versions[Int(index) - 1] != version {
            violations.append("\(version), acknowledged at \(index), is not there")
        }
        if Set(versions).count != versions.count { violations.append("a record lies at two indexes") }
        if let version = versions.first(where: refused.contains) { violations.append("\(version) was refused") }
        if entries.map(\.epoch) != entries.map(\.epoch).sorted() { violations.append("epochs do not ascend") }
        for claim in claims {
            for entry in entries where (entry.epoch < claim.epoch) != (entry.lastIndex <= claim.lastIndex) {
                violations.append("epoch \(entry.epoch) wrote \(entry.lastIndex) beside \(claim)")
            }
        }
        for rival in rivals where !versions.starts(with: rival.read) {
            violations.append("\(rival.name) has read something else")
        }
        tally.twice += inBoth
        // And it goes on.
        let end = try log.append(batch(1), to: seven, epoch: claim.epoch, expecting: claim.lastIndex)
        if end != claim.lastIndex + 1 { violations.append("it does not go on") }
    }
}

extension Duel {
    /// Entries that the first stream and the second both hold.
    private var inBoth: Int {
        // A message begins with magic u32 · version u8 · kind u8, 2 for an entry · lane u8 · partition u16 · sequence u64
        // · first index u64.
        func indexes(_ stream: String) -> Set<[UInt8]> {
            let messages = servers.streams["farthing-paper-partition-007" + stream]?.messages ?? []
            return Set(messages.compactMap { $0 }.filter { $0.bytes[5] == 2 }.map { Array($0.bytes[17..<25]) })
        }
        return indexes("").intersection(indexes("-2")).count
    }
}

extension LogEntry {
    fileprivate var versions: [UInt64] {
        records.map { record in
            if case .modelActivated(let activation) = record { activation.version } else { .max }
        }
    }
}
