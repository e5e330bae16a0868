// SIGHUP means two things: an operator asks a process to read its configuration again, or the terminal that it was
// started from has gone. They are told apart by trying to open that terminal.

import Dispatch
import Glibc

public final class HangUp {
    public enum Meaning: Sendable {
        case readAgain, terminalGone
    }

    // Kept alive for as long as the signal shall be heard; never touched again.
    private let source: any DispatchSourceSignal

    /// - Parameter heard: called at every SIGHUP, from any thread.
    public init(_ heard: @escaping @Sendable (Meaning) -> Void) {
        let hadTerminal = Self.hasTerminal
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler { heard(hadTerminal && !Self.hasTerminal ? .terminalGone : .readAgain) }
        source.resume()
    }

    private static var hasTerminal: Bool {
        let descriptor = unsafe open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }
}
