// Binding, closing, waiting, and the one thread that owns a socket.

import Dispatch
import Foundation
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1)))
struct SocketTests {
    @Test func aPortThatIsTakenIsAnAddressInUse() throws {
        let context = Context()
        let first = try boundRouter(in: context)
        let second = try Socket(.router, in: context)
        let taken = try first.lastEndpoint()
        let error = #expect(throws: ZeroMQError.self) { try second.bind(taken) }
        #expect(error?.isAddressInUse == true)
        #expect(error?.description.contains(taken) == true)
    }

    @Test func anotherFailureToBindIsNotAnAddressInUse() throws {
        let socket = try Socket(.router, in: Context())
        let error = #expect(throws: ZeroMQError.self) { try socket.bind("nonsense") }
        #expect(error?.isAddressInUse == false)
    }

    @Test func theLastEndpointNamesTheRealPort() throws {
        let endpoint = try boundRouter(in: Context()).lastEndpoint()
        #expect(endpoint.hasPrefix("tcp://127.0.0.1:"))
        #expect(endpoint.split(separator: ":").last.flatMap { Int($0) } != nil)
    }

    /// With an unlimited LINGER this would never return: nobody takes the messages.
    @Test func closingWithoutLingerDropsWhatIsUnsentAndReturns() throws {
        let socket = try Socket(.dealer, in: Context())
        try socket.connect("tcp://127.0.0.1:1")
        for _ in 0..<100 { #expect(try send("never delivered", over: socket) == .sent) }
    }

    @Test func closingWithLingerStillDelivers() throws {
        let context = Context()
        let router = try boundRouter(in: context)
        do {
            var options = SocketOptions()
            options.lingerMilliseconds = 10_000
            let guest = try dealer(to: router, in: context, named: "guest", options: options)
            #expect(try send("last words", over: guest) == .sent)
        }
        #expect(try nextMessage(of: router) == ["guest", "last words"])
    }

    @Test func waitingSaysWhichSourceIsReady() throws {
        let context = Context()
        let first = try boundRouter(in: context)
        let second = try boundRouter(in: context)
        let pipe = Pipe()
        var sources = PollSet(capacity: 3)
        let numbers = [
            sources.add(first), sources.add(second), sources.add(descriptor: pipe.fileHandleForReading.fileDescriptor),
        ]
        func ready(within milliseconds: Int) throws -> [Int] {
            try sources.wait(timeoutMilliseconds: milliseconds)
            return numbers.filter { sources.isReady($0) }
        }
        #expect(try ready(within: 0) == [])

        let guest = try dealer(to: second, in: context)
        #expect(try send("hello", over: guest) == .sent)
        #expect(try ready(within: 10_000) == [1])
        // Level-triggered: it stays ready until it is drained.
        #expect(try ready(within: 0) == [1])
        try pipe.fileHandleForWriting.write(contentsOf: [1])
        #expect(try ready(within: 10_000) == [1, 2])
    }

    @Test func aDescriptorWakesAWait() throws {
        let router = try boundRouter(in: Context())
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        let idle = try Poller.wait(for: router, descriptor: descriptor, timeoutMilliseconds: 0)
        #expect(!idle[0] && !idle[1])
        try pipe.fileHandleForWriting.write(contentsOf: [1])
        let ready = try Poller.wait(for: router, descriptor: descriptor, timeoutMilliseconds: 10_000)
        #expect(!ready[0] && ready[1])
    }

    // MARK: - One thread

    /// What a thread may try with a socket.
    enum Use: String, CaseIterable, Codable, Sendable {
        case bind, connect, lastEndpoint, send, receive, wait
    }

    @Test(arguments: Use.allCases)
    func aForeignThreadStopsTheProcess(use: Use) async {
        await #expect(processExitsWith: .failure) { [use] in
            try Owner().use(use, onAnotherThread: true)
        }
    }

    /// The control of the test above: the same calls are fine where they belong.
    @Test func theOwnersThreadMayDoAnything() async {
        await #expect(processExitsWith: .success) {
            for use in Use.allCases { try Owner().use(use, onAnotherThread: false) }
        }
    }

    /// A socket that breaks the rule on purpose: shared with another thread.
    private final class Owner: @unchecked Sendable {
        // Sendable is not true. That is the test.
        private let socket: Socket

        init() throws {
            socket = try Socket(.dealer, in: Context())
        }

        func use(_ use: Use, onAnotherThread isForeign: Bool) throws {
            guard isForeign else { return try perform(use) }
            let finished = DispatchSemaphore(value: 0)
            Thread {
                try? self.perform(use)
                finished.signal()
            }.start()
            finished.wait()
        }

        private func perform(_ use: Use) throws {
            var message = Message()
            switch use {
            case .bind: try socket.bind(anyPort)
            case .connect: try socket.connect("tcp://127.0.0.1:1")
            case .lastEndpoint: _ = try socket.lastEndpoint()
            case .send: _ = try socket.send(&message)
            case .receive: _ = try socket.receive(&message)
            case .wait: _ = try Poller.wait(for: socket, timeoutMilliseconds: 0)
            }
        }
    }
}
