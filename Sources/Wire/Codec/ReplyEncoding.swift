import CPricing
import CProtobuf
import Domain

extension BodyEncoder {
    /// Kind `checkpoint`.
    public func checkpointAcknowledgement(index: UInt64) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__checkpoint_ack__init)
            unsafe message.pointee.index = index
            return unsafe message
        }
    }

    /// Kind `drain`.
    /// - Parameter led: partitions that the worker still leads.
    public func drainReply(led: Int) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__drain_reply__init)
            unsafe message.pointee.led = UInt32(led)
            return unsafe message
        }
    }

    public func priceReply(_ signed: SignedQuote) -> Packed {
        unsafe begin { unsafe quote(signed.quote, token: signed.token) }
    }

    private func quote(_ quote: Quote, token: [UInt8]) -> UnsafeMutablePointer<Farthing__PriceReply> {
        let message = unsafe arena.make(farthing__price_reply__init)
        unsafe message.pointee.quote_id = unsafe identifier(quote.id)
        unsafe message.pointee.issued_at_ms = quote.issuedAt.milliseconds
        unsafe message.pointee.expires_at_ms = quote.expiresAt.milliseconds
        unsafe message.pointee.currency = unsafe arena.text(quote.currency.code)
        unsafe message.pointee.level = level(quote.level)
        unsafe message.pointee.model_version = quote.modelVersion
        unsafe message.pointee.arm = unsafe arena.text(quote.arm)
        unsafe message.pointee.segment = unsafe arena.text(quote.segment)
        unsafe message.pointee.n_lines = quote.lines.count
        unsafe message.pointee.lines = unsafe arena.list(quote.lines, pricedLine)
        unsafe message.pointee.total = quote.total.minorUnits
        unsafe message.pointee.token = unsafe arena.data(token)
        return unsafe message
    }

    private func pricedLine(_ line: QuotedLine) -> UnsafeMutablePointer<Farthing__PricedLine> {
        let message = unsafe arena.make(farthing__priced_line__init)
        unsafe message.pointee.product = unsafe arena.text(line.product)
        unsafe message.pointee.quantity = line.quantity
        unsafe message.pointee.list_price = line.listPrice.minorUnits
        unsafe message.pointee.personal_price = line.personalPrice.minorUnits
        unsafe message.pointee.unit_price = line.unitPrice.minorUnits
        unsafe message.pointee.total = line.total.minorUnits
        unsafe message.pointee.level = level(line.level)
        unsafe message.pointee.n_reasons = line.reasons.count
        unsafe message.pointee.reasons = unsafe reasons(line.reasons)
        unsafe message.pointee.promotion = unsafe line.promotion.map { slot in
            let message = unsafe arena.make(farthing__promotion_slot__init)
            unsafe message.pointee.id = unsafe arena.text(slot.id)
            unsafe message.pointee.unit_price = slot.unitPrice.minorUnits
            unsafe message.pointee.ends_at_ms = slot.endsAt.milliseconds
            unsafe message.pointee.applied = slot.applied ? 1 : 0
            return unsafe message
        }
        return unsafe message
    }

    private func reasons(_ reasons: PriceReasons) -> UnsafeMutablePointer<Farthing__Reason> {
        let list = unsafe arena.demand(max(1, reasons.count) * MemoryLayout<Farthing__Reason>.stride)
            .bindMemory(to: Farthing__Reason.self, capacity: max(1, reasons.count))
        for (index, reason) in reasons.enumerated() { unsafe list[index] = Farthing__Reason(UInt32(reason.rawValue)) }
        return unsafe list
    }

    /// The sixteen bytes of an id, most significant first.
    func identifier(_ id: RequestID) -> ProtobufCBinaryData {
        let copy = unsafe arena.demand(16)
        unsafe copy.storeBytes(of: id.high.bigEndian, as: UInt64.self)
        unsafe copy.storeBytes(of: id.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        return unsafe ProtobufCBinaryData(len: 16, data: copy.assumingMemoryBound(to: UInt8.self))
    }

    private func level(_ level: PriceLevel) -> Farthing__Level { Farthing__Level(UInt32(level.rawValue)) }

    public func explainReply(_ explanation: Explanation) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__explain_reply__init)
            unsafe message.pointee.quote = unsafe quote(explanation.quote, token: [])
            unsafe message.pointee.n_lines = explanation.lines.count
            unsafe message.pointee.lines = unsafe arena.list(explanation.lines, lineExplanation)
            return unsafe message
        }
    }

    private func lineExplanation(_ line: LineExplanation) -> UnsafeMutablePointer<Farthing__LineExplanation> {
        let message = unsafe arena.make(farthing__line_explanation__init)
        unsafe message.pointee.product = unsafe arena.text(line.product)
        unsafe message.pointee.list_price = line.listPrice.minorUnits
        unsafe message.pointee.unit_cost = line.unitCost.minorUnits
        unsafe message.pointee.unit_worth = unsafe line.unitWorth.map { unsafe amount($0) }
        unsafe message.pointee.reference_price = line.referencePrice
        unsafe message.pointee.intercept = line.intercept
        unsafe message.pointee.slope = line.slope
        unsafe message.pointee.centre = line.centre
        // What most demand has is left out.
        if line.gradients != [1] {
            unsafe message.pointee.n_knots = line.knots.count
            unsafe message.pointee.knots = unsafe arena.numbers(line.knots)
            unsafe message.pointee.n_gradients = line.gradients.count
            unsafe message.pointee.gradients = unsafe arena.numbers(line.gradients)
        }
        unsafe message.pointee.ceiling = line.ceiling == 1 ? 0 : line.ceiling
        unsafe message.pointee.sharpness = line.sharpness == 1 ? 0 : line.sharpness
        unsafe message.pointee.lowest_choice = line.choices?.lowerBound ?? 0
        unsafe message.pointee.highest_choice = line.choices?.upperBound ?? 0
        unsafe message.pointee.elasticity = line.elasticity
        unsafe message.pointee.probability = line.probability
        unsafe message.pointee.probability_at_list = line.probabilityAtList
        unsafe message.pointee.optimum = line.optimum
        unsafe message.pointee.n_steps = line.steps.count
        unsafe message.pointee.steps = unsafe arena.list(line.steps) { step in
            let message = unsafe arena.make(farthing__price_step__init)
            unsafe message.pointee.reason = Farthing__Reason(UInt32(step.reason.rawValue))
            unsafe message.pointee.price = step.price.minorUnits
            return unsafe message
        }
        unsafe message.pointee.n_features = line.features.count
        unsafe message.pointee.features = unsafe arena.list(line.features) { feature in
            let message = unsafe arena.make(farthing__feature_value__init)
            unsafe message.pointee.name = unsafe arena.text(feature.name)
            unsafe message.pointee.value = feature.value
            return unsafe message
        }
        return unsafe message
    }

    public func verifyReply(_ quote: VerifiedQuote) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__verify_reply__init)
            unsafe message.pointee.quote_id = unsafe identifier(quote.id)
            unsafe message.pointee.expires_at_ms = quote.expiresAt.milliseconds
            unsafe message.pointee.currency = unsafe arena.text(quote.currency.code)
            unsafe message.pointee.model_version = quote.modelVersion
            unsafe message.pointee.n_lines = quote.lines.count
            unsafe message.pointee.lines = unsafe arena.list(quote.lines) { line in
                let message = unsafe arena.make(farthing__verify_line__init)
                unsafe message.pointee.product = unsafe arena.text(line.product)
                unsafe message.pointee.quantity = line.quantity
                unsafe message.pointee.unit_price = line.unitPrice.minorUnits
                return unsafe message
            }
            unsafe message.pointee.total = quote.total.minorUnits
            return unsafe message
        }
    }

    public func eventAcknowledgement(_ acknowledgement: EventAcknowledgement) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__event_ack__init)
            unsafe message.pointee.partition = UInt32(acknowledgement.partition.number)
            unsafe message.pointee.index = acknowledgement.index
            unsafe message.pointee.accepted = acknowledgement.accepted
            unsafe message.pointee.duplicates = acknowledgement.duplicates
            return unsafe message
        }
    }

    public func catalogueAcknowledgement(_ acknowledgement: CatalogueAcknowledgement) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__catalogue_ack__init)
            unsafe message.pointee.index = acknowledgement.index
            unsafe message.pointee.accepted = acknowledgement.accepted
            return unsafe message
        }
    }

    public func freezeAcknowledgement(_ acknowledgement: FreezeAcknowledgement) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__freeze_reply__init)
            unsafe message.pointee.index = acknowledgement.index
            return unsafe message
        }
    }

    public func freezesReply(_ page: FreezePage) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__freezes_reply__init)
            unsafe message.pointee.n_freezes = page.freezes.count
            unsafe message.pointee.freezes = unsafe arena.list(page.freezes) { freeze in
                let message = unsafe arena.make(farthing__freeze__init)
                unsafe message.pointee.product = unsafe arena.text(freeze.product)
                unsafe message.pointee.until_ms = freeze.until.milliseconds
                unsafe message.pointee.reason = unsafe arena.text(freeze.reason)
                unsafe message.pointee.frozen_at_ms = freeze.at.milliseconds
                return unsafe message
            }
            unsafe message.pointee.more = page.hasMore ? 1 : 0
            return unsafe message
        }
    }

    public func activationAcknowledgement(_ acknowledgement: ActivationAcknowledgement) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__activate_reply__init)
            unsafe message.pointee.index = acknowledgement.index
            unsafe message.pointee.version = acknowledgement.version
            unsafe message.pointee.checksum = acknowledgement.checksum
            return unsafe message
        }
    }

    public func refusal(_ refusal: Refusal) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__refusal__init)
            unsafe message.pointee.code = UInt32(refusal.code.rawValue)
            unsafe message.pointee.name = unsafe arena.text(refusal.code.name)
            unsafe message.pointee.place = unsafe arena.text(refusal.place)
            unsafe message.pointee.value = unsafe arena.text(refusal.value)
            unsafe message.pointee.remedy = unsafe arena.text(refusal.remedy)
            unsafe message.pointee.retryable = refusal.code.isRetryable ? 1 : 0
            return unsafe message
        }
    }
}
