extension ShopCalendar {
    /// The instant at which a week begins: Monday 00:00 on the shop's wall clock.
    public func start(ofWeek week: Int32) -> Timestamp {
        let local = (Int64(week) * 7 - 3) * Self.millisecondsPerDay
        // The offset depends on the instant and the instant on the offset; a second look settles the weeks in
        // which the clock changes.
        let guess = Timestamp(milliseconds: local - offsetMilliseconds(at: Timestamp(milliseconds: local)))
        return Timestamp(milliseconds: local - offsetMilliseconds(at: guess))
    }
}
