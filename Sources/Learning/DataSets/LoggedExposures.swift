// The prices that a cluster has shown, with what came of them: exposures of its log joined with baskets. A quote that is
// asked for again while it holds is one exposure, at the price shown last. It was bought when a basket of the shopper
// with the product comes before the horizon after the quote's end, and before the next exposure; it is still open, and
// left out, while the log does not reach that far.

import Domain
import Features

/// One price shown, and whether it was bought.
public struct LoggedExposure: Equatable, Sendable {
    public var user: String
    public var item: String
    /// When the log was told of it, a moment after it was shown.
    public var time: Timestamp
    public var listPrice: Money
    /// What a worker took for the price that shoppers are used to; minor units.
    public var referencePrice: Double
    public var price: Money
    public var unitCost: Money
    public var currency: Currency
    /// Units; 0 when it was not bought.
    public var quantity: Int64
    /// Index of the experiment arm.
    public var arm: UInt8
    /// Chance that the price was shown, over all arms, when it was shown first.
    public var propensity: Float
    public var modelVersion: UInt64
    /// Of a purchase, as the model promised when the price was shown; nil where it promised nothing.
    public var probability: Double?
    /// When nothing could change any more, bought or not. Before, those that were bought are known sooner than the
    /// others: rates are of exposures settled by the end of the log.
    public var settledAt: Timestamp
}

/// Collects one tenant's exposures from records, in the order of each partition.
public struct LoggedExposures {
    private struct Key: Hashable {
        var user: String
        var product: String
    }

    private struct Shown {
        var time: Timestamp
        var exposure: Exposure
    }

    private struct Purchase {
        var id: EventID
        var time: Timestamp
        var quantity: Int64
    }

    private let tenant: String
    private let horizonMilliseconds: Int64
    private let calendar: ShopCalendar
    private var shown: [Key: [Shown]] = [:]
    private var bought: [Key: [Purchase]] = [:]
    private var rows: [String: [CatalogueRow]] = [:]
    /// Of anything in the log.
    public private(set) var latest = Timestamp(milliseconds: 0)

    /// An exposure may be logged so long after it was shown, and after its purchase.
    private static let lagMilliseconds: Int64 = 60_000

    /// - Parameter horizonMilliseconds: how long after the end of a quote a purchase still counts.
    public init(tenant: String, horizonMilliseconds: Int64, calendar: ShopCalendar = .utc) {
        self.tenant = tenant
        self.calendar = calendar
        self.horizonMilliseconds = horizonMilliseconds
    }

    public mutating func add(_ record: Record) {
        switch record {
        case .events(let user, let events) where user.tenant == tenant:
            for event in events {
                latest = max(latest, event.occurredAt)
                for item in event.basket.items where item.quantity > 0 {
                    bought[Key(user: user.user, product: item.product), default: []]
                        .append(Purchase(id: event.id, time: event.occurredAt, quantity: item.quantity))
                }
            }
        case .exposures(let time, let exposures):
            latest = max(latest, time)
            for exposure in exposures where exposure.user.tenant == tenant {
                shown[Key(user: exposure.user.user, product: exposure.product), default: []]
                    .append(Shown(time: time, exposure: exposure))
            }
        case .catalogue(tenant, let batch): for row in batch { rows[row.product, default: []].append(row) }
        case .events, .catalogue, .modelActivated, .modelTried, .priceFreeze, .stockValues, .checkpoint: break
        }
    }

