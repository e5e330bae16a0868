import Wire
import Domain
import ZeroMQ

/// The routing id of a worker's connection: eight random bytes, new at every start of the worker, so that a
/// restarted worker is never mistaken for the one that died.
struct WorkerConnection: Hashable {
    private let word: UInt64

    /// - Returns: nil for an id of another length, which no worker has.
    init?(_ identity: borrowing Message) {
        let word: UInt64? = unsafe identity.withBytes { bytes in
            unsafe bytes.count == 8 ? bytes.loadUnaligned(as: UInt64.self) : nil
        }
        guard let word else { return nil }
        self.word = word
    }

    func write(to message: inout Message) {
        unsafe message.reserve(8) { bytes in
            unsafe UnsafeMutableRawBufferPointer(bytes).storeBytes(of: word, as: UInt64.self)
        }
    }
}

extension MessageHeader {
    func write(to message: inout Message) {
        unsafe message.reserve(Self.encodedBytes) { unsafe encode(into: UnsafeMutableRawBufferPointer($0)) }
    }
}
