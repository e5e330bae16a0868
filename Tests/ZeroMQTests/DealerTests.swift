// Sending and receiving without ever waiting.

import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1)))
struct DealerTests {
    private let context = Context()

    @Test func anImmediateSocketWithoutAPeerIsFull() throws {
        var options = SocketOptions()
        options.immediate = true
        let lonely = try Socket(.dealer, in: context, options: options)
        try lonely.connect("tcp://127.0.0.1:1")
        var message = Message([1, 2, 3])
        let outcome = try lonely.send(&message)
        #expect(outcome == .full)
        #expect(message.copy() == [1, 2, 3])
    }

    @Test func withoutImmediateMessagesWaitForAPeerUpToTheHighWaterMark() throws {
        var options = SocketOptions()
        options.sendHighWater = 3
        let patient = try Socket(.dealer, in: context, options: options)
        try patient.connect("tcp://127.0.0.1:1")
        for _ in 0..<3 { #expect(try send("hello", over: patient) == .sent) }
        #expect(try send("one too many", over: patient) == .full)
    }

    @Test func receivingWhenNothingHasArrivedSaysSoAndReleasesTheMessage() throws {
        let router = try boundRouter(in: context)
        var message = Message([7])
        let received = try router.receive(&message)
        #expect(!received)
        #expect(message.count == 0)
    }

    @Test func whatIsSentIsGoneFromTheSender() throws {
        let router = try boundRouter(in: context)
        let guest = try dealer(to: router, in: context, named: "guest")
        var message = Message(Array("payload".utf8))
        #expect(try guest.send(&message) == .sent)
        #expect(message.count == 0)
        #expect(try nextMessage(of: router) == ["guest", "payload"])
    }

    @Test func framesOfOneMessageArriveTogetherAndTheRestCanBeDiscarded() throws {
        let router = try boundRouter(in: context)
        let guest = try dealer(to: router, in: context, named: "guest")
        #expect(try send("one", "", "three", over: guest) == .sent)
        #expect(try send("next", over: guest) == .sent)

        #expect(try nextFrame(of: router) == Array("guest".utf8))
        var frame = Message()
        #expect(try router.receive(&frame))
        #expect(frame.hasMore && frame.copy() == Array("one".utf8))
        try router.discardRest(after: &frame)
        let isLast = !frame.hasMore
        #expect(isLast)
        // Nothing is left to discard now.
        try router.discardRest(after: &frame)
        #expect(try nextMessage(of: router) == ["guest", "next"])
    }

    @Test func emptyFramesAreFrames() throws {
        let router = try boundRouter(in: context)
        let guest = try dealer(to: router, in: context, named: "guest")
        #expect(try send("", "", over: guest) == .sent)
        #expect(try nextMessage(of: router) == ["guest", "", ""])
    }

    @Test func aRequesterThatLostItsAnswerAsksAgainAndDropsTheLateOne() throws {
        let router = try boundRouter(in: context)
        let requester = try Socket(.request, in: context)
        try requester.connect(try router.lastEndpoint())

        #expect(try send("first", over: requester) == .sent)
        let first = try frames(of: router)
        #expect(try send("second", over: requester) == .sent)
        let second = try frames(of: router)
        // Identity, correlation id, delimiter, payload.
        #expect(first.count == 4 && first[0] == second[0])
        #expect(first[1].count == 4 && first[1] != second[1])
        #expect(first[2].isEmpty)

        try reply(first, "late", over: router)
        try reply(second, "right", over: router)
        #expect(try nextMessage(of: requester) == ["right"])
    }

    private func frames(of socket: borrowing Socket) throws -> [[UInt8]] {
        var frames = [try #require(try nextFrame(of: socket))]
        var message = Message()
        while try socket.receive(&message) { frames.append(message.copy()) }
        return frames
    }

    private func reply(_ request: [[UInt8]], _ answer: String, over socket: borrowing Socket) throws {
        for frame in request.dropLast() {
            var message = Message(frame)
            #expect(try socket.send(&message, more: true) == .sent)
        }
        #expect(try send(answer, over: socket) == .sent)
    }
}
