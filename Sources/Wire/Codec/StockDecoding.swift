// What stock is worth. As with catalogue rows, a blank amount is refused and never read as zero.

import CPricing
import CProtobuf
import Domain

extension BodyDecoder {
    /// Kind `stock`.
    public func stockValueBatch(
        _ body: RawSpan
    ) throws(Refusal) -> (tenant: String, values: [StockValue]) {
        unsafe try decode(body, farthing__stock_value_batch__unpack) {
            (message: borrowing Farthing__StockValueBatch) throws(Refusal) in
            guard unsafe 1...Limits.rowsInCatalogueBatch ~= message.n_values else {
                throw Refusal(
                    .tooManyRows, place: "values", value: "\(unsafe message.n_values) values",
                    remedy: "Send 1 to \(Limits.rowsInCatalogueBatch) values in a batch.")
            }
            let currency = unsafe try currency(message.currency)
            return unsafe (
                try identifier(message.tenant, "tenant"),
                try elements(message.values, message.n_values) { index, value throws(Refusal) in
                    unsafe StockValue(
                        product: try identifier(value.product, "values[\(index)].product"),
                        worth: try worth(value.worth?.pointee, "values[\(index)].worth"), currency: currency,
                        until: try timestamp(value.until_ms, .invalidStockValue, "values[\(index)].until_ms"))
                }
            )
        }
    }

    private func worth(_ amount: Farthing__Amount?, _ place: String) throws(Refusal) -> Money {
        guard let minor = unsafe amount?.minor else {
            throw Refusal(
                .invalidStockValue, place: place, value: "blank",
                remedy: "Say what a unit is worth; write 0 only if a unit that stays is worth nothing.")
        }
        guard 0...Limits.price.minorUnits ~= minor else {
            throw Refusal(
                .invalidStockValue, place: place, value: "\(minor)",
                remedy: "Give an amount of 0 to \(Limits.price.minorUnits) minor units.")
        }
        return Money(minorUnits: minor)
    }
}
