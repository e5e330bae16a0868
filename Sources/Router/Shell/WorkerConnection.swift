import ZeroMQ

/// The routing id of a worker's connection: eight random bytes, new at every start of the worker, so that a
/// restarted worker is never mistaken for the one that died.
struct WorkerConnection: Hashable {
    let word: UInt64

    /// - Returns: nil for an id of another length, which no worker has.
    init?(_ identity: borrowing Message) {
        let bytes = identity.copy()
        guard bytes.count == 8 else { return nil }
        word = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    func write(to message: inout Message) {
        let word = word
        message.reserve(8) { bytes in
            bytes.storeBytes(of: word.bigEndian, as: UInt64.self)
        }
    }
}
