// A cluster's own log as a data set: the behaviour, the catalogue and the prices that were shown. What the log holds is
// what the workers saw, so a model learned from it knows what serving will ask.

import Domain

/// One tenant's records, collected in the order of each partition.
public struct LoggedShop {
    private let tenant: String
    private let calendar: ShopCalendar
    private var events: [ShopperEvent] = []
    private var counted: Set<CountedEvent> = []
    private var catalogue: [CatalogueRow] = []
    private var shown: [ShownPrice] = []
    /// Prices shown, by arm of the experiment.
    public private(set) var shownByArm: [UInt8: Int] = [:]

    private struct CountedEvent: Hashable {
        var user: String
        var id: EventID
    }

    public init(tenant: String, calendar: ShopCalendar) {
        self.tenant = tenant
        self.calendar = calendar
    }

    /// Events sent again count once, as they do in the workers.
    public mutating func add(_ record: Record) {
        switch record {
        case .events(let user, let events) where user.tenant == tenant:
            for event in events where counted.insert(CountedEvent(user: user.user, id: event.id)).inserted {
                self.events.append(ShopperEvent(user: user.user, event: event))
            }
        case .catalogue(tenant, let rows): catalogue += rows
        case .exposures(let time, let exposures):
            let week = calendar.week(of: time)
            for exposure in exposures where exposure.user.tenant == tenant {
                shown.append(
                    ShownPrice(
                        user: exposure.user.user, product: exposure.product, week: week, price: exposure.personalPrice))
                shownByArm[exposure.arm, default: 0] += 1
            }
        case .events, .catalogue, .modelActivated, .modelTried, .priceFreeze, .stockValues, .checkpoint: break
        }
    }

    /// The weeks to fit on and the later ones to judge by: about one in seven of those with a basket, at least one.
    /// - Parameter now: the week that it is in is not over, and who has not bought yet may; it tells nothing.
    /// - Throws: when there is nothing to learn from yet.
    public func settings(at now: Timestamp) throws(LearningError) -> LearningSettings {
        let begun = calendar.week(of: now)
        let weeks = Set(events.map { calendar.week(of: $0.event.occurredAt) }).filter { $0 < begun }.sorted()
        guard let first = weeks.first, let last = weeks.last, weeks.count >= Self.fewestWeeks else {
            throw LearningError(
                place: "the log of \(tenant)", value: "baskets of \(weeks.count) weeks that are over",
                remedy:
                    "Learn when there are baskets of at least \(Self.fewestWeeks) different weeks, or import earlier ones."
            )
        }
        let tested = weeks[weeks.count - max(1, weeks.count / 7)]
        // The first weeks only tell who shops: their rows would know nobody.
        let known = weeks[min(weeks.count / 5, weeks.count - 3)]
        return LearningSettings(trainedWeeks: max(first, known)...(tested - 1), testedWeeks: tested...last)
    }

    private static let fewestWeeks = 4

    /// - Throws: when nothing was bought that the catalogue has.
    public func trainingData() throws(LearningError) -> TrainingData {
        let known = Set(catalogue.map(\.product))
        var purchases: [String: Int] = [:]
        for event in events {
            for item in event.event.basket.items where item.quantity > 0 && known.contains(item.product) {
                purchases[item.product, default: 0] += 1
            }
        }
        guard !purchases.isEmpty else {
            throw LearningError(
                place: "the log of \(tenant)",
                value: "\(events.count) baskets, \(known.count) products in the catalogue, none of them bought",
                remedy: "Send catalogue rows and baskets first, for example with farthing import.")
        }
        let products = purchases.keys.sorted { (-purchases[$0]!, $0) < (-purchases[$1]!, $1) }
        var data = TrainingData(
            description: "the cluster's log: \(events.count) baskets, \(shown.count) prices shown", products: products,
            events: Self.ordered(events) { $0.event.occurredAt }, catalogue: Self.ordered(catalogue) { $0.effectiveAt })
        data.shown = shown
        return data
    }

    /// Ascending by time; what is equal stays in the log's order.
    private static func ordered<Element>(_ elements: [Element], by time: (Element) -> Timestamp) -> [Element] {
        elements.enumerated().sorted { (time($0.element), $0.offset) < (time($1.element), $1.offset) }.map(\.element)
    }
}
