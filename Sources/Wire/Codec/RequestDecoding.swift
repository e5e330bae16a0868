import CPricing
import CProtobuf
import Domain

extension BodyDecoder {
    /// Kinds `price` and `explain`.
    public func priceRequest(_ body: RawSpan) throws(Refusal) -> PriceRequest {
        unsafe try decode(body, farthing__price_request__unpack) {
            (message: borrowing Farthing__PriceRequest) throws(Refusal) in
            guard unsafe message.n_lines > 0 else {
                throw Refusal(.emptyCart, place: "lines", value: "0 lines", remedy: "Send at least one line to price.")
            }
            guard unsafe message.n_lines <= Limits.cartLines else {
                throw Refusal(
                    .tooManyLines, place: "lines", value: "\(unsafe message.n_lines) lines",
                    remedy: "Send at most \(Limits.cartLines) lines; merge lines of one product by quantity.")
            }
            return unsafe PriceRequest(
                user: try user(tenant: message.tenant, user: message.user), currency: try currency(message.currency),
                lines: try elements(message.lines, message.n_lines, cartLine))
        }
    }

    private func cartLine(_ index: Int, _ line: borrowing Farthing__CartLine) throws(Refusal) -> CartLine {
        let product = unsafe try identifier(line.product, "lines[\(index)].product")
        guard unsafe 1...Limits.quantity ~= line.quantity else {
            throw Refusal(
                .invalidQuantity, place: "lines[\(index)].quantity", value: unsafe "\(line.quantity)",
                remedy: "Ask for 1 to \(Limits.quantity) units of a product.")
        }
        return unsafe CartLine(product: product, quantity: line.quantity)
    }

    /// Kind `events`.
    public func eventBatch(
        _ body: RawSpan
    ) throws(Refusal) -> (user: UserKey, events: [Event]) {
        unsafe try decode(body, farthing__event_batch__unpack) {
            (message: borrowing Farthing__EventBatch) throws(Refusal) in
            guard unsafe 1...Limits.eventsInBatch ~= message.n_events else {
                throw Refusal(
                    .tooManyEvents, place: "events", value: "\(unsafe message.n_events) events",
                    remedy: "Send 1 to \(Limits.eventsInBatch) events of one user in a batch.")
            }
            return unsafe (
                try user(tenant: message.tenant, user: message.user),
                try elements(message.events, message.n_events, event)
            )
        }
    }

    private func event(_ index: Int, _ event: borrowing Farthing__Event) throws(Refusal) -> Event {
        let place = "events[\(index)]"
        let id = unsafe event.event_id
        guard unsafe 1...Limits.eventIdentifierBytes ~= id.len else {
            throw Refusal(
                .invalidEvent, place: place + ".event_id", value: "\(unsafe id.len) bytes",
                remedy: "Give every event an id of 1 to \(Limits.eventIdentifierBytes) bytes that is never used again.")
        }
        guard let basket = unsafe event.basket else {
            throw Refusal(
                .invalidEvent, place: place, value: "no content", remedy: "Set the event's content, for example basket."
            )
        }
        return unsafe Event(
            id: EventID(digesting: unsafe bytes(id)),
            occurredAt: try timestamp(event.occurred_at_ms, .invalidEvent, place + ".occurred_at_ms"),
            basket: unsafe try self.basket(basket.pointee, place + ".basket"))
    }

    private func basket(_ basket: borrowing Farthing__Basket, _ place: String) throws(Refusal) -> Basket {
        unsafe try checkPaid(basket.spend, place + ".spend")
        guard unsafe basket.deal_lines <= basket.lines else {
            throw Refusal(
                .invalidEvent, place: place + ".deal_lines", value: unsafe "\(basket.deal_lines)",
                remedy: unsafe "Count at most as many deal lines as lines (\(basket.lines)).")
        }
        guard unsafe basket.n_items <= Limits.itemsInBasket else {
            throw Refusal(
                .invalidEvent, place: place + ".items", value: "\(unsafe basket.n_items) items",
                remedy: "Report at most \(Limits.itemsInBasket) items of a basket.")
        }
        return unsafe Basket(
            spend: Money(minorUnits: basket.spend), lines: basket.lines, dealLines: basket.deal_lines,
            items: unsafe try elements(basket.items, basket.n_items) { index, item throws(Refusal) in
                unsafe try basketItem(item, "\(place).items[\(index)]")
            })
    }

    private func basketItem(
        _ item: borrowing Farthing__BasketItem, _ place: String
    ) throws(Refusal) -> BasketItem {
        guard unsafe 1...Limits.quantity ~= item.quantity else {
            throw Refusal(
                .invalidEvent, place: place + ".quantity", value: unsafe "\(item.quantity)",
                remedy: "Report 1 to \(Limits.quantity) units of an item that was bought.")
        }
        unsafe try checkPaid(item.paid, place + ".paid")
        return unsafe BasketItem(
            product: unsafe try identifier(item.product, place + ".product"), quantity: item.quantity,
            paid: Money(minorUnits: item.paid))
    }

