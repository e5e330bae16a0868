import Domain
import Foundation

/// What a process says to its operator: one line an event on standard error, for people and for grep.
public struct Journal: Sendable {
    public enum Severity: String, Sendable {
        case info, warning, error
    }

    private let process: String

    /// - Parameter process: who speaks, for example `worker w1`.
    public init(process: String) { self.process = process }

    public func info(_ message: String) { write(.info, message) }
    public func warning(_ message: String) { write(.warning, message) }
    public func error(_ message: String) { write(.error, message) }

    private func write(_ severity: Severity, _ message: String) {
        let time = Date(timeIntervalSince1970: Double(Clock.timestamp().milliseconds) / 1_000)
        let line = "\(time.formatted(.iso8601)) \(severity.rawValue) \(process): \(message)\n"
        StandardStream.error.write(line)
    }
}
