// The client over real sockets, against routers that are silent, refuse or die.

import Client
import Domain
import Testing

@Suite(.serialized) struct PricingClientTests {
    /// A quarter of the deadline, in microseconds: what a call would wait for an answer if nothing ended its patience
    /// sooner. Patience ends after a tenth of a second, so a busy machine has room.
    private static let impatient: UInt64 = 5_000_000

    private func client(_ routers: StubRouter..., deadlineMilliseconds: UInt32 = 20_000) throws -> PricingClient {
        try PricingClient(endpoints: routers.map(\.endpoint), deadlineMilliseconds: deadlineMilliseconds)
    }

    @Test func aSilentRouterIsLeftForAnotherWithTheSameRequest() throws {
        let (silent, other) = (try StubRouter(.isSilent), try StubRouter(.answers))
        // Every client draws its own home, so some of them begin at the silent one.
        var returned = 0
        for number in 0..<32 as Range<UInt16> {
            let client = try client(silent, other)
            let answer = try client.inspect(PartitionID(number))
            #expect(answer.value.partition == PartitionID(number))
            #expect(answer.microseconds < Self.impatient)
            let before = silent.seen.count
            #expect(try client.inspect(PartitionID(number)).value.partition == PartitionID(number))
            if silent.seen.count > before { returned += 1 }
        }
        let (unanswered, answered) = (Set(silent.seen.map(\.requestID)), Set(other.seen.map(\.requestID)))
        #expect(!unanswered.isEmpty && unanswered.isSubset(of: answered))
        #expect(answered.count == 64 && other.seen.count <= 72)
        // A client remembers who was silent. Clients that forgot would return sixteen times of thirty-two; on a busy machine
        // the other router can seem silent for a moment too.
        #expect(returned <= 8)
    }

    @Test func callsGoOnWhenARouterDies() throws {
        let routers = [try StubRouter(.answers), try StubRouter(.answers)]
        let clients = try (0..<6).map { _ in try client(routers[0], routers[1]) }
        for client in clients { _ = try client.inspect(PartitionID(1)) }
        routers[0].die()
        for _ in 0..<50 {
            for client in clients {
                let answer = try client.inspect(PartitionID(2))
                #expect(answer.value.partition == PartitionID(2) && answer.microseconds < Self.impatient)
            }
        }
    }

    @Test func aRouterThatIsOverloadedIsLeftForAnother() throws {
        let (busy, other) = (try StubRouter(.refuses(.overloaded)), try StubRouter(.answers))
        for _ in 0..<8 {
            #expect(try client(busy, other).inspect(PartitionID(3)).value.partition == PartitionID(3))
        }
        #expect(other.seen.count == 8)
    }

    @Test func aRefusalOfEveryRouterIsToldAfterThreeRequests() throws {
        let routers = [try StubRouter(.refuses(.unavailable)), try StubRouter(.refuses(.unavailable))]
        let client = try client(routers[0], routers[1])
        let error = #expect(throws: ClientError.self) { try client.inspect(PartitionID(3)) }
        guard case .refused(let refusal) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refusal.code == .unavailable)
        let seen = routers.flatMap(\.seen)
        #expect(seen.count == 3 && Set(seen.map(\.requestID)).count == 1)
    }

    @Test func whatNobodyAnswersIsUnknownAndNeverRefused() throws {
        for _ in 0..<6 {
            let (silent, busy) = (try StubRouter(.isSilent), try StubRouter(.refuses(.overloaded)))
            let client = try client(silent, busy, deadlineMilliseconds: 100)
            let error = #expect(throws: ClientError.self) { try client.checkpoint(PartitionID(3)) }
            switch error {
            case .unknown: break
            // It never got as far as the silent one.
            case .refused: #expect(silent.seen.isEmpty)
            default: Issue.record("\(String(describing: error))")
            }
        }
    }

    @Test func withoutARouterNothingIsSent() throws {
        let client = try PricingClient(
            endpoints: ["tcp://127.0.0.1:1", "tcp://127.0.0.1:2"], deadlineMilliseconds: 30)
        let error = #expect(throws: ClientError.self) { try client.status() }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [0, 17])
    func aClientTakesOneToSixteenRouters(count: Int) {
        #expect(throws: ClientError.self) {
            try PricingClient(endpoints: Array(repeating: "tcp://127.0.0.1:1", count: count))
        }
    }
}
