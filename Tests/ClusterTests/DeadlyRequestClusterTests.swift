import Client
import Domain
import Glibc
import Testing
import Wire

/// A request that stops every worker that has it: played with signals on real processes.
@Suite struct DeadlyRequestClusterTests {
    @Test func aRequestThatStopsTwoWorkersIsRefusedWithItsCopiesAndNobodyElseIs() throws {
        // Nobody may be missed before the test says so, however slow the machine is.
        let cluster = try TestCluster(
            extra: "experiments: {salt: tests, control_share: 0%}\nheartbeats: {suspect_after: 60s}")
        try cluster.start()
        let client = try cluster.client()
        _ = try client.send(catalogue: [row("milk", list: 100, cost: 50)], tenant: tenant, currency: dollars)
        let pipeline = try Pipeline(endpoints: cluster.endpoints)
        var answered: [UInt64: AnswerStatus] = [:]
        func answers(_ count: Int) throws {
            try wait(for: "\(count) answers") {
                _ = try pipeline.receive(timeoutMilliseconds: 100) { header, _ in answered[header.tag] = header.status }
                return answered.count == count
            }
        }
        // Connected before the workers stand still.
        try ask(cart("v", ["milk"]), 0, pipeline)
        try answers(1)
        answered = [:]
        var workers: [String: Int32] = [:]
        for name in ["w1", "w2", "w3"] { workers[name] = try cluster.process(named: name) }

        try cluster.whileSupervisorStandsStill {
            for process in workers.values { #expect(Glibc.kill(process, SIGSTOP) == 0) }
            defer { for process in workers.values { Glibc.kill(process, SIGCONT) } }
            // Three times the same, as a client repeats itself, and another cart of the same shopper.
            for tag in 1...3 { try ask(cart("u", ["milk"]), tag, pipeline) }
            try ask(cart("u", ["milk", "milk"]), 4, pipeline)
            for inFlight in [4, 1] {
                var holder: String?
                try wait(for: "a worker with \(inFlight) requests") {
                    holder = try client.status().value.workers.first {
                        workers[$0.report.name] != nil && $0.inFlight == inFlight
                    }?.report.name
                    return holder != nil
                }
                let process = try #require(holder.flatMap { workers.removeValue(forKey: $0) })
                #expect(Glibc.kill(process, SIGKILL) == 0)
            }
            try answers(3)
            for tag in 1...3 as ClosedRange<UInt64> { #expect(answered[tag] == .refused(.quarantined)) }
            let error = #expect(throws: ClientError.self) { try client.price(cart("u", ["milk"])) }
            if case .refused(let refusal)? = error { #expect(refusal.code == .quarantined) }
            for process in workers.values { Glibc.kill(process, SIGCONT) }
            try answers(4)
            #expect(answered[4] == .answered(.list))
        }
    }

    private func ask(_ request: PriceRequest, _ tag: Int, _ pipeline: Pipeline) throws {
        let header = MessageHeader(
            kind: .price, deadlineMicroseconds: 30_000_000, keyHash: request.user.hash,
            requestID: RequestID(high: UInt64.random(in: 1...UInt64.max), low: UInt64(tag)), tag: UInt64(tag))
        let encoder = BodyEncoder()
        let body = withExtendedLifetime(encoder) { encoder.priceRequest(request).bytes }
        try pipeline.send(header, body: body)
    }
}
