// Two files of exposures as two monitors: the bins are cut from the first, and both are counted in them.

import Domain
import Experiments

/// Rows that a model was learned from, and rows that came later.
public struct DriftFiles: Sendable {
    public let reference: DriftMonitor
    public let input: DriftMonitor

    private static let promise = "probability"
    /// Below this, shares of tenths are nothing but chance.
    static let fewestRows = 100
    static let fewestUsers = 30

    /// Reads files in the format of exposures, plain or gzip, each optionally with a column `probability`.
    /// - Parameter kinds: of columns whose kind is settled; the others' are inferred from the reference.
    public init(
        reference referencePath: String, input inputPath: String, kinds: [String: ColumnKind] = [:]
    ) throws(LearningError) {
        let before = try ExposureTable(path: referencePath, for: .outcomes, kinds: kinds)
        var settled: [String: ColumnKind] = [:]
        for feature in before.features {
            settled[feature.name] = feature.values.kind
        }
        // A file without promises can be a reference all the same, and the other way round.
        settled[Self.promise] = nil
        try self.init(before, try ExposureTable(path: inputPath, for: .outcomes, kinds: settled))
    }

    /// - Precondition: the second has the features of the first, or a promise more or less.
    init(_ before: ExposureTable, _ after: ExposureTable) throws(LearningError) {
        for table in [before, after] {
            guard table.count >= Self.fewestRows, Set(table.users).count >= Self.fewestUsers else {
                throw LearningError(
                    place: table.file, value: "\(table.count) rows of \(Set(table.users).count) users",
                    remedy: "Give at least \(Self.fewestRows) rows of \(Self.fewestUsers) users.")
            }
        }
        let promised = (try Self.promises(before), try Self.promises(after))
        var names = before.features.map(\.name).filter { $0 != Self.promise }
        names += ["item", "reference_price", "unit_cost", "price / reference_price", "bought"]
        if promised.0 != nil, promised.1 != nil { names.append(Self.promise) }
        let columns = names.map { Self.column($0, before) }
        let bins = zip(names, columns).map { name, column in
            switch column {
            case .numbers(let numbers), .hours(let numbers): FeatureBins(name: name, numbers: numbers)
            case .levels(let levels): FeatureBins(name: name, levels: levels)
            }
        }
        reference = Self.monitor(before, columns, bins, promised.0)
        input = Self.monitor(after, names.map { Self.column($0, after) }, bins, promised.1)
    }

    private static func column(_ name: String, _ table: ExposureTable) -> FeatureColumn {
        switch name {
        case "item": .levels(table.items)
        case "reference_price": .numbers(table.referencePrices.map { Float($0) })
        case "unit_cost": .numbers(table.unitCosts.map { Float($0) })
        case "price / reference_price": .numbers(zip(table.prices, table.referencePrices).map { Float($0 / $1) })
        case "bought": .levels(table.bought.map { $0 ? "yes" : "no" })
        default: table.features.first { $0.name == name }?.values ?? .levels([])
        }
    }

    /// - Returns: nil when the file promises nothing.
    private static func promises(_ table: ExposureTable) throws(LearningError) -> [Double]? {
        guard let column = table.features.first(where: { $0.name == promise }) else { return nil }
        func mistake(_ row: Int, _ value: String) -> LearningError {
            LearningError(
                place: "\(table.file):\(table.lines[row]):\(promise)", value: value,
                remedy: "Give a probability from 0 to 1, or leave it blank.")
        }
        switch column.values {
        case .levels(let texts):
            let words = texts.indices.first { !texts[$0].isEmpty && Double(texts[$0]) == nil } ?? 0
            throw mistake(words, texts[words])
        case .numbers(let numbers), .hours(let numbers):
            for (row, number) in numbers.enumerated() where !number.isNaN && !(0...1).contains(number) {
                throw mistake(row, "\(number)")
            }
            return numbers.allSatisfy(\.isNaN) ? nil : numbers.map { Double($0) }
        }
    }

    private static func monitor(
        _ table: ExposureTable, _ columns: [FeatureColumn], _ bins: [FeatureBins], _ promises: [Double]?
    ) -> DriftMonitor {
        var monitor = DriftMonitor(bins)
        for row in 0..<table.count {
            let values = columns.map { column -> ObservedValue in
                switch column {
                case .numbers(let numbers), .hours(let numbers): .number(numbers[row])
                case .levels(let levels): .level(levels[row])
                }
            }
            let promise = promises.flatMap { $0[row].isNaN ? nil : $0[row] }
            monitor.observe(user: table.users[row], values: values, probability: promise, bought: table.bought[row])
        }
        return monitor
    }
}
