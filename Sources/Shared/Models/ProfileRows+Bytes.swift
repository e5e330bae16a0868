import Domain

extension ModelBundle.Profiles {
    func encode(to writer: inout ByteWriter) {
        writer.write(ratios.lowerBound)
        writer.write(ratios.upperBound)
        rows.encode(to: &writer)
    }

    init(from reader: inout ByteReader, width: Int) throws(ByteError) {
        let (low, high) = (try reader.readDouble(), try reader.readDouble())
        guard low > 0, low <= high, high.isFinite else { throw reader.error("prices of \(low) to \(high)") }
        self.init(ratios: low...high, rows: try ProfileRows(from: &reader, width: width))
    }
}

extension ProfileRows {
    func encode(to writer: inout ByteWriter) {
        for value in blank { writer.write(value) }
        shoppers.encode(to: &writer)
        items.encode(to: &writer)
        writer.write(origin)
        writer.write(elapsed) { writer, elapsed in
            writer.write(UInt16(elapsed.place))
            writer.write(UInt8(elapsed.isOfShopper ? 1 : 0))
            writer.write(UInt16(elapsed.column))
            writer.write(elapsed.usual.lowerBound)
            writer.write(elapsed.usual.upperBound)
            writer.write(UInt8(elapsed.tellsBlanks ? 1 : 0))
        }
        writer.write(crosses) { writer, cross in
            writer.write(UInt16(cross.place))
            writer.write(UInt16(cross.shopperColumn))
            writer.write(UInt16(cross.itemColumn))
            writer.write(UInt16(cross.levels.shopper))
            writer.write(UInt16(cross.levels.item))
            for value in cross.values { writer.write(value) }
        }
        writer.write(UInt16(momentPlace))
    }

    /// Reads what `encode` wrote; every place and level is checked, so that a row can be filled in without a look.
    init(from reader: inout ByteReader, width: Int) throws(ByteError) {
        let blank = try reader.readRow(width: width)
        let shoppers = try ProfileTable(from: &reader, width: width)
        let items = try ProfileTable(from: &reader, width: width)
        let origin = try reader.readTimestamp()
        guard Timestamp.acceptable.contains(origin) else { throw reader.error("an origin of \(origin.milliseconds)") }
        let elapsed = try reader.readArray(minimumBytes: 14) { reader throws(ByteError) in
            try Elapsed(from: &reader, width: width, shoppers, items)
        }
        let crosses = try reader.readArray(minimumBytes: 10) { reader throws(ByteError) in
            try Cross(from: &reader, width: width, shoppers, items)
        }
        let momentPlace = Int(try reader.read(UInt16.self))
        guard momentPlace + 4 <= width else { throw reader.error("place \(momentPlace) in a row of \(width)") }
        self.init(
            blank: blank, shoppers: shoppers, items: items, origin: origin, elapsed: elapsed, crosses: crosses,
            momentPlace: momentPlace)
    }
}

extension ProfileRows.Elapsed {
    fileprivate init(
        from reader: inout ByteReader, width: Int, _ shoppers: ProfileTable, _ items: ProfileTable
    ) throws(ByteError) {
        let place = Int(try reader.read(UInt16.self))
        let isOfShopper = try reader.read(UInt8.self) == 1
        let column = Int(try reader.read(UInt16.self))
        let (low, high) = (try reader.readFinite(), try reader.readFinite())
        let tellsBlanks = try reader.read(UInt8.self) == 1
        let columns = (isOfShopper ? shoppers : items).columns
        guard place + (tellsBlanks ? 1 : 0) < width, column < columns.count, columns[column] == .instant, low <= high
        else { throw reader.error("hours at place \(place) from column \(column)") }
        self.init(place: place, isOfShopper: isOfShopper, column: column, usual: low...high, tellsBlanks: tellsBlanks)
    }
}

extension ProfileRows.Cross {
    fileprivate init(
        from reader: inout ByteReader, width: Int, _ shoppers: ProfileTable, _ items: ProfileTable
    ) throws(ByteError) {
        let place = Int(try reader.read(UInt16.self))
        let columns = (Int(try reader.read(UInt16.self)), Int(try reader.read(UInt16.self)))
        let levels = (shopper: Int(try reader.read(UInt16.self)), item: Int(try reader.read(UInt16.self)))
        guard place + 2 <= width, levels.shopper > 0, levels.item > 0,
            shoppers.holdsLevels(columns.0, below: levels.shopper), items.holdsLevels(columns.1, below: levels.item)
        else { throw reader.error("crossed levels at place \(place)") }
        self.init(
            place: place, shopperColumn: columns.0, itemColumn: columns.1, levels: levels,
            values: try reader.readRow(width: 2 * levels.shopper * levels.item))
    }
}

extension ProfileTable {
    fileprivate func holdsLevels(_ column: Int, below count: Int) -> Bool {
        guard column < columns.count, columns[column] == .level else { return false }
        return keys.indices.allSatisfy { entry in
            let level = value(entry, column)
            return level >= 0 && level < Float(count) && level == level.rounded()
        }
    }
}
