// A ROUTER says what became of a message: a gone peer and a full one are outcomes, never a silent drop.

import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1)))
struct RouterTests {
    private let context = Context()

    @Test func sendingToAPeerThatNeverWasIsUnreachable() throws {
        let router = try boundRouter(in: context)
        let outcome = try send("nobody", "hello", over: router)
        #expect(outcome == .unreachable)
    }

    @Test func sendingToAPeerThatHasGoneBecomesUnreachable() throws {
        let router = try boundRouter(in: context)
        do {
            let guest = try dealer(to: router, in: context, named: "guest")
            #expect(try send("hello", over: guest) == .sent)
            #expect(try nextMessage(of: router) == ["guest", "hello"])
        }
        var outcome = SendOutcome.sent
        for _ in 0..<1_000 where outcome != .unreachable {
            outcome = try send("guest", "are you there?", over: router)
            _ = try Poller.wait(for: router, timeoutMilliseconds: 10)
        }
        #expect(outcome == .unreachable)
    }

    @Test func aPeerThatStopsReadingBecomesFullAndLosesNothingThatWasSent() throws {
        var options = SocketOptions()
        options.sendHighWater = 2
        options.receiveHighWater = 2
        let router = try boundRouter(in: context, options)
        let lazy = try dealer(to: router, in: context, named: "lazy", options: options)
        #expect(try send("hello", over: lazy) == .sent)
        #expect(try nextMessage(of: router) == ["lazy", "hello"])

        // The kernel's buffers take some; then nothing moves until the peer reads.
        var sent = 0
        var refusals = 0
        while refusals < 20 && sent < 10_000 {
            var name = Message(Array("lazy".utf8))
            switch try router.send(&name, more: true) {
            case .sent:
                var payload = Message([UInt8](repeating: UInt8(truncatingIfNeeded: sent), count: 262_144))
                #expect(try router.send(&payload) == .sent)
                sent += 1
                refusals = 0
            case .full:
                #expect(name.copy() == Array("lazy".utf8), "a message that was not taken is unchanged")
                refusals += 1
                _ = try Poller.wait(for: router, timeoutMilliseconds: 10)
            case .unreachable: Issue.record("the peer is there, it only does not read")
            }
        }
        #expect(refusals == 20)
        for number in 0..<sent {
            #expect(try nextFrame(of: lazy)?.first == UInt8(truncatingIfNeeded: number))
        }
        var rest = Message()
        #expect(try !lazy.receive(&rest))
    }

    @Test func aSecondPeerOfTheSameNameIsNotHeardAndTheFirstKeepsWorking() throws {
        let router = try boundRouter(in: context)
        let first = try dealer(to: router, in: context, named: "worker")
        #expect(try send("first", over: first) == .sent)
        #expect(try nextMessage(of: router) == ["worker", "first"])

        let second = try dealer(to: router, in: context, named: "worker")
        #expect(try send("second", over: second) == .sent)
        let ready = try Poller.wait(for: router, timeoutMilliseconds: 300)
        #expect(!ready[0])

        #expect(try send("first again", over: first) == .sent)
        #expect(try nextMessage(of: router) == ["worker", "first again"])
        #expect(try send("worker", "for the first", over: router) == .sent)
        #expect(try nextMessage(of: first) == ["for the first"])
        var nothing = Message()
        #expect(try !second.receive(&nothing))
    }

    @Test func aFrameThatIsTooLargeClosesOnlyItsOwnConnection() throws {
        var options = SocketOptions()
        options.maximumFrameBytes = 1_000
        let router = try boundRouter(in: context, options)
        let careful = try dealer(to: router, in: context, named: "careful", immediate: true)
        let greedy = try dealer(to: router, in: context, named: "greedy", immediate: true)
        try becomeConnected(careful, named: "careful", to: router)
        try becomeConnected(greedy, named: "greedy", to: router)

        #expect(try send(String(repeating: "x", count: 1_001), over: greedy) == .sent)
        #expect(try send(String(repeating: "y", count: 1_000), over: careful) == .sent)
        #expect(try nextMessage(of: router) == ["careful", String(repeating: "y", count: 1_000)])
        // Gone for the router, and back by itself under the same name.
        var outcome = SendOutcome.sent
        for _ in 0..<1_000 where outcome == .sent {
            outcome = try send("greedy", "still there?", over: router)
            _ = try Poller.wait(for: router, timeoutMilliseconds: 1)
        }
        #expect(outcome == .unreachable)
        try becomeConnected(greedy, named: "greedy", to: router)
        #expect(try send("careful", "hello", over: router) == .sent)
        #expect(try nextMessage(of: careful) == ["hello"])
    }

    /// Sends until a greeting arrives: before the connection stands there is nowhere to send to, and a greeting
    /// on a connection that is about to end is lost.
    private func becomeConnected(_ socket: borrowing Socket, named name: String, to router: borrowing Socket) throws {
        for _ in 0..<1_000 {
            _ = try send("hello", over: socket)
            guard try Poller.wait(for: router, timeoutMilliseconds: 10)[0] else { continue }
            let greeting = try nextMessage(of: router)
            #expect(greeting == [name, "hello"])
            var message = Message()
            while try router.receive(&message) {}
            return
        }
        Issue.record("\(name) never arrived")
    }
}
