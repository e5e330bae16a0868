// Which processes there are, by number and by the moment they began: a number alone may have been given to
// somebody else since.

import Foundation
import Glibc

/// A process that cannot be mistaken for a later one of the same number.
struct ProcessMark: Hashable {
    var number: Int32
    /// In clock ticks since the machine was started; field 22 of /proc/PID/stat.
    var startTicks: UInt64

    /// nil when there is no such process.
    init?(_ number: Int32) {
        guard let stat = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
            // The name, in brackets, may contain anything.
            let end = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = UInt64(fields[19]) else { return nil }
        self.number = number
        startTicks = ticks
    }

    /// Reads what `text` wrote.
    init?(_ text: some StringProtocol) {
        let fields = text.split(separator: " ")
        guard fields.count == 2, let number = Int32(fields[0]), let ticks = UInt64(fields[1]) else { return nil }
        self.number = number
        startTicks = ticks
    }

    var text: String { "\(number) \(startTicks)" }

    /// Whether it is there still. A process that has ended and was not waited for counts.
    var isThere: Bool { ProcessMark(number)?.startTicks == startTicks }

    /// Sends a signal, unless the number means somebody else by now.
    func send(_ signal: Int32) { if isThere { kill(number, signal) } }
}
