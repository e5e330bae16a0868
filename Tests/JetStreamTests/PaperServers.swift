// Servers of streams in memory, of one seed: answers get lost, messages come late or never, streams lose their leaders,
// subscriptions break. Whoever calls is interrupted by others in the middle of what it does.

import JetStreamLog
import LogConformance

/// What the clients share.
final class PaperServers {
    struct Stream {
        var kind: StreamKind
        /// By sequence, from 1 on; nil for what was removed.
        var messages: [(subject: String, bytes: [UInt8])?] = []
        var leader: String?
    }

    private struct LateMessage {
        var bytes: [UInt8]
        var subject: String
        var expected: UInt64?
    }

    var streams: [String: Stream] = [:]
    var now = ContinuousClock.now
    var random: SeededGenerator
    /// Of a hundred requests, how many meet a fault; 0 heals.
    var faults = 0
    /// How many of the next messages are stored and not answered.
    var answersToLose = 0
    /// How many of the next requests for a message meet a server that has just started and knows of none.
    var answersOfNothing = 0
    var consumersAreMade = true
    /// Called when the last message of a snapshot has been read.
    var afterSnapshotWasRead: () -> Void = {}
    private var silent: Set<String> = []
    /// What others do while a client waits.
    var meanwhile: () -> Void = {}
    private var late: [LateMessage] = []
    private var streamsOfSubjects: [String: String] = [:]
    private static let names = ["n1", "n2", "n3"]

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    /// Every request passes here: time goes by, others have their turn, and what was late may arrive.
    func turn() {
        now += .microseconds(200)
        if !late.isEmpty, happens(20) {
            let message = late.remove(at: Int.random(in: 0..<late.count, using: &random))
            _ = try? store(message.bytes, message.subject, message.expected)
        }
        meanwhile()
    }

    /// Ends all trouble; what was under way is lost or arrives now.
    func heal() {
        faults = 0
        silent = []
        for message in late where happens(50) { _ = try? store(message.bytes, message.subject, message.expected) }
        late = []
        for name in streams.keys where streams[name]?.leader == nil { streams[name]?.leader = "n1" }
    }

    /// A server goes: what it led has no leader until others elect one.
    func kill(_ server: String) {
        for name in streams.keys where streams[name]?.leader == server && streams[name]?.kind == .log {
            streams[name]?.leader = nil
        }
    }

    func elect() {
        for name in streams.keys.sorted() where streams[name]?.leader == nil && happens(50) {
            streams[name]?.leader = Self.names.randomElement(using: &random)
        }
    }

    /// Consumers of a stream die without a word; new ones are as good as ever after `heal`.
    func deliveriesStop(of stream: String) { silent.insert(stream) }

    func delivers(_ stream: String) -> Bool { !silent.contains(stream) }

    /// Ends a stream's subscriptions.
    var broken: Set<String> = []
    /// How often a stream's subscriptions were looked at.
    var looks: [String: Int] = [:]

    // MARK: - Streams

    func create(_ name: String, subject: String, kind: StreamKind) {
        guard streams[name] == nil else { return }
        streams[name] = Stream(kind: kind, leader: Self.names.randomElement(using: &random))
        streamsOfSubjects[subject] = name
    }

    func stream(for subject: String) -> String? {
        if let name = streamsOfSubjects[subject] { return name }
        return streamsOfSubjects.first { $0.key.hasSuffix(">") && subject.hasPrefix($0.key.dropLast()) }?.value
    }

    func led(_ name: String, within wait: Duration = .seconds(1)) throws(NatsFailure) -> Stream {
        guard let stream = streams[name] else { throw .noSuchStream }
        guard stream.leader != nil else {
            now += wait
            throw .unanswered("no leader")
        }
        return stream
    }

    func publish(
        _ bytes: [UInt8], _ subject: String, _ expected: UInt64?, _ wait: Duration
    ) throws(NatsFailure) -> UInt64 {
        turn()
        guard let name = stream(for: subject) else { throw .noSuchStream }
        let isLog = try led(name, within: wait).kind == .log
        if isLog, answersToLose > 0 {
            answersToLose -= 1
            _ = try store(bytes, subject, expected)
            now += wait
            throw .unanswered("the answer was lost")
        }
        guard isLog, happens(faults) else { return try store(bytes, subject, expected) }
        now += wait
        switch Int.random(in: 0..<5, using: &random) {
        case 0: break
        case 1: _ = try store(bytes, subject, expected)
        case 2: late.append(LateMessage(bytes: bytes, subject: subject, expected: expected))
        case 3: throw .noSpace("paper is short")
        default:
            // Where the leader has no space, and the others have.
            _ = try store(bytes, subject, expected)
            throw .noSpace("paper is short")
        }
        throw .unanswered("lost on the way")
    }

    private func store(_ bytes: [UInt8], _ subject: String, _ expected: UInt64?) throws(NatsFailure) -> UInt64 {
        guard let name = stream(for: subject), let stream = streams[name] else { throw .noSuchStream }
        if let expected, expected != UInt64(stream.messages.count) { throw .wrongLastSequence }
        streams[name]?.messages.append((subject, bytes))
        return UInt64(stream.messages.count + 1)
    }
}

