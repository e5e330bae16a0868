// The file form of a preparation, part of a bundle's.

import Domain

extension Preparation {
    func encode(to writer: inout ByteWriter) {
        writer.write(columns) { writer, column in column.encode(to: &writer) }
        item.encode(to: &writer)
        writer.write(crosses) { writer, cross in cross.encode(to: &writer) }
        writer.write(components.map { [$0] } ?? []) { writer, components in components.encode(to: &writer) }
        writer.write(history.map { [$0] } ?? []) { writer, history in history.encode(to: &writer) }
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        let columns = try Column.readAll(&reader, except: ExposureTable.known)
        let item = try LevelPreparation(from: &reader)
        let crosses = try reader.readArray(minimumBytes: 24) { reader throws(ByteError) in
            try CrossPreparation(from: &reader)
        }
        let components = try reader.readArray(minimumBytes: 8) { reader throws(ByteError) in
            try PrincipalComponents(from: &reader)
        }
        let histories = try reader.readArray(minimumBytes: 12) { reader throws(ByteError) in
            try UserHistory(from: &reader)
        }
        let categorical = Set(columns.filter { $0.kind == .categorical }.map(\.name))
        let numeric = Set(columns.map(\.name)).subtracting(categorical)
        guard crosses.allSatisfy({ categorical.isSuperset(of: [$0.first, $0.second]) }), components.count < 2,
            histories.count < 2,
            components.allSatisfy({ numeric.isSuperset(of: $0.inputs.map(\.name)) })
        else { throw reader.error("crossed or combined columns that are not there") }
        let named = Set(UserHistory.names)
        guard
            histories.isEmpty || columns.filter({ named.contains($0.name) && $0.kind == .numeric }).count == named.count
        else { throw reader.error("a history without its columns") }
        self.init(
            columns: columns, item: item, crosses: crosses, components: components.first, history: histories.first)
    }
}

extension Preparation.Column {
    func encode(to writer: inout ByteWriter) {
        writer.write(name)
        switch preparation {
        case .number(let number):
            writer.write(UInt8(0))
            number.encode(to: &writer)
        case .hours(let number):
            writer.write(UInt8(2))
            number.encode(to: &writer)
        case .level(let level):
            writer.write(UInt8(1))
            level.encode(to: &writer)
        }
    }

    /// - Parameter known: names that no feature can have.
    static func readAll(_ reader: inout ByteReader, except known: Set<String>) throws(ByteError) -> [Self] {
        let columns = try reader.readArray(minimumBytes: 9) { reader throws(ByteError) in try Self(from: &reader) }
        let names = columns.map(\.name)
        guard Set(names).count == names.count, known.isDisjoint(with: names) else {
            throw reader.error("columns \(names)")
        }
        return columns
    }

    private init(from reader: inout ByteReader) throws(ByteError) {
        let name = try reader.readString()
        switch try reader.read(UInt8.self) {
        case 0: self.init(name: name, preparation: .number(try NumberPreparation(from: &reader)))
        case 1: self.init(name: name, preparation: .level(try LevelPreparation(from: &reader)))
        case 2: self.init(name: name, preparation: .hours(try NumberPreparation(from: &reader)))
        case let mark: throw reader.error("a column of kind \(mark)")
        }
    }
}

extension NumberPreparation {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(median)
        writer.write(usual.lowerBound)
        writer.write(usual.upperBound)
        writer.write(UInt8(tellsBlanks ? 1 : 0))
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteError) {
        let (median, low, high) = (try reader.readFloat(), try reader.readFloat(), try reader.readFloat())
        guard median.isFinite, low <= high, low.isFinite, high.isFinite else {
            throw reader.error("\(low) to \(high), median \(median)")
        }
        self.init(median: median, usual: low...high, tellsBlanks: try reader.read(UInt8.self) == 1)
    }
}

extension LevelPreparation {
    func encode(to writer: inout ByteWriter) {
        writer.write(levels) { writer, level in level.encode(to: &writer) }
        unknown.encode(to: &writer)
        writer.write(UInt8(isSpread ? 1 : 0))
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        let levels = try reader.readArray(minimumBytes: 12) { reader throws(ByteError) in try Level(from: &reader) }
        guard zip(levels, levels.dropFirst()).allSatisfy({ $0.name < $1.name }) else {
            throw reader.error("levels out of order")
        }
        self.init(
            levels: levels, unknown: try Level(from: &reader), isSpread: try reader.read(UInt8.self) == 1)
    }
}