    /// - Returns: exposures in the order of their times, and how many are still open.
    public func joined() -> (exposures: [LoggedExposure], open: Int) {
        var exposures: [LoggedExposure] = []
        var open = 0
        var references = ReferencePrices(rows, calendar)
        for (key, shown) in shown {
            // Sent again, an event counts once.
            var counted: Set<EventID> = []
            let purchases = (bought[key] ?? []).filter { counted.insert($0.id).inserted }
            let episodes = Self.episodes(shown)
            for (place, episode) in episodes.enumerated() {
                let horizon = episode.last.exposure.expiresAt.adding(milliseconds: horizonMilliseconds)
                let next = place + 1 < episodes.count ? start(episodes[place + 1].first) : horizon
                let end = min(horizon, next)
                let begin = start(episode.first)
                let quantity = purchases.filter { $0.time >= begin && $0.time < end }.reduce(0) { $0 + $1.quantity }
                // Bought or not: who left out only those that may still buy would count the last hours' buyers alone.
                if latest < end { open += 1 } else { exposures += row(episode, quantity, &references) }
            }
        }
        exposures.sort { ($0.time, $0.user, $0.item) < ($1.time, $1.user, $1.item) }
        return (exposures, open)
    }

    private func start(_ shown: Shown) -> Timestamp { shown.time.adding(milliseconds: -Self.lagMilliseconds) }

    /// Exposures that follow while the one before holds are one.
    private static func episodes(_ shown: [Shown]) -> [(first: Shown, last: Shown)] {
        var episodes: [(first: Shown, last: Shown)] = []
        for next in shown {
            if let last = episodes.last?.last, next.time < last.exposure.expiresAt {
                let exposure = next.exposure.repeating(last.exposure)
                episodes[episodes.count - 1].last = Shown(time: next.time, exposure: exposure)
            } else {
                episodes.append((next, next))
            }
        }
        return episodes
    }

    /// Nothing for a product whose catalogue row is not in the log.
    private func row(
        _ episode: (first: Shown, last: Shown), _ quantity: Int64, _ references: inout ReferencePrices
    ) -> [LoggedExposure] {
        let exposure = episode.last.exposure
        let known = rows[exposure.product] ?? []
        let inForce = known.filter { $0.effectiveAt <= episode.last.time }.max { $0.effectiveAt <= $1.effectiveAt }
        guard let row = inForce ?? known.first else { return [] }
        return [
            LoggedExposure(
                user: exposure.user.user, item: exposure.product, time: episode.first.time,
                listPrice: exposure.listPrice, referencePrice: references.price(of: row, at: episode.last.time),
                price: exposure.personalPrice, unitCost: row.unitCost,
                currency: row.currency, quantity: quantity, arm: exposure.arm, propensity: exposure.propensity,
                modelVersion: exposure.modelVersion, probability: exposure.prediction.flatMap(Self.probability),
                settledAt: exposure.expiresAt.adding(milliseconds: horizonMilliseconds))
        ]
    }

    private static func probability(_ prediction: DemandPrediction) -> Double? {
        guard prediction.isUsable else { return nil }
        return Double(prediction.saturation)
            * CappedDemand.acceptance(
                logOdds: Double(prediction.logOdds), sharpness: Double(prediction.sharpness))
    }
}

/// What workers took for the price that shoppers are used to.
private struct ReferencePrices {
    private struct Place: Hashable {
        var product: String
        var week: Int32
    }

    private let rows: [String: [CatalogueRow]]
    private let calendar: ShopCalendar
    private var histories: [Place: PriceHistory] = [:]

    init(_ rows: [String: [CatalogueRow]], _ calendar: ShopCalendar) {
        self.rows = rows
        self.calendar = calendar
    }

    /// - Parameter row: in force at the time.
    mutating func price(of row: CatalogueRow, at time: Timestamp) -> Double {
        let week = calendar.week(of: time)
        let place = Place(product: row.product, week: week)
        let history = histories[place] ?? history(of: row.product, in: week)
        histories[place] = history
        return ItemContext(
            row: row, history: history, week: week, calendar: calendar, logitRate: 0, index: 0
        ).referencePrice
    }

    private func history(of product: String, in week: Int32) -> PriceHistory {
        var history = PriceHistory()
        for row in rows[product] ?? [] where calendar.week(of: row.effectiveAt) <= week {
            history.apply(row, calendar: calendar)
        }
        return history
    }
}
