// Reading one's own catalogue. A catalogue batch is acknowledged when the broadcast partition's leader has made it
// durable; the other workers follow the log a moment later. A shop that sends a product and at once asks for its
// price must not hear that nobody knows it, so a worker that follows looks at the log once more before it says so.

import Domain
import WorkerCore
import ZeroMQ

/// A request put aside, with its body.
struct DeferredRequest {
    let header: MessageHeader
    let body: [UInt8]
}

extension WorkerShell {
    /// Requests put aside at once; more are answered from what is known.
    private static let deferralCapacity = 1_024

    /// Puts the request in `body` aside.
    /// - Returns: false when it has to be answered now.
    mutating func deferUntilCaughtUp(_ request: MessageHeader) -> Bool {
        // The leader has nobody to catch up with.
        guard core.broadcastEpoch == 0, deferred.count < Self.deferralCapacity else { return false }
        disk.post(.catchUpBroadcast)
        deferred.append(DeferredRequest(header: request, body: body.copy()))
        return true
    }

    /// The log has been read since the oldest of them was put aside: answers that one.
    mutating func handleDeferred() throws(ZeroMQError) {
        guard !deferred.isEmpty else { return }
        let request = deferred.removeFirst()
        body.set(request.body)
        try answer(request.header, mayDefer: false)
    }
}
