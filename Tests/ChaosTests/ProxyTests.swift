// The proxy on loopback, with sockets of our own at both ends. Tests wait for bytes, never for time to pass.

import Chaos
import Configuration
import Domain
import Operations
import Testing

struct ProxyTests {
    /// A proxy with one link, a listener behind it and a connection through it.
    private struct Line {
        let listener = Plug.listening()
        let proxy: LinkProxy
        let near: Plug
        let far: Plug

        init() throws {
            let port = Plug.listening().port
            proxy = try LinkProxy([(port, Endpoint(host: "127.0.0.1", port: listener.port))])
            near = try Plug.connected(to: port)
            far = try listener.accepted()
        }

        /// One round trip the other way round: whatever was under way before has had its chance.
        func answer(_ text: String) throws {
            far.send(text)
            #expect(try near.receive(text.utf8.count) == text)
        }
    }

    @Test func bytesPassInBothDirections() throws {
        let line = try Line()
        line.near.send("question")
        #expect(try line.far.receive(8) == "question")
        try line.answer("answer")
    }

    @Test func aCutDirectionIsSilentWhileTheOtherGoesOnAndArrivesWhenItHeals() throws {
        let line = try Line()
        line.proxy.carryOut(.treat(link: 0, .toRouter, .held))
        line.near.send("late")
        for round in 0..<20 { try line.answer("round \(round)") }
        #expect(!line.far.hasSomethingToRead)
        line.proxy.carryOut(.treat(link: 0, .toRouter, .none))
        #expect(try line.far.receive(4) == "late")
    }

    @Test func aCutLinkAnswersNoCallUntilItHeals() throws {
        let listener = Plug.listening()
        let port = Plug.listening().port
        let proxy = try LinkProxy([(port, Endpoint(host: "127.0.0.1", port: listener.port))])
        proxy.carryOut(.treat(link: 0, .both, .held))
        let near = try Plug.connected(to: port)
        near.send("hello")
        // A command is carried out between two rounds of the proxy, so these are rounds that went by.
        for _ in 0..<20 { proxy.carryOut(.treat(link: 0, .both, .held)) }
        #expect(!listener.hasSomethingToRead)
        proxy.carryOut(.treat(link: 0, .both, .none))
        #expect(try listener.accepted().receive(5) == "hello")
    }

    @Test func aDelayedDirectionIsLateByThatMuchAndKeepsItsOrder() throws {
        let line = try Line()
        var treatment = LinkTreatment()
        treatment.delayMicroseconds = 30_000
        line.proxy.carryOut(.treat(link: 0, .toRouter, treatment))
        let start = Clock.monotonic()
        line.near.send("one")
        line.near.send("two")
        #expect(try line.far.receive(6) == "onetwo")
        #expect(Clock.monotonic().microseconds(since: start) >= 30_000)
    }

    @Test func aThrottledDirectionTakesItsTime() throws {
        let line = try Line()
        var treatment = LinkTreatment()
        treatment.bytesPerSecond = 100_000
        line.proxy.carryOut(.treat(link: 0, .fromRouter, treatment))
        let start = Clock.monotonic()
        let text = String(repeating: "x", count: 15_000)
        line.far.send(text)
        #expect(try line.near.receive(15_000) == text)
        // 5,000 bytes may have been saved up.
        #expect(Clock.monotonic().microseconds(since: start) >= 95_000)
    }

    @Test func aResetEndsBothSidesAndTheNextConnectionWorks() throws {
        let line = try Line()
        line.proxy.carryOut(.reset(link: 0))
        #expect(line.near.isReset)
        #expect(line.far.isReset)
    }

    @Test func aHalfClosedLinkStillCarriesTheOtherDirection() throws {
        let line = try Line()
        line.proxy.carryOut(.halfClose(link: 0, .toRouter))
        #expect(line.far.isAtItsEnd)
        try line.answer("still here")
    }

    @Test func aConnectionToNobodyIsReset() throws {
        let nobody = Plug.listening().port
        let port = Plug.listening().port
        let proxy = try LinkProxy([(port, Endpoint(host: "127.0.0.1", port: nobody))])
        let near = try Plug.connected(to: port)
        #expect(near.isReset)
        withExtendedLifetime(proxy) {}
    }

    @Test func anEndIsPassedOnAfterTheLastByte() throws {
        let line = try Line()
        line.near.send("goodbye")
        line.near.finish()
        #expect(try line.far.receive(7) == "goodbye")
        #expect(line.far.isAtItsEnd)
        try line.answer("I heard")
    }

    @Test func aTakenPortIsRefusedWithItsName() throws {
        let taken = Plug.listening()
        let error = #expect(throws: ChaosError.self) {
            _ = try LinkProxy([(taken.port, Endpoint(host: "127.0.0.1", port: 1))])
        }
        #expect(error?.problem.contains("127.0.0.1:\(taken.port)") == true)
    }
}
