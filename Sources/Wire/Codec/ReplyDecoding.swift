// What a client reads.

import CPricing
import CProtobuf
import Domain

extension BodyDecoder {
    /// Kind `checkpoint`: where it lies.
    public func checkpointAcknowledgement(_ body: RawSpan) throws(Refusal) -> UInt64 {
        unsafe try decode(body, farthing__checkpoint_ack__unpack) {
            (message: borrowing Farthing__CheckpointAck) throws(Refusal) in unsafe message.index
        }
    }

    /// Kind `drain`: partitions that the worker still leads.
    public func drainReply(_ body: RawSpan) throws(Refusal) -> Int {
        unsafe try decode(body, farthing__drain_reply__unpack) {
            (message: borrowing Farthing__DrainReply) throws(Refusal) in unsafe Int(message.led)
        }
    }

    /// Kind `price`.
    /// - Parameter user: whom the request was for; replies do not repeat it.
    public func priceReply(_ body: RawSpan, for user: UserKey) throws(Refusal) -> SignedQuote {
        unsafe try decode(body, farthing__price_reply__unpack) {
            (message: borrowing Farthing__PriceReply) throws(Refusal) in
            unsafe SignedQuote(quote: try quote(message, user), token: bytes(message.token))
        }
    }

    private func quote(_ message: borrowing Farthing__PriceReply, _ user: UserKey) throws(Refusal) -> Quote {
        unsafe Quote(
            id: requestID(message.quote_id), user: user, currency: try currency(message.currency),
            issuedAt: Timestamp(milliseconds: message.issued_at_ms),
            expiresAt: Timestamp(milliseconds: message.expires_at_ms), level: level(message.level),
            modelVersion: message.model_version,
            arm: try string(message.arm, "arm", atMost: Limits.identifierBytes),
            segment: try string(message.segment, "segment", atMost: Limits.identifierBytes),
            lines: try elements(message.lines, message.n_lines, quotedLine), total: Money(minorUnits: message.total))
    }

    private func quotedLine(_ index: Int, _ line: borrowing Farthing__PricedLine) throws(Refusal) -> QuotedLine {
        var reasons = PriceReasons()
        for position in unsafe 0..<line.n_reasons {
            if let reason = unsafe reason(line.reasons[position]) { reasons.insert(reason) }
        }
        return unsafe QuotedLine(
            product: try identifier(line.product, "lines[\(index)].product"), quantity: unsafe line.quantity,
            listPrice: unsafe Money(minorUnits: line.list_price),
            personalPrice: unsafe Money(minorUnits: line.personal_price),
            unitPrice: unsafe Money(minorUnits: line.unit_price), level: unsafe level(line.level), reasons: reasons,
            promotion: unsafe try line.promotion.map { slot throws(Refusal) in
                unsafe PromotionSlot(
                    id: try string(slot.pointee.id, "lines[\(index)].promotion.id", atMost: Limits.identifierBytes),
                    unitPrice: unsafe Money(minorUnits: slot.pointee.unit_price),
                    endsAt: unsafe Timestamp(milliseconds: slot.pointee.ends_at_ms),
                    applied: unsafe slot.pointee.applied != 0)
            }, total: unsafe Money(minorUnits: line.total))
    }

    /// nil for a reason this client does not know, which is left out.
    private func reason(_ value: Farthing__Reason) -> PriceReason? {
        UInt8(exactly: value.rawValue).flatMap(PriceReason.init(rawValue:))
    }

    /// A level this client does not know is the least personal one.
    private func level(_ value: Farthing__Level) -> PriceLevel {
        UInt8(exactly: value.rawValue).flatMap(PriceLevel.init(rawValue:)) ?? .list
    }