/// One process's connection.
final class PaperConnection: StreamServers {
    private let servers: PaperServers

    init(to servers: PaperServers) { self.servers = servers }

    var largestMessageBytes: Int { 8 << 20 }
    var clock: any WaitingClock { PaperClock(servers: servers) }

    func publish(
        _ bytes: [UInt8], to subject: String, after expected: UInt64?, within wait: Duration
    ) throws(NatsFailure) -> UInt64 {
        try servers.publish(bytes, subject, expected, wait)
    }

    /// Now and then of a moment ago, as from a server that does not know yet that it leads no more.
    func lastMessage(
        of stream: String, subject: String, within wait: Duration
    ) throws(NatsFailure) -> StoredMessage {
        servers.turn()
        let messages = try servers.led(stream, within: wait).messages
        guard servers.answersOfNothing == 0 else {
            servers.answersOfNothing -= 1
            throw .noSuchMessage
        }
        let isPast = messages.count > 1 && servers.happens(servers.faults / 3)
        let found = messages.prefix(messages.count - (isPast ? 1 : 0)).lastIndex { $0?.subject == subject }
        guard let found, let message = messages[found] else { throw .noSuchMessage }
        return StoredMessage(sequence: UInt64(found + 1), bytes: message.bytes)
    }

    func message(at sequence: UInt64, of stream: String) throws(NatsFailure) -> StoredMessage {
        servers.turn()
        let messages = try servers.led(stream).messages
        guard servers.answersOfNothing == 0 else {
            servers.answersOfNothing -= 1
            throw .noSuchMessage
        }
        guard sequence > 0, sequence <= messages.count, let message = messages[Int(sequence) - 1] else {
            throw .noSuchMessage
        }
        if stream.hasSuffix("-snapshots") { servers.afterSnapshotWasRead() }
        return StoredMessage(sequence: sequence, bytes: message.bytes)
    }

    func subscribe(to stream: String, from sequence: UInt64) throws(NatsFailure) -> any StreamSubscription {
        servers.turn()
        _ = try servers.led(stream, within: .milliseconds(300))
        guard servers.consumersAreMade else {
            servers.now += .milliseconds(300)
            throw .unanswered("nobody leads the servers")
        }
        return PaperSubscription(servers, stream: stream, next: sequence)
    }

    func createStream(_ name: String, subject: String, kind: StreamKind, replicas: Int) throws(NatsFailure) {
        servers.turn()
        servers.create(name, subject: subject, kind: kind)
    }

    func streamNames() -> [String] { servers.streams.keys.sorted() }

    func subjects(of stream: String, matching filter: String) throws(NatsFailure) -> [String] {
        let found = try servers.led(stream).messages.compactMap { $0?.subject }
        return Set(found.filter { $0.hasPrefix(filter.dropLast()) }).sorted()
    }

    func removeMessage(at sequence: UInt64, of stream: String) throws(NatsFailure) {
        guard try servers.led(stream).messages[Int(sequence) - 1] != nil else { throw .noSuchMessage }
        servers.streams[stream]?.messages[Int(sequence) - 1] = nil
    }

    func leader(of stream: String) throws(NatsFailure) -> String? {
        try servers.led(stream, within: .milliseconds(100)).leader
    }

    func handOver(_ stream: String) throws(NatsFailure) {
        let leader = try servers.led(stream).leader
        servers.streams[stream]?.leader = leader == "n1" ? "n2" : "n1"
    }
}

/// Goes on when somebody waits, and lets the others have their turn.
private struct PaperClock: WaitingClock {
    let servers: PaperServers

    var now: ContinuousClock.Instant { servers.now }

    func pause(_ duration: Duration) {
        servers.now += duration
        servers.turn()
    }
}

/// Delivers late, breaks, and loses messages, as far as there are faults.
private final class PaperSubscription: StreamSubscription {
    private let servers: PaperServers
    private let stream: String
    private var next: UInt64

    init(_ servers: PaperServers, stream: String, next: UInt64) {
        self.servers = servers
        self.stream = stream
        self.next = next
    }

    func next(within wait: Duration) -> Arrival {
        servers.looks[stream, default: 0] += 1
        if servers.broken.contains(stream) { return .broken }
        guard servers.delivers(stream) else {
            servers.now += wait
            return .nothing
        }
        if servers.happens(servers.faults / 4) { return .broken }
        let messages = servers.streams[stream]?.messages ?? []
        if servers.happens(10) { return .heartbeat(lastSequence: next - 1) }
        guard next <= messages.count, !servers.happens(servers.faults) else {
            servers.now += wait
            return .nothing
        }
        if next < messages.count, servers.happens(servers.faults / 4) { next += 1 }
        while next < messages.count, messages[Int(next) - 1] == nil { next += 1 }
        defer { next += 1 }
        return messages[Int(next) - 1].map { .message($0.bytes) } ?? .nothing
    }
}
