import Client
import Domain
import Foundation
import Glibc
import Testing
import Wire

/// More requests than a real worker can answer while anybody waits for them.
@Suite(.serialized) struct OverloadClusterTests {
    private let cluster: TestCluster
    private let client: PricingClient
    private let pipeline: Pipeline
    private let request = cart("u", (1...Limits.cartLines).map { "p\($0)" })
    private let body: [UInt8]

    init() throws {
        let products = request.lines.map(\.product)
        cluster = try TestCluster(workers: 1)
        _ = try cluster.write(try bundle(version: 1, products: products))
        try cluster.start()
        client = try cluster.client()
        _ = try client.send(catalogue: products.map { row($0, list: 100, cost: 50) }, tenant: tenant, currency: dollars)
        pipeline = try Pipeline(endpoints: cluster.endpoints)
        let encoder = BodyEncoder()
        body = withExtendedLifetime(encoder) { [request] in encoder.priceRequest(request).bytes }
    }

    @Test func aWorkerDoesNotWorkOnWhatNobodyWaitsForAnyMore() throws {
        let worker = try cluster.process(named: "w1")
        let flood = 3_000
        #expect(Glibc.kill(worker, SIGSTOP) == 0)
        for tag in 1...flood { try ask(tag, deadlineMicroseconds: 100_000) }
        var answers = 0
        try wait(for: "answers while the worker stands still") {
            answers += try pipeline.receive(timeoutMilliseconds: 100) { _, _ in }
            return answers == flood
        }
        #expect(Glibc.kill(worker, SIGCONT) == 0)

        // What a heartbeat says after these two comes after everything that was asked before.
        #expect(try client.price(request).value.quote.lines.count == request.lines.count)
        let index = try client.send(catalogue: [row("last", list: 100, cost: 50)], tenant: tenant, currency: dollars)
            .value.index
        var worked: UInt64 = 0
        try wait(for: "a heartbeat") {
            let report = try client.status().value.workers[0].report
            worked = report.answered
            return report.broadcastIndex >= index
        }
        #expect(worked < UInt64(flood) / 2, "it worked on \(worked) of \(flood)")
    }

    @Test func whoCannotBeAnsweredInTimeIsTurnedAway() throws {
        // Two for each that ended, up to more than any machine answers in good time.
        var (asked, ended, turnedAway) = (0, 0, 0)
        try wait(for: "somebody to be turned away") {
            let underWay = min(2_000 + ended, 20_000)
            while asked - ended < underWay {
                asked += 1
                try ask(asked, deadlineMicroseconds: 2_000_000)
            }
            ended += try pipeline.receive(timeoutMilliseconds: 100) { header, _ in
                if header.status == .refused(.overloaded) { turnedAway += 1 }
            }
            return turnedAway > 0
        }
        // An operator is heard all the same, and sees why.
        #expect(try client.status().value.workers[0].report.busyPerMille > 0)
    }

    private func ask(_ tag: Int, deadlineMicroseconds: UInt32) throws {
        let header = MessageHeader(
            kind: .price, deadlineMicroseconds: deadlineMicroseconds, keyHash: request.user.hash,
            requestID: RequestID(high: UInt64.random(in: 1...UInt64.max), low: UInt64(tag)), tag: UInt64(tag))
        try pipeline.send(header, body: body)
    }
}