    private func requestID(_ data: ProtobufCBinaryData) -> RequestID {
        guard unsafe data.len == 16, let start = unsafe UnsafeRawPointer(data.data) else { return .none }
        return unsafe RequestID(
            high: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// Kind `explain`.
    public func explainReply(_ body: RawSpan, for user: UserKey) throws(Refusal) -> Explanation {
        unsafe try decode(body, farthing__explain_reply__unpack) {
            (message: borrowing Farthing__ExplainReply) throws(Refusal) in
            guard let quote = unsafe message.quote else {
                throw Refusal(.malformedBody, place: "quote", value: "missing", remedy: "Upgrade the cluster.")
            }
            return unsafe Explanation(
                quote: try self.quote(quote.pointee, user),
                lines: try elements(message.lines, message.n_lines, lineExplanation))
        }
    }

    private func lineExplanation(
        _ index: Int, _ line: borrowing Farthing__LineExplanation
    ) throws(Refusal) -> LineExplanation {
        unsafe LineExplanation(
            product: try identifier(line.product, "lines[\(index)].product"),
            listPrice: unsafe Money(minorUnits: line.list_price), unitCost: unsafe Money(minorUnits: line.unit_cost),
            unitWorth: unsafe line.unit_worth.map { unsafe Money(minorUnits: $0.pointee.minor) },
            referencePrice: unsafe line.reference_price, intercept: unsafe line.intercept, slope: unsafe line.slope,
            centre: unsafe line.centre, knots: unsafe numbers(line.knots, line.n_knots),
            gradients: unsafe line.n_gradients == 0 ? [1] : numbers(line.gradients, line.n_gradients),
            ceiling: unsafe line.ceiling == 0 ? 1 : line.ceiling,
            sharpness: unsafe line.sharpness == 0 ? 1 : line.sharpness, choices: unsafe choices(line),
            elasticity: unsafe line.elasticity, probability: unsafe line.probability,
            probabilityAtList: unsafe line.probability_at_list, optimum: unsafe line.optimum,
            steps: unsafe try elements(line.steps, line.n_steps) { _, step throws(Refusal) in
                unsafe reason(step.reason).map { unsafe PriceStep(reason: $0, price: Money(minorUnits: step.price)) }
            }.compactMap(\.self),
            features: unsafe try elements(line.features, line.n_features) { _, feature throws(Refusal) in
                unsafe FeatureValue(
                    name: try string(feature.name, "features.name", atMost: Limits.nameBytes), value: feature.value)
            })
    }

    /// nil for any, and for what is no range.
    private func choices(_ line: borrowing Farthing__LineExplanation) -> ClosedRange<Double>? {
        let (lowest, highest) = unsafe (line.lowest_choice, line.highest_choice)
        return lowest > 0 && highest >= lowest ? lowest...highest : nil
    }

    private func numbers(_ list: UnsafeMutablePointer<Double>?, _ count: Int) -> [Double] {
        unsafe Array(UnsafeBufferPointer(start: list, count: count))
    }

    /// Kind `verify`.
    public func verifyReply(_ body: RawSpan) throws(Refusal) -> VerifiedQuote {
        unsafe try decode(body, farthing__verify_reply__unpack) {
            (message: borrowing Farthing__VerifyReply) throws(Refusal) in
            unsafe VerifiedQuote(
                id: requestID(message.quote_id), expiresAt: Timestamp(milliseconds: message.expires_at_ms),
                currency: try currency(message.currency), modelVersion: message.model_version,
                lines: try elements(message.lines, message.n_lines) { index, line throws(Refusal) in
                    unsafe TokenLine(
                        product: try identifier(line.product, "lines[\(index)].product"),
                        quantity: unsafe line.quantity,
                        unitPrice: unsafe Money(minorUnits: line.unit_price))
                }, total: unsafe Money(minorUnits: message.total))
        }
    }

    /// Kind `events`.
    public func eventAcknowledgement(_ body: RawSpan) throws(Refusal) -> EventAcknowledgement {
        unsafe try decode(body, farthing__event_ack__unpack) {
            (message: borrowing Farthing__EventAck) throws(Refusal) in
            unsafe EventAcknowledgement(
                partition: try partitionID(message.partition), index: message.index,
                accepted: message.accepted, duplicates: message.duplicates)
        }
    }

    /// Kind `catalogue`.
    public func catalogueAcknowledgement(
        _ body: RawSpan
    ) throws(Refusal) -> CatalogueAcknowledgement {
        unsafe try decode(body, farthing__catalogue_ack__unpack) {
            (message: borrowing Farthing__CatalogueAck) throws(Refusal) in
            unsafe CatalogueAcknowledgement(index: message.index, accepted: message.accepted)
        }
    }

    /// Kind `activate`.
    public func activationAcknowledgement(
        _ body: RawSpan
    ) throws(Refusal) -> ActivationAcknowledgement {
        unsafe try decode(body, farthing__activate_reply__unpack) {
            (message: borrowing Farthing__ActivateReply) throws(Refusal) in
            unsafe ActivationAcknowledgement(index: message.index, version: message.version, checksum: message.checksum)
        }
    }

    /// Kind `freeze`.
    public func freezeAcknowledgement(_ body: RawSpan) throws(Refusal) -> FreezeAcknowledgement {
        unsafe try decode(body, farthing__freeze_reply__unpack) {
            (message: borrowing Farthing__FreezeReply) throws(Refusal) in
            unsafe FreezeAcknowledgement(index: message.index)
        }
    }

    /// Kind `freezes`.
    public func freezesReply(_ body: RawSpan, of tenant: String) throws(Refusal) -> FreezePage {
        unsafe try decode(body, farthing__freezes_reply__unpack) {
            (message: borrowing Farthing__FreezesReply) throws(Refusal) in
            unsafe FreezePage(
                freezes: try elements(message.freezes, message.n_freezes) { index, freeze throws(Refusal) in
                    unsafe PriceFreeze(
                        tenant: tenant, product: try identifier(freeze.product, "freezes[\(index)].product"),
                        until: unsafe Timestamp(milliseconds: freeze.until_ms),
                        reason: try string(
                            freeze.reason, "freezes[\(index)].reason", atMost: Limits.freezeReasonBytes),
                        at: unsafe Timestamp(milliseconds: freeze.frozen_at_ms))
                }, hasMore: message.more != 0)
        }
    }

    /// The body of an answer whose header says `refused`.
    public func refusal(_ body: RawSpan) throws(Refusal) -> Refusal {
        unsafe try decode(body, farthing__refusal__unpack) { (message: borrowing Farthing__Refusal) throws(Refusal) in
            unsafe Refusal(
                UInt16(exactly: message.code).flatMap(RefusalCode.init(rawValue:)) ?? .outcomeUnknown,
                place: try string(message.place, "place", atMost: 4096),
                value: try string(message.value, "value", atMost: 4096),
                remedy: try string(message.remedy, "remedy", atMost: 4096))
        }
    }
}