extension LevelPreparation.Level {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(name)
        writer.write(logOdds)
        writer.write(slope)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteError) {
        name = try reader.readString()
        logOdds = try reader.readFloat()
        slope = try reader.readFloat()
        guard logOdds.isFinite, slope.isFinite else { throw reader.error("level “\(name)”: \(logOdds), \(slope)") }
    }
}

extension CrossPreparation {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(first)
        writer.write(second)
        writer.write(firstLevels) { writer, level in writer.write(level) }
        writer.write(secondLevels) { writer, level in writer.write(level) }
        for values in [logOdds, slopes] { writer.write(values) { writer, value in writer.write(value) } }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteError) {
        first = try reader.readString()
        second = try reader.readString()
        firstLevels = try Self.readLevels(&reader)
        secondLevels = try Self.readLevels(&reader)
        logOdds = try readFinite(&reader)
        slopes = try readFinite(&reader)
        let cells = (firstLevels.count + 1) * (secondLevels.count + 1)
        guard logOdds.count == cells, slopes.count == cells else { throw reader.error("\(name) without all cells") }
    }

    private static func readLevels(_ reader: inout ByteReader) throws(ByteError) -> [String] {
        let levels = try reader.readArray(minimumBytes: 4) { reader throws(ByteError) in try reader.readString() }
        guard zip(levels, levels.dropFirst()).allSatisfy({ $0 < $1 }) else { throw reader.error("levels out of order") }
        return levels
    }
}

extension PrincipalComponents {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(inputs) { writer, input in
            writer.write(input.name)
            writer.write(input.centre)
            writer.write(input.scale)
        }
        writer.write(loadings) { writer, value in writer.write(value) }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteError) {
        let inputs = try reader.readArray(minimumBytes: 12) { reader throws(ByteError) in
            let input = Input(
                name: try reader.readString(), centre: try reader.readFloat(), scale: try reader.readFloat())
            guard input.centre.isFinite, input.scale > 0, input.scale.isFinite else {
                throw reader.error("“\(input.name)” around \(input.centre) by \(input.scale)")
            }
            return input
        }
        self.init(inputs: inputs, loadings: try readFinite(&reader))
        guard !inputs.isEmpty, loadings.count % inputs.count == 0, loadings.count <= inputs.count * inputs.count else {
            throw reader.error("\(loadings.count) loadings of \(inputs.count) columns")
        }
    }
}

extension UserHistory {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(rate)
        writer.write(users) { writer, user in
            writer.write(user.name)
            writer.write(user.state.exposures)
            writer.write(user.state.purchases)
            writer.write(user.state.logPrices)
            writer.write(user.state.last)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteError) {
        let rate = try reader.readDouble()
        let users = try reader.readArray(minimumBytes: 28) { reader throws(ByteError) in
            let name = try reader.readString()
            let (exposures, purchases) = (try reader.read(UInt32.self), try reader.read(UInt32.self))
            let state = State(
                exposures: exposures, purchases: purchases, logPrices: try reader.readDouble(),
                last: try reader.readTimestamp())
            // Exposures have times between the years before and after 32,000; more would overflow when subtracted.
            guard purchases <= exposures, state.logPrices.isFinite, abs(state.logPrices) < 1e12,
                state.last.milliseconds.magnitude < 1 << 51
            else { throw reader.error("user “\(name)”: \(purchases) purchases in \(exposures) exposures") }
            return User(name: name, state: state)
        }
        guard rate >= 0, rate <= 1 else { throw reader.error("a rate of \(rate)") }
        self.init(rate: rate, users: users)
    }
}

private func readFinite(_ reader: inout ByteReader) throws(ByteError) -> [Float] {
    let values = try reader.readArray(minimumBytes: 4) { reader throws(ByteError) in try reader.readFloat() }
    guard values.allSatisfy(\.isFinite) else { throw reader.error("a number that is not finite") }
    return values
}
