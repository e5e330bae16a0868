// A router under the test's control: a real socket on a thread of its own that answers, refuses or says nothing.

import Domain
import Foundation
import Synchronization
import Testing
import Wire
import ZeroMQ

final class StubRouter: Sendable {
    enum Manner: Sendable {
        case answers
        case refuses(RefusalCode)
        case isSilent
    }

    private struct State {
        var manner: Manner
        var seen: [MessageHeader] = []
        var endpoint: String?
        var isStopped = false
    }

    private let state: Mutex<State>
    private let started = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(_ manner: Manner) throws {
        state = Mutex(State(manner: manner))
        Thread { [self] in
            do {
                try serve()
            } catch {
                Issue.record("a stub router failed: \(error)")
            }
            started.signal()
            ended.signal()
        }.start()
        started.wait()
    }

    var endpoint: String { state.withLock { $0.endpoint } ?? "none" }

    /// The requests that came.
    var seen: [MessageHeader] { state.withLock { $0.seen } }

    func behave(_ manner: Manner) { state.withLock { $0.manner = manner } }

    /// Closes its socket, as its death would. Returns when it is closed.
    func die() {
        state.withLock { $0.isStopped = true }
        ended.wait()
        ended.signal()
    }

    private func serve() throws {
        let socket = try Socket(.router, in: Context())
        try socket.bind("tcp://127.0.0.1:*")
        let address = try socket.lastEndpoint()
        state.withLock { $0.endpoint = address }
        started.signal()
        let encoder = BodyEncoder()
        var sender = Message()
        var header = Message()
        var body = Message()
        while !state.withLock({ $0.isStopped }) {
            _ = try Poller.wait(for: socket, timeoutMilliseconds: 2)
            while try socket.receive(&sender) {
                _ = try socket.receive(&header)
                _ = try socket.receive(&body)
                let request = try header.withBytes { bytes throws(Refusal) in try MessageHeader.decode(bytes) }
                let manner = state.withLock { state in
                    state.seen.append(request)
                    return state.manner
                }
                guard let (reply, packed) = answer(request, manner, encoder) else { continue }
                header.reserve(MessageHeader.encodedBytes) { reply.encode(into: &$0) }
                body.set(packed)
                guard case .sent = try socket.send(&sender, more: true) else { continue }
                _ = try socket.send(&header, more: true)
                _ = try socket.send(&body)
            }
        }
    }

    private func answer(
        _ request: MessageHeader, _ manner: Manner, _ encoder: BodyEncoder
    ) -> (MessageHeader, [UInt8])? {
        switch manner {
        case .isSilent: return nil
        case .refuses(let code):
            let refusal = Refusal(code, place: "stub", remedy: "None.")
            return (request.reply(.refused(code)), encoder.refusal(refusal).bytes)
        case .answers:
            let status = PartitionStatus(
                partition: PartitionID(UInt16(truncatingIfNeeded: request.keyHash.value)), leader: "stub", index: 1,
                epoch: 1, shoppers: 0, stateHash: 0)
            return (request.reply(.answered(.personal)), encoder.partitionStatus(status).bytes)
        }
    }
}
