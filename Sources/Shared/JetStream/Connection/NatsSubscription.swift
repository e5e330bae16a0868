// What a stream delivers from one place on: first everything that is there, as fast as it is taken, then whatever is
// stored, when it is. The library's thread queues messages and ours takes them, so that a look which finds nothing
// costs a lock and no request.
//
// The server keeps this consumer in the memory of one of its nodes. When that node goes, or the connection, what was
// under way is lost without a word; heartbeats tell, and the owner subscribes anew from where it stood.

import CNats

@safe final class NatsSubscription: StreamSubscription {
    private let connection: NatsConnection
    private let subscription: OpaquePointer
    private let reconnections: UInt64
    private var heardAt: ContinuousClock.Instant

    private static let heartbeat: Duration = .milliseconds(500)
    private static let silence: Duration = heartbeat * 4

    /// - Parameter sequence: of the first message to deliver.
    init(_ connection: NatsConnection, stream: String, from sequence: UInt64) throws(NatsFailure) {
        let reconnections = connection.reconnections
        var createdInbox: UnsafeMutablePointer<CChar>?
        var created: OpaquePointer?
        try unsafe check(natsInbox_Create(&createdInbox))
        guard let inbox = unsafe createdInbox else { throw .unanswered("no inbox") }
        defer { unsafe natsInbox_Destroy(inbox) }
        try unsafe check(natsConnection_SubscribeSync(&created, connection.connection, inbox))
        guard let subscription = unsafe created else { throw .unanswered("no subscription") }
        // The server's flow control bounds the queue.
        unsafe natsSubscription_SetPendingLimits(subscription, -1, -1)
        do throws(NatsFailure) {
            try unsafe Self.createConsumer(connection, stream: stream, from: sequence, inbox: inbox)
        } catch {
            unsafe connection.retire(subscription)
            throw error
        }
        self.connection = connection
        unsafe self.subscription = unsafe subscription
        self.reconnections = reconnections
        heardAt = ContinuousClock.now
    }

    // The server removes the consumer when nobody has listened for a few seconds.
    deinit { unsafe connection.retire(subscription) }

    private static func createConsumer(
        _ connection: NatsConnection, stream: String, from sequence: UInt64, inbox: UnsafePointer<CChar>
    ) throws(NatsFailure) {
        var configuration = unsafe jsConsumerConfig()
        unsafe jsConsumerConfig_Init(&configuration)
        unsafe configuration.DeliverPolicy = js_DeliverByStartSequence
        unsafe configuration.OptStartSeq = sequence
        unsafe configuration.AckPolicy = js_AckNone
        unsafe configuration.DeliverSubject = unsafe inbox
        unsafe configuration.FlowControl = true
        unsafe configuration.Heartbeat = heartbeat.wholeMilliseconds * 1_000_000
        unsafe configuration.MaxDeliver = 1
        unsafe configuration.MemoryStorage = true
        unsafe configuration.Replicas = 1
        var options = unsafe jsOptions()
        unsafe jsOptions_Init(&options)
        unsafe options.Wait = RequestWait.subscription.wholeMilliseconds
        var code = jsErrCode(0)
        try unsafe check(
            js_AddConsumer(nil, connection.jetStream, stream, &configuration, &options, &code), code)
    }

    func next(within wait: Duration) -> Arrival {
        let milliseconds = wait.wholeMilliseconds
        while true {
            var pointer: OpaquePointer?
            let status = unsafe natsSubscription_NextMsg(&pointer, subscription, milliseconds)
            if status == NATS_TIMEOUT { return isSilent ? .broken : .nothing }
            guard status == NATS_OK, let pointer = unsafe pointer else { return .broken }
            heardAt = ContinuousClock.now
            let message = unsafe NatsMessage(taking: pointer)
            guard message.isEmpty else { return .message(message.bytes) }
            // Flow control: the server waits until this message, and so everything before it, was taken.
            if let subject = message.replySubject { connection.answer(subject) }
            if let subject = message.header("Nats-Consumer-Stalled") { connection.answer(subject) }
            if let last = message.header("Nats-Last-Stream").flatMap({ UInt64($0) }) {
                return .heartbeat(lastSequence: last)
            }
        }
    }

    private var isSilent: Bool {
        connection.reconnections != reconnections || ContinuousClock.now - heardAt > Self.silence
    }
}
