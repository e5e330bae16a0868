// The fields of records, each writer next to its reader, so that one cannot change without the other.

import Domain

extension ByteWriter {
    mutating func write(_ user: UserKey) {
        write(user.tenant)
        write(user.user)
    }
}

extension ByteReader {
    mutating func readUserKey() throws(ByteError) -> UserKey {
        UserKey(tenant: try readString(), user: try readString())
    }
}

// MARK: - Behaviour

extension ByteWriter {
    mutating func write(_ event: Event) {
        write(event.id.value)
        write(event.occurredAt)
        write(event.basket.spend)
        write(event.basket.lines)
        write(event.basket.dealLines)
        write(event.basket.items) { writer, item in
            writer.write(item.product)
            writer.write(item.quantity)
            writer.write(item.paid)
        }
    }
}

extension ByteReader {
    mutating func readEvent() throws(ByteError) -> Event {
        let id = EventID(try read())
        let time = try readTimestamp()
        let basket = Basket(
            spend: try readMoney(), lines: try read(), dealLines: try read(),
            items: try readArray(minimumBytes: 20) { reader throws(ByteError) in
                BasketItem(product: try reader.readString(), quantity: try reader.read(), paid: try reader.readMoney())
            })
        return Event(id: id, occurredAt: time, basket: basket)
    }
}

// MARK: - Prices shown

extension ByteWriter {
    mutating func write(_ exposure: Exposure) {
        write(exposure.user)
        write(exposure.product)
        write(exposure.day)
        write(exposure.anchor)
        write(exposure.personalPrice)
        write(exposure.listPrice)
        write(exposure.expiresAt)
        write(exposure.modelVersion)
        write(exposure.arm)
        write(exposure.propensity)
    }
}

extension ByteReader {
    mutating func readExposure() throws(ByteError) -> Exposure {
        Exposure(
            user: try readUserKey(), product: try readString(), day: try read(), anchor: try readMoney(),
            personalPrice: try readMoney(), listPrice: try readMoney(), expiresAt: try readTimestamp(),
            modelVersion: try read(), arm: try read(), propensity: try readFloat())
    }
}

/// What stands behind an exposure. Most have no sharpness of their own, and are written as they were before there was one.
private enum PredictionMark: UInt8 {
    case none = 0
    case logit = 1
    case sharp = 2
}

extension ByteWriter {
    /// An exposure and what was expected of it, if anything.
    mutating func writeWithPrediction(_ exposure: Exposure) {
        write(exposure)
        guard let prediction = exposure.prediction else { return write(PredictionMark.none.rawValue) }
        let mark: PredictionMark = prediction.sharpness == 1 ? .logit : .sharp
        write(mark.rawValue)
        write(prediction.logOdds)
        write(prediction.priceTerm)
        write(prediction.saturation)
        write(prediction.settledAt)
        if mark == .sharp { write(prediction.sharpness) }
    }
}

extension ByteReader {
    mutating func readExposureWithPrediction() throws(ByteError) -> Exposure {
        var exposure = try readExposure()
        let code: UInt8 = try read()
        guard let mark = PredictionMark(rawValue: code) else { throw error("a prediction of kind \(code)") }
        guard mark != .none else { return exposure }
        var prediction = DemandPrediction(
            logOdds: try readFloat(), priceTerm: try readFloat(), saturation: try readFloat(),
            settledAt: try readTimestamp())
        if mark == .sharp {
            prediction.sharpness = try readFloat()
            guard prediction.sharpness != 1 else { throw error("a logit's sharpness, which is never written") }
        }
        exposure.prediction = prediction
        return exposure
    }
}

// MARK: - Catalogue

extension ByteWriter {
    mutating func write(_ row: CatalogueRow) {
        write(row.product)
        write(row.name)
        write(row.category)
        write(row.currency.code)
        write(row.listPrice)
        write(row.unitCost)
        write(optional: row.minimumPrice) { $0.write($1) }
        write(optional: row.deal) { writer, deal in
            writer.write(deal.price)
            writer.write(deal.endsAt)
        }
        write(row.displayShare)
        write(row.mailerShare)
        write(row.effectiveAt)
    }

    fileprivate mutating func write<Value>(optional value: Value?, each: (inout ByteWriter, Value) -> Void) {
        write(UInt8(value == nil ? 0 : 1))
        if let value { each(&self, value) }
    }
}

extension ByteReader {
    mutating func readRow() throws(ByteError) -> CatalogueRow {
        CatalogueRow(
            product: try readString(), name: try readString(), category: try readString(),
            currency: try readCurrency(), listPrice: try readMoney(), unitCost: try readMoney(),
            minimumPrice: try readOptional { reader throws(ByteError) in try reader.readMoney() },
            deal: try readOptional { reader throws(ByteError) in
                Deal(price: try reader.readMoney(), endsAt: try reader.readTimestamp())
            },
            displayShare: try readFloat(), mailerShare: try readFloat(), effectiveAt: try readTimestamp())
    }

    fileprivate mutating func readOptional<Value>(
        _ each: (inout ByteReader) throws(ByteError) -> Value
    ) throws(ByteError) -> Value? {
        switch try read(UInt8.self) {
        case 0: return nil
        case 1: return try each(&self)
        case let other: throw error("a presence flag of \(other), neither 0 nor 1")
        }
    }
}
