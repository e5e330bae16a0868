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
    /// Adds one row for every product that has a price and every shopper of a week; of those who did not shop, only for
    /// the products whose price they were shown.
    mutating func append(_ week: ShoppingWeek, entries: [MarketReplay.Entry?], histories: [ShopperHistory]) {
        let categories = CategoryReplay(entries)
        for visit in week.visits {
            var bought = visit.products[...]
            let history = histories[visit.shopper]
            let summary = ShopperSummary(history, week: week.week)
            let habits = categories.contexts.map { CategoryHabit($0, summary: summary, history: history) }
            for (index, entry) in entries.enumerated() {
                guard let entry else { continue }
                let place = UInt16(index)
                let shown = visit.shown[place]
                if visit.events.isEmpty, shown == nil { continue }
                while let next = bought.first, next < place { bought.removeFirst() }
                labels.append(bought.first == place ? 1 : 0)
                products.append(place)
                shoppers.append(UInt32(visit.shopper))
                logRelativePrices.append(Float(entry.context.logRelativePrice(shown ?? entry.price)))
                fill(entry.context, habits[categories.places[index]], summary, history)
            }
        }
    }

    private mutating func fill(
        _ item: ItemContext, _ category: CategoryHabit, _ summary: ShopperSummary, _ history: ShopperHistory
    ) {
        let row = features.count / FeatureSchema.count
        features.append(contentsOf: repeatElement(0, count: FeatureSchema.count))
        var rows = features.mutableSpan
        FeatureSchema.fill(&rows, row: row, item: item, category: category, summary: summary, history: history)
    }
}
