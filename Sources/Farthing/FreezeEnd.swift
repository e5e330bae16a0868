// When a freeze ends, as the command line says it, and how it is shown.

import Configuration
import Domain
import Foundation
import Learning

enum FreezeEnd {
    /// - Parameters:
    ///   - text: a duration such as `24h`, from `now` on, or a UTC time.
    ///   - sooner: what ends it at once.
    static func read(
        _ text: String, now: Timestamp, sooner: String = "`farthing thaw` ends a freeze"
    ) throws(LearningError) -> Timestamp {
        let duration = Rule.duration("1s", "366d").read(text)
        let end = duration.map { now.adding(milliseconds: $0.wholeMilliseconds) } ?? Timestamp(utc: text)
        guard let end else {
            throw LearningError(
                place: "--until", value: text,
                remedy: "Give a duration such as 90m, 24h or 7d, at most 366d, or a UTC time such as "
                    + "2026-01-31T06:00:00Z.")
        }
        guard end > now else {
            throw LearningError(
                place: "--until", value: text, remedy: "Give a time to come; \(sooner).")
        }
        return end
    }

    /// What is left of a freeze, for people: `2 d 3 h`, `3 h 20 min`, `12 s`.
    static func left(until end: Timestamp, now: Timestamp) -> String {
        let seconds = max(0, end.milliseconds - now.milliseconds) / 1_000
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes) min" }
        return minutes > 0 ? "\(minutes) min" : "\(seconds) s"
    }
}

extension Timestamp {
    /// `2026-01-31T06:00:00Z`.
    var utcText: String { Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601) }
}
