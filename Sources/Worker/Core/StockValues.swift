// What units of one tenant's products are worth.

import Domain

typealias StockValues = LastingEntries<StockValue>

extension StockValue: LastingEntry {}

extension StockValues {
    func encode(to writer: inout ByteWriter) {
        writer.write(ascending) { $0.write($1) }
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        self.init(try reader.readArray(minimumBytes: 24) { reader throws(ByteError) in try reader.readStockValue() })
    }
}
