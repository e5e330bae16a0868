// Replays a data set into training matrices. The week's own baskets are applied before its rows are filled:
// features of a week read only earlier weeks, so this changes nothing, and any mistake there would show here.

import Domain
import Features

/// Turns events and catalogue into labelled feature rows.
public struct MatrixReplay {
    let data: TrainingData
    let calendar: ShopCalendar
    let weeks: [ShoppingWeek]
    let rates: [ProductRate]

    /// - Parameter ratesThrough: last shop week whose purchases may tell how popular a product is.
    public init(_ data: TrainingData, calendar: ShopCalendar, ratesThrough: Int32) throws(LearningError) {
        guard !data.products.isEmpty, data.products.count <= Int(UInt16.max) else {
            throw LearningError(
                place: "products", value: "\(data.products.count)", remedy: "Give 1 to \(UInt16.max) products.")
        }
        self.data = data
        self.calendar = calendar
        weeks = ShoppingWeek.grouped(data, calendar: calendar)
        rates = ProductRate.rates(weeks, products: data.products.count, through: ratesThrough)
    }

    /// What a bundle learned from this replay says about a product, by its place in `TrainingData.products`.
    public func rate(ofProductAt place: Int) -> (logit: Float, index: UInt32) {
        (rates[place].logit, rates[place].index)
    }

    /// The rows of the shop weeks in each range.
    /// - Parameter progress: called after each week with the share done.
    public func matrices(
        of ranges: [ClosedRange<Int32>], progress: (Double) -> Void = { _ in }
    ) -> [TrainingMatrix] {
        var matrices = ranges.map { _ in TrainingMatrix() }
        var histories: [ShopperHistory] = []
        var market = MarketReplay(data.catalogue, calendar: calendar)
        for (done, week) in weeks.enumerated() {
            market.advance(through: week.week)
            for visit in week.visits {
                while histories.count <= visit.shopper { histories.append(ShopperHistory()) }
                for event in visit.events {
                    histories[visit.shopper].apply(data.events[event].event.basket, week: week.week)
                }
            }
            let entries = data.products.indices.map {
                market.entry(data.products[$0], rate: rates[$0], week: week.week)
            }
            for (index, range) in ranges.enumerated() where range.contains(week.week) {
                matrices[index].append(week, entries: entries, histories: histories)
            }
            progress(Double(done + 1) / Double(weeks.count))
        }
        return matrices
    }
}

extension TrainingMatrix {
    /// Adds one row for every visit of a week and every product that has a price.
    mutating func append(_ week: ShoppingWeek, entries: [MarketReplay.Entry?], histories: [ShopperHistory]) {
        let known = entries.enumerated().compactMap { index, entry in entry.map { (index: index, entry: $0) } }
        for visit in week.visits {
            var bought = visit.products[...]
            for item in known {
                while let next = bought.first, Int(next) < item.index { bought.removeFirst() }
                labels.append(bought.first.map(Int.init) == item.index ? 1 : 0)
                products.append(UInt16(item.index))
            }
        }
        let prices = known.map { Float($0.entry.context.logRelativePrice($0.entry.price)) }
        for _ in week.visits { logRelativePrices += prices }
        fill(week, contexts: known.map(\.entry.context), histories: histories)
    }

    private mutating func fill(_ week: ShoppingWeek, contexts: [ItemContext], histories: [ShopperHistory]) {
        var row = features.count / FeatureSchema.count
        let added = week.visits.count * contexts.count
        features.append(contentsOf: repeatElement(0, count: added * FeatureSchema.count))
        var rows = features.mutableSpan
        for visit in week.visits {
            let history = histories[visit.shopper]
            let summary = ShopperSummary(history, week: week.week)
            for item in contexts {
                FeatureSchema.fill(&rows, row: row, item: item, summary: summary, history: history)
                row += 1
            }
        }
    }
}
