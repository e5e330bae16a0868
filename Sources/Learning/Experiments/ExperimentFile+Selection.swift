// Which columns of a file are compared, and as what.

import Domain
import Experiments

extension ExperimentFile {
    /// The columns being read and the metrics they make.
    struct Selection {
        private enum Source {
            case column(CSVReader.Column)
            case conversion, revenue, profit
            /// 1 in the row of a user's first purchase, so that a user's sum says whether they bought.
            case buyer
        }
        private struct Sale {
            let price, cost, bought: CSVReader.Column
            let quantity: CSVReader.Column?
        }

        private(set) var columns: [ExperimentTable.Column] = []
        private var sources: [Source] = []
        private let sale: Sale?
        private let asked: [String]
        private let ratios: [(numerator: String, denominator: String)]
        private var buyers: Set<Int> = []

        private static let amounts = ["profit", "revenue", "conversion"]

        init(_ reader: CSVReader, _ asked: Columns, except known: Set<String>) throws(LearningError) {
            let isExposures = ["price", "unit_cost", "bought"].allSatisfy(reader.header.contains)
            sale =
                isExposures
                ? Sale(
                    price: try reader.column("price"), cost: try reader.column("unit_cost"),
                    bought: try reader.column("bought"),
                    quantity: reader.header.contains("quantity") ? try reader.column("quantity") : nil) : nil
            let others = reader.header.filter {
                !known.contains($0) && $0 != asked.covariate && $0 != asked.cluster
            }
            let usual = isExposures ? Self.amounts : others
            let chosen = asked.metrics.isEmpty && asked.ratios.isEmpty ? usual : asked.metrics
            var unique: Set<String> = []
            self.asked = (chosen.filter { !asked.guards.contains($0) } + asked.guards).filter {
                unique.insert($0).inserted
            }
            ratios = asked.ratios
            guard !self.asked.isEmpty || !ratios.isEmpty else {
                throw LearningError(
                    place: "\(reader.name):1", value: reader.header.joined(separator: ","),
                    remedy: "Add a column with a number to compare.")
            }
            let named = self.asked + ratios.flatMap { [$0.numerator, $0.denominator] }.filter { $0 != "rows" }
            for name in named where !columns.contains(where: { $0.name == name }) {
                try add(name, reader)
                if name == "conversion", sale != nil, !reader.header.contains(name) {
                    add("buyer", .buyer)
                }
            }
        }

        private mutating func add(_ name: String, _ source: Source) {
            columns.append(.init(name: name, values: []))
            sources.append(source)
        }

        /// A column of the file comes before an amount of the same name.
        private mutating func add(_ name: String, _ reader: CSVReader) throws(LearningError) {
            if sale != nil, !reader.header.contains(name) {
                switch name {
                case "conversion": return add(name, .conversion)
                case "revenue": return add(name, .revenue)
                case "profit": return add(name, .profit)
                default: break
                }
            }
            add(name, .column(try reader.column(name)))
        }

        /// Takes in the current row.
        mutating func read(
            _ reader: CSVReader, user: Int, in range: ClosedRange<Double>
        ) throws(LearningError) {
            var (price, cost, quantity) = (0.0, 0.0, 1.0)
            var bought = false
            if let sale {
                price = try reader.number(sale.price, in: 0...ExposureTable.dearest)
                cost = try reader.number(sale.cost, in: 0...ExposureTable.dearest)
                bought = try reader.flag(sale.bought)
                if let column = sale.quantity, bought { quantity = try reader.units(column) }
            }
            let units = bought ? quantity : 0
            for index in sources.indices {
                let value: Double =
                    switch sources[index] {
                    case .column(let column): try reader.number(column, in: range)
                    case .conversion: bought ? 1 : 0
                    case .revenue: units * price
                    case .profit: units * (price - cost)
                    case .buyer: bought && buyers.insert(user).inserted ? 1 : 0
                    }
                columns[index].values.append(value)
            }
        }

        /// - Parameter repeats: whether some user has several rows, so that a mean per row is something else.
        func metrics(repeats: Bool) -> [NamedMetric] {
            var metrics: [NamedMetric] = []
            for name in asked {
                guard let place = columns.firstIndex(where: { $0.name == name }) else { continue }
                var perUser = place
                if case .conversion = sources[place] { perUser = place + 1 }
                metrics.append(NamedMetric(name: name, per: "user", metric: .perUser(column: perUser)))
            }
            for name in asked where repeats {
                guard let place = columns.firstIndex(where: { $0.name == name }) else { continue }
                let per = sale == nil ? "row" : "exposure"
                metrics.append(NamedMetric(name: name, per: per, metric: .perRow(column: place)))
            }
            for (above, below) in ratios {
                guard let numerator = columns.firstIndex(where: { $0.name == above }) else { continue }
                if below == "rows" {
                    metrics.append(NamedMetric(name: above, per: "row", metric: .perRow(column: numerator)))
                } else if let denominator = columns.firstIndex(where: { $0.name == below }) {
                    metrics.append(
                        NamedMetric(
                            name: above, per: below, metric: .ratio(numerator: numerator, denominator: denominator)))
                }
            }
            return metrics
        }
    }
}
