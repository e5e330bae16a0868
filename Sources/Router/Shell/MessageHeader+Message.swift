import Domain
import Wire
import ZeroMQ

extension MessageHeader {
    /// Writes this header into a message, without a copy in between.
    func write(to message: inout Message) {
        message.reserve(Self.encodedBytes) { encode(into: &$0) }
    }
}