    private func checkPaid(_ amount: Int64, _ place: @autoclosure () -> String) throws(Refusal) {
        guard 0...Limits.price.minorUnits ~= amount else {
            throw Refusal(
                .invalidEvent, place: place(), value: "\(amount)",
                remedy: "Give an amount of 0 to \(Limits.price.minorUnits) minor units.")
        }
    }

    /// Kind `verify`.
    public func verifyRequest(_ body: RawSpan) throws(Refusal) -> (user: UserKey, token: [UInt8]) {
        unsafe try decode(body, farthing__verify_request__unpack) {
            (message: borrowing Farthing__VerifyRequest) throws(Refusal) in
            unsafe (try user(tenant: message.tenant, user: message.user), bytes(message.token))
        }
    }

    /// Kind `activate`.
    public func activateRequest(_ body: RawSpan) throws(Refusal) -> ModelOrder {
        unsafe try decode(body, farthing__activate_request__unpack) {
            (message: borrowing Farthing__ActivateRequest) throws(Refusal) in
            let source = unsafe try modelSource(message)
            guard unsafe message.trial != 0 else {
                guard let source else {
                    throw Refusal(
                        .modelRejected, place: "path",
                        remedy: "Give the path of a bundle that every worker can read, or a checksum.")
                }
                return .serve(source)
            }
            let share = unsafe message.share_per_mille
            guard share <= 1_000 else {
                throw Refusal(
                    .modelRejected, place: "share_per_mille", value: "\(share)", remedy: "Give 0 to 1000.")
            }
            return source.map { .tryOut($0, sharePerMille: share) } ?? .endTrial
        }
    }

    private func modelSource(_ message: borrowing Farthing__ActivateRequest) throws(Refusal) -> ModelSource? {
        let path = unsafe try string(message.path, "path", atMost: 4096)
        let checksum = unsafe message.checksum
        guard path.isEmpty || checksum == 0 else {
            throw Refusal(
                .modelRejected, place: "checksum", value: hexadecimal(checksum),
                remedy: "Give a path or a checksum, not both.")
        }
        if checksum != 0 { return .kept(checksum) }
        return path.isEmpty ? nil : .file(path)
    }

    /// Kind `freeze`.
    /// - Parameter now: when it came.
    public func freezeRequest(_ body: RawSpan, at now: Timestamp) throws(Refusal) -> PriceFreeze {
        unsafe try decode(body, farthing__freeze_request__unpack) {
            (message: borrowing Farthing__FreezeRequest) throws(Refusal) in
            unsafe PriceFreeze(
                tenant: try identifier(message.tenant, "tenant"), product: try identifier(message.product, "product"),
                until: try timestamp(message.until_ms, .invalidFreeze, "until_ms"),
                reason: try freezeReason(message.reason), at: now)
        }
    }

    /// Journals and terminals show it, so it is one line.
    private func freezeReason(_ text: UnsafeMutablePointer<CChar>?) throws(Refusal) -> String {
        let reason = unsafe try string(text, "reason", atMost: Limits.freezeReasonBytes)
        guard !reason.isEmpty, !reason.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw Refusal(
                .invalidFreeze, place: "reason", value: reason,
                remedy: "Say in one line why, without control characters.")
        }
        return reason
    }

    /// Kind `freezes`.
    public func freezesRequest(_ body: RawSpan) throws(Refusal) -> (tenant: String, after: String) {
        unsafe try decode(body, farthing__freezes_request__unpack) {
            (message: borrowing Farthing__FreezesRequest) throws(Refusal) in
            unsafe (
                try identifier(message.tenant, "tenant"),
                try string(message.after, "after", atMost: Limits.identifierBytes)
            )
        }
    }

    /// Kind `checkpoint`.
    public func checkpointRequest(_ body: RawSpan) throws(Refusal) -> PartitionID {
        unsafe try decode(body, farthing__checkpoint_request__unpack) {
            (message: borrowing Farthing__CheckpointRequest) throws(Refusal) in
            unsafe try partitionID(message.partition)
        }
    }

    /// Kind `drain`.
    public func drainRequest(_ body: RawSpan) throws(Refusal) -> (worker: String, drain: Bool) {
        unsafe try decode(body, farthing__drain_request__unpack) {
            (message: borrowing Farthing__DrainRequest) throws(Refusal) in
            unsafe (try identifier(message.worker, "worker"), message.drain != 0)
        }
    }

    func user(
        tenant: UnsafeMutablePointer<CChar>?, user: UnsafeMutablePointer<CChar>?
    ) throws(Refusal) -> UserKey {
        unsafe UserKey(tenant: try identifier(tenant, "tenant"), user: try identifier(user, "user"))
    }
}
