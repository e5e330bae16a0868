// What a request to the servers came to when it was not carried out as asked. The point of the distinction is what
// the caller may conclude: only `unanswered` leaves the outcome open.

import CNats

package enum NatsFailure: Error, Equatable {
    case noSuchStream
    case noSuchMessage
    /// The stream does not end where the message expects it to; the message was not stored.
    case wrongLastSequence
    /// The servers refused for want of space.
    case noSpace(String)
    /// Larger than a server accepts; it was not sent.
    case tooLarge
    /// No answer, or one that says nothing about the outcome: it may have been carried out, or still be.
    case unanswered(String)

    /// - Parameters:
    ///   - status: what the library said.
    ///   - code: what the server said; 0 when it said nothing.
    init(_ status: natsStatus, _ code: jsErrCode = jsErrCode(0)) {
        switch code {
        case JSStreamWrongLastSequenceErr: self = .wrongLastSequence
        case JSStreamNotFoundErr: self = .noSuchStream
        case JSNoMessageFoundErr, JSSequenceNotFoundErr, JSStreamMsgDeleteFailed: self = .noSuchMessage
        case JSInsufficientResourcesErr, JSAccountResourcesExceededErr, JSStorageResourcesExceededErr:
            self = .noSpace(Self.text(status, code))
        case JSStreamMessageExceedsMaximumErr: self = .tooLarge
        default: self = status == NATS_MAX_PAYLOAD ? .tooLarge : .unanswered(Self.text(status, code))
        }
    }

    private static func text(_ status: natsStatus, _ code: jsErrCode) -> String {
        let name = unsafe String(cString: natsStatus_GetText(status))
        return code == jsErrCode(0) ? name : "\(name), JetStream error \(code.rawValue)"
    }
}

/// Turns a failed call into a failure.
func check(_ status: natsStatus, _ code: jsErrCode = jsErrCode(0)) throws(NatsFailure) {
    guard status == NATS_OK else { throw NatsFailure(status, code) }
}
