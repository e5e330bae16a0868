// Many requests at once over real sockets: every tag is answered exactly once, whatever becomes of the routers.

import Client
import Domain
import Operations
import Testing
import Wire

@Suite(.serialized) struct PipelineTests {
    private func request(_ number: UInt64, tag: Int, deadlineMicroseconds: UInt32 = 20_000_000) -> MessageHeader {
        MessageHeader(
            kind: .inspect, deadlineMicroseconds: deadlineMicroseconds, keyHash: KeyHash(number & 15),
            requestID: RequestID(high: 1, low: number), tag: UInt64(tag))
    }

    /// A quarter of the deadline, in microseconds: what a request would wait for an answer if nothing ended the patience
    /// sooner. It ends after a tenth of a second, so a busy machine has room.
    private static let impatient: UInt64 = 5_000_000

    /// Keeps `outstanding` requests under way until `total` are answered.
    /// - Returns: the statuses by request, and the longest time that an answer took, in microseconds.
    private func run(
        _ pipeline: Pipeline, total: Int, outstanding: Int = 64, afterHalf: () -> Void = {}
    ) throws -> (statuses: [AnswerStatus], longest: UInt64) {
        var statuses: [AnswerStatus?] = Array(repeating: nil, count: total)
        var sentAt: [MonotonicInstant] = []
        var longest: UInt64 = 0
        var answered = 0
        var next = 0
        func send(_ tag: Int) throws {
            guard next < total else { return }
            try pipeline.send(request(UInt64(next), tag: tag), body: [UInt8(truncatingIfNeeded: next)])
            sentAt.append(Clock.monotonic())
            next += 1
        }
        for tag in 0..<min(outstanding, total) { try send(tag) }
        var hasDoneHalf = false
        while answered < total {
            var freed: [Int] = []
            let count = try pipeline.receive(timeoutMilliseconds: 5_000) { header, _ in
                let number = Int(header.requestID.low)
                #expect(statuses[number] == nil, "request \(number) is answered twice")
                statuses[number] = header.status
                longest = max(longest, Clock.monotonic().microseconds(since: sentAt[number]))
                freed.append(Int(header.tag))
            }
            try #require(count == freed.count && count > 0, "\(total - answered) requests are never answered")
            answered += count
            if answered * 2 >= total, !hasDoneHalf {
                hasDoneHalf = true
                afterHalf()
            }
            for tag in freed { try send(tag) }
        }
        #expect(try pipeline.receive(timeoutMilliseconds: 0) { _, _ in Issue.record("an answer too many") } == 0)
        return (statuses.compactMap(\.self), longest)
    }

    @Test(arguments: 0..<4)
    func everyRequestIsAnsweredWhenARouterDies(round: Int) throws {
        let routers = [try StubRouter(.answers), try StubRouter(.answers)]
        let pipeline = try Pipeline(endpoints: routers.map(\.endpoint))
        let (statuses, longest) = try run(pipeline, total: 4_000) { routers[round % 2].die() }
        #expect(statuses.count == 4_000 && statuses.allSatisfy { $0 == .answered(.personal) })
        #expect(longest < Self.impatient)
    }

    @Test func everyRequestIsAnsweredWhenARouterFallsSilent() throws {
        let routers = [try StubRouter(.answers), try StubRouter(.answers)]
        let pipeline = try Pipeline(endpoints: routers.map(\.endpoint))
        let (statuses, longest) = try run(pipeline, total: 4_000) {
            let busiest = routers.max { $0.seen.count < $1.seen.count }
            busiest?.behave(.isSilent)
        }
        #expect(statuses.count == 4_000 && statuses.allSatisfy { $0 == .answered(.personal) })
        #expect(longest > 90_000 && longest < Self.impatient)
    }

    @Test func whatNobodyAnswersIsUnknownOnce() throws {
        let router = try StubRouter(.isSilent)
        let pipeline = try Pipeline(endpoint: router.endpoint)
        for tag in 0..<10 { try pipeline.send(request(UInt64(tag), tag: tag, deadlineMicroseconds: 500_000), body: []) }
        var tags: [UInt64] = []
        while tags.count < 10 {
            let count = try pipeline.receive(timeoutMilliseconds: 5_000) { header, _ in
                #expect(header.status == .refused(.outcomeUnknown) && header.isReply)
                tags.append(header.tag)
            }
            try #require(count > 0)
        }
        #expect(tags.sorted() == Array(0..<10))
        #expect(router.seen.count == 10)
    }

    @Test func whenEveryRouterHasSpokenTheirWordIsHandedOver() throws {
        let (lost, busy) = (try StubRouter(.refuses(.outcomeUnknown)), try StubRouter(.refuses(.overloaded)))
        for _ in 0..<4 {
            let pipeline = try Pipeline(endpoints: [lost.endpoint, busy.endpoint])
            try pipeline.send(request(7, tag: 7, deadlineMicroseconds: 300_000), body: [])
            var word: Refusal?
            let count = try pipeline.receive(timeoutMilliseconds: 5_000) { header, body in
                #expect(header.status == .refused(.outcomeUnknown) && header.tag == 7)
                word = try? BodyDecoder().refusal(body)
            }
            // One said that nobody knows, which stays true whatever the other one said later.
            #expect(count == 1 && word?.place == "stub" && word?.code == .outcomeUnknown)
        }
    }

    @Test func aRefusalThatMayPassIsTakenToAnotherRouterAndOneThatStaysIsTold() throws {
        let (busy, other) = (try StubRouter(.refuses(.overloaded)), try StubRouter(.answers))
        for _ in 0..<4 {
            let pipeline = try Pipeline(endpoints: [busy.endpoint, other.endpoint])
            let (statuses, _) = try run(pipeline, total: 5, outstanding: 5)
            #expect(statuses == Array(repeating: .answered(.personal), count: 5))
        }
        other.behave(.refuses(.unknownProduct))
        busy.behave(.refuses(.unknownProduct))
        let (statuses, _) = try run(
            try Pipeline(endpoints: [busy.endpoint, other.endpoint]), total: 20, outstanding: 4)
        #expect(statuses == Array(repeating: .refused(.unknownProduct), count: 20))
    }
}
