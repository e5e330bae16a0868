// One connection to the servers. The library finds another server when its own goes, and runs threads of its own;
// every call here may be made from the one thread that owns the log, and blocks it.

import CNats
import Glibc

@safe final class NatsConnection: StreamServers {
    let clock: any WaitingClock = MachineClock()
    let connection: OpaquePointer
    let jetStream: OpaquePointer
    private let statistics: OpaquePointer
    /// Subscriptions that have ended and are not yet destroyed, the oldest first.
    private var retired: [(subscription: OpaquePointer, at: ContinuousClock.Instant)] = unsafe []

    /// Connects to any of the servers.
    /// - Parameters:
    ///   - servers: such as `nats://127.0.0.1:4222`.
    ///   - name: what the servers call this client in their logs.
    init(servers: [String], name: String) throws(NatsFailure) {
        let options = unsafe try Self.options(servers: servers, name: name)
        defer { unsafe natsOptions_Destroy(options) }
        var connection: OpaquePointer?
        var jetStream: OpaquePointer?
        var statistics: OpaquePointer?
        try unsafe check(natsConnection_Connect(&connection, options))
        guard let connection = unsafe connection else { throw .unanswered("no connection") }
        var jetStreamOptions = unsafe jsOptions()
        unsafe jsOptions_Init(&jetStreamOptions)
        unsafe jetStreamOptions.Wait = RequestWait.answer.wholeMilliseconds
        var status = unsafe natsConnection_JetStream(&jetStream, connection, &jetStreamOptions)
        if status == NATS_OK { status = unsafe natsStatistics_Create(&statistics) }
        guard let jetStream = unsafe jetStream, let statistics = unsafe statistics else {
            unsafe jsCtx_Destroy(jetStream)
            unsafe natsConnection_Destroy(connection)
            throw NatsFailure(status)
        }
        unsafe self.connection = unsafe connection
        unsafe self.jetStream = unsafe jetStream
        unsafe self.statistics = unsafe statistics
    }

    deinit {
        unsafe natsConnection_Close(connection)
        unsafe retired.forEach { unsafe natsSubscription_Destroy($0.subscription) }
        unsafe natsStatistics_Destroy(statistics)
        unsafe jsCtx_Destroy(jetStream)
        unsafe natsConnection_Destroy(connection)
    }

    /// Ends a subscription. It is destroyed later: libnats 3.4 has been seen to take the lock of one that was destroyed
    /// while a message for it was being read, which stopped its reader for ever. The reader looks a subscription up anew
    /// for each message, so the one that it may hold ended moments ago. To a process that was stopped, moments may be
    /// long; so the last few are kept in any case.
    func retire(_ subscription: OpaquePointer) {
        unsafe natsSubscription_Unsubscribe(subscription)
        let now = ContinuousClock.now
        while unsafe retired.count >= Self.retiredAtLeast, let oldest = unsafe retired.first,
            unsafe now - oldest.at > Self.retirement
        {
            unsafe natsSubscription_Destroy(oldest.subscription)
            unsafe retired.removeFirst()
        }
        unsafe retired.append((subscription, now))
    }

    private static let retirement: Duration = .seconds(30)
    private static let retiredAtLeast = 16

    private static func options(servers: [String], name: String) throws(NatsFailure) -> OpaquePointer {
        var created: OpaquePointer?
        try unsafe check(natsOptions_Create(&created))
        guard let options = unsafe created else { throw .unanswered("no memory for options") }
        var names: [UnsafePointer<CChar>?] = unsafe servers.map { unsafe UnsafePointer(strdup($0)) }
        defer { unsafe names.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
        let settings = unsafe [
            natsOptions_SetServers(options, &names, CInt(clamping: names.count)),
            natsOptions_SetName(options, name),
            natsOptions_SetTimeout(options, 2_000),
            // For ever: the caller decides how long it waits.
            natsOptions_SetMaxReconnect(options, -1),
            natsOptions_SetReconnectWait(options, 50),
            natsOptions_SetReconnectJitter(options, 50, 50),
            // A request that was under way when its server went shall not wait for an answer that cannot come.
            natsOptions_SetFailRequestsOnDisconnect(options, true),
            // A server that hangs without closing its connections is left after 4 s.
            natsOptions_SetPingInterval(options, 2_000),
            natsOptions_SetMaxPingsOut(options, 1),
            natsOptions_SetSendAsap(options, true),
            // The default writes to standard error.
            natsOptions_SetErrorHandler(options, { _, _, _, _ in }, nil),
        ]
        if let failed = settings.first(where: { $0 != NATS_OK }) {
            unsafe natsOptions_Destroy(options)
            throw NatsFailure(failed)
        }
        return unsafe options
    }

    /// `max_payload` of the servers.
    var largestPayloadBytes: Int { Int(clamping: unsafe natsConnection_GetMaxPayload(connection)) }

    var largestMessageBytes: Int { largestPayloadBytes - Self.headerBytes }

    /// What a message's headers may take.
    private static let headerBytes = 1_024

    /// How often the connection was lost and found again. What servers sent in between did not arrive.
    var reconnections: UInt64 {
        var count: UInt64 = 0
        guard unsafe natsConnection_GetStats(connection, statistics) == NATS_OK else { return 0 }
        unsafe natsStatistics_GetCounts(statistics, nil, nil, nil, nil, &count)
        return count
    }
}
