// A stock value in a log and in a state.

extension ByteWriter {
    public mutating func write(_ value: StockValue) {
        write(value.product)
        write(value.worth)
        write(value.currency.code)
        write(value.until)
    }
}

extension ByteReader {
    public mutating func readCurrency() throws(ByteError) -> Currency {
        let code = try readString()
        guard let currency = Currency(code: code) else { throw error("unknown currency “\(code)”") }
        return currency
    }

    public mutating func readStockValue() throws(ByteError) -> StockValue {
        StockValue(
            product: try readString(), worth: try readMoney(), currency: try readCurrency(),
            until: try readTimestamp())
    }
}
