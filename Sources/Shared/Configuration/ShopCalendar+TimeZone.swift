// The one place that reads the time zone database. Its answer travels as a plain table of offsets, so that
// features, promotions and replays never ask the machine they run on what time it is somewhere.

import Domain
import Foundation

extension ShopCalendar {
    /// The local days and weeks of an IANA time zone from 1970 to 2100; nil when the machine does not know it.
    public init?(timeZone identifier: String) {
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        var offsets = [Self.offset(of: zone, at: Date(timeIntervalSince1970: 0))]
        var instant = Date(timeIntervalSince1970: 0)
        while let next = zone.nextDaylightSavingTimeTransition(after: instant), next > instant, next < Self.end {
            offsets.append(Self.offset(of: zone, at: next))
            instant = next
        }
        self.init(offsets: offsets)
    }

    /// 2100-01-01T00:00:00Z.
    private static let end = Date(timeIntervalSince1970: 4_102_444_800)

    private static func offset(of zone: TimeZone, at instant: Date) -> Offset {
        Offset(
            start: Timestamp(milliseconds: Int64(instant.timeIntervalSince1970.rounded()) * 1000),
            offsetMilliseconds: Int64(zone.secondsFromGMT(for: instant)) * 1000)
    }
}
