import Glibc
import Operations

/// One line on standard error that fills up. Silent when standard error is not a terminal, except for the end.
struct ProgressBar {
    private let title: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shown = -1

    init(_ title: String) { self.title = title }

    /// - Parameter share: 0 to 1.
    mutating func update(_ share: Double, note: String = "") {
        let percent = Int((min(max(share, 0), 1) * 100).rounded(.down))
        guard isTerminal, percent != shown else { return }
        shown = percent
        let filled = percent * 32 / 100
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 32 - filled)
        write("\r\(title)  \(bar) \(percent) %  \(note)\u{1b}[K")
    }

    func finish(_ result: String) {
        write((isTerminal ? "\r" : "") + "\(title)  \(result)" + (isTerminal ? "\u{1b}[K" : "") + "\n")
    }

    private func write(_ text: String) { StandardStream.error.write(text) }
}
