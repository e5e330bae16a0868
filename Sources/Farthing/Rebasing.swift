import Domain
import Learning

/// A history moved by whole weeks, so that its last week is the week of a given moment. Features depend on
/// differences between weeks only, so they stay exactly the same.
struct Rebasing {
    let data: TrainingData

    init(_ original: TrainingData, to now: Timestamp, calendar: ShopCalendar) {
        let times = original.events.map(\.event.occurredAt) + original.catalogue.map(\.effectiveAt)
        guard let last = times.max() else {
            data = original
            return
        }
        let weeks = Int64(calendar.week(of: now)) - Int64(calendar.week(of: last))

        /// The same moment of the same weekday on the shop's clock, `weeks` later.
        func moved(_ time: Timestamp) -> Timestamp {
            let shifted = time.adding(milliseconds: weeks * ShopCalendar.millisecondsPerWeek)
            let clockChange = calendar.offsetMilliseconds(at: shifted) - calendar.offsetMilliseconds(at: time)
            return shifted.adding(milliseconds: -clockChange)
        }

        var data = original
        data.events = original.events.compactMap { entry in
            var entry = entry
            entry.event.occurredAt = moved(entry.event.occurredAt)
            // What has not happened yet is not behaviour.
            return entry.event.occurredAt <= now ? entry : nil
        }
        data.catalogue = original.catalogue.map { row in
            var row = row
            row.effectiveAt = moved(row.effectiveAt)
            row.deal = row.deal.map { Deal(price: $0.price, endsAt: moved($0.endsAt)) }
            return row
        }
        self.data = data
    }
}
