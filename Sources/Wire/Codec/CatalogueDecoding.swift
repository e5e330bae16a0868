// Catalogue rows are where other systems' mistakes become prices. A blank price once became a penny
// (Appeagle 2012, RepricerExpress 2014): an absent amount is refused, never read as zero.

import CPricing
import CProtobuf
import Domain

extension BodyDecoder {
    /// Kind `catalogue`.
    public func catalogueBatch(
        _ body: RawSpan
    ) throws(Refusal) -> (tenant: String, rows: [CatalogueRow]) {
        unsafe try decode(body, farthing__catalogue_batch__unpack) {
            (message: borrowing Farthing__CatalogueBatch) throws(Refusal) in
            guard unsafe 1...Limits.rowsInCatalogueBatch ~= message.n_rows else {
                throw Refusal(
                    .tooManyRows, place: "rows", value: "\(unsafe message.n_rows) rows",
                    remedy: "Send 1 to \(Limits.rowsInCatalogueBatch) rows in a batch.")
            }
            let currency = unsafe try currency(message.currency)
            return unsafe (
                try identifier(message.tenant, "tenant"),
                try elements(message.rows, message.n_rows) { index, row throws(Refusal) in
                    unsafe try catalogueRow(row, currency, "rows[\(index)]")
                }
            )
        }
    }

    private func catalogueRow(
        _ row: borrowing Farthing__CatalogueRow, _ currency: Currency, _ place: String
    ) throws(Refusal) -> CatalogueRow {
        let listPrice = unsafe try price(row.list_price?.pointee, place + ".list_price")
        let minimumPrice = unsafe try row.minimum_price.map { amount throws(Refusal) in
            unsafe try price(amount.pointee, place + ".minimum_price")
        }
        if let minimumPrice, minimumPrice > listPrice {
            throw Refusal(
                .invalidCatalogueRow, place: place + ".minimum_price", value: "\(minimumPrice.minorUnits)",
                remedy: "Keep the minimum price at or below the list price (\(listPrice.minorUnits)).")
        }
        let product = unsafe try identifier(row.product, place + ".product")
        let effectiveAt = unsafe try timestamp(row.effective_at_ms, .invalidCatalogueRow, place + ".effective_at_ms")
        return CatalogueRow(
            product: product, name: unsafe try string(row.name, place + ".name", atMost: Limits.nameBytes),
            category: unsafe try string(row.category, place + ".category", atMost: Limits.nameBytes),
            currency: currency, listPrice: listPrice, unitCost: unsafe try cost(row.unit_cost?.pointee, place),
            minimumPrice: minimumPrice,
            deal: unsafe try row.deal.map { deal throws(Refusal) in
                unsafe Deal(
                    price: try price(deal.pointee.price?.pointee, place + ".deal.price"),
                    endsAt: try timestamp(deal.pointee.ends_at_ms, .invalidCatalogueRow, place + ".deal.ends_at_ms"))
            },
            displayShare: unsafe try share(row.display_share, place + ".display_share"),
            mailerShare: unsafe try share(row.mailer_share, place + ".mailer_share"), effectiveAt: effectiveAt)
    }

    private func price(_ amount: Farthing__Amount?, _ place: String) throws(Refusal) -> Money {
        guard let minor = unsafe amount?.minor else {
            throw Refusal(
                .invalidCatalogueRow, place: place, value: "blank", remedy: "Give a price; a blank one is not zero.")
        }
        guard 1...Limits.price.minorUnits ~= minor else {
            throw Refusal(
                .invalidCatalogueRow, place: place, value: "\(minor)",
                remedy: "Give a price of 1 to \(Limits.price.minorUnits) minor units.")
        }
        return Money(minorUnits: minor)
    }

    private func cost(_ amount: Farthing__Amount?, _ row: String) throws(Refusal) -> Money {
        guard let minor = unsafe amount?.minor else {
            throw Refusal(
                .invalidCatalogueRow, place: row + ".unit_cost", value: "blank",
                remedy: "Give the unit cost; write 0 only if a unit truly costs nothing.")
        }
        guard 0...Limits.price.minorUnits ~= minor else {
            throw Refusal(
                .invalidCatalogueRow, place: row + ".unit_cost", value: "\(minor)",
                remedy: "Give a cost of 0 to \(Limits.price.minorUnits) minor units.")
        }
        return Money(minorUnits: minor)
    }

    private func share(_ value: Float, _ place: String) throws(Refusal) -> Float {
        guard 0...1 ~= value else {
            throw Refusal(.invalidCatalogueRow, place: place, value: "\(value)", remedy: "Give a share from 0 to 1.")
        }
        return value
    }
}
