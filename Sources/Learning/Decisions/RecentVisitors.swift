// Who has been shown a product lately: as many will come again, and they are the best sample there is of those who will.

import Domain

/// Collects one tenant's shoppers and catalogue from records, in the order of each partition.
public struct RecentVisitors {
    /// What a model's purchase probability is of.
    public enum Trial: Sendable {
        /// A shopper's day: of a model that was fitted to exposures.
        case day
        /// A shopper's week: of a model that was learned from the cluster's log.
        case week

        fileprivate var days: Int { self == .day ? 1 : 7 }
    }

    private struct Visits {
        var last: Timestamp
        /// Before `now`, from 0 on.
        var days: Set<Int>

        mutating func add(_ time: Timestamp, _ day: Int) {
            last = max(last, time)
            days.insert(day)
        }
    }

    private let tenant: String
    private let products: Set<String>
    private let now: Timestamp
    private let since: Timestamp
    /// By product and shopper.
    private var visits: [String: [String: Visits]] = [:]
    private var rows: [String: [CatalogueRow]] = [:]
    /// Of any price shown to anybody of the tenant.
    private var earliest: Timestamp?

    /// A log that has just begun says nothing of how often they come.
    private static let shortestSpan: Int64 = 3_600_000

    /// - Parameters:
    ///   - products: of interest.
    ///   - days: visits before are forgotten.
    public init(tenant: String, products: Set<String>, now: Timestamp, days: Int) {
        self.tenant = tenant
        self.products = products
        self.now = now
        since = now.adding(milliseconds: -Int64(days) * ShopCalendar.millisecondsPerDay)
    }

    public mutating func add(_ record: Record) {
        switch record {
        case .exposures(let time, let exposures):
            for exposure in exposures where exposure.user.tenant == tenant {
                earliest = min(earliest ?? time, time)
                guard time >= since, products.contains(exposure.product) else { continue }
                let day = Int((now.milliseconds - time.milliseconds) / ShopCalendar.millisecondsPerDay)
                visits[exposure.product, default: [:]][exposure.user.user, default: Visits(last: time, days: [])]
                    .add(time, day)
            }
        case .catalogue(tenant, let batch):
            for row in batch where products.contains(row.product) { rows[row.product, default: []].append(row) }
        case .events, .catalogue, .modelActivated, .modelTried, .priceFreeze, .stockValues, .checkpoint: break
        }
    }

    /// The catalogue row in force; nil for a product that nobody knows. Of those that take effect at once the last counts.
    public func row(of product: String) -> CatalogueRow? {
        rows[product]?.filter { $0.effectiveAt <= now }.max { $0.effectiveAt <= $1.effectiveAt }
    }

    /// The shoppers who were shown it last, the latest first.
    public func shoppers(of product: String, most count: Int) -> [String] {
        let all = (visits[product] ?? [:]).sorted { ($1.value.last, $0.key) < ($0.value.last, $1.key) }
        return all.prefix(count).map(\.key)
    }

    /// How many trials there will be, if shoppers come as often as they did; nil when none was shown it.
    public func expected(of product: String, until end: Timestamp, _ trial: Trial) -> Double? {
        guard let earliest, let shoppers = visits[product] else { return nil }
        let trials = shoppers.values.reduce(0) { $0 + Set($1.days.map { $0 / trial.days }).count }
        let span = max(Self.shortestSpan, now.milliseconds - max(since, earliest).milliseconds)
        return Double(trials) * Double(max(0, end.milliseconds - now.milliseconds)) / Double(span)
    }
}
