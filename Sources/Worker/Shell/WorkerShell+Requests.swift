// One request after the other: decode, ask the core, sign, encode, answer. Whatever is wrong with a request
// becomes a refusal; nothing that arrives here ends the process.

import Domain
import Operations
import Wire
import WorkerCore
import ZeroMQ

extension WorkerShell {
    /// What became of a request.
    private enum Outcome {
        case answered(MessageHeader, BodyEncoder.Packed)
        /// The answer waits for the disk.
        case pending
    }

    /// Handles the request in `header` and `body`.
    mutating func handleRequest() throws(ZeroMQError) {
        switch receivedHeader() {
        case .failure(let refusal): journal.warning("dropped a message that no router would send: \(refusal)")
        case .success(let request): try answer(request, mayDefer: true)
        }
    }

    /// Answers the request whose body is in `body`, now or when the disk has spoken.
    mutating func answer(_ request: MessageHeader, mayDefer: Bool) throws(ZeroMQError) {
        switch outcome(of: request) {
        case .success(.answered(let reply, let packed)): try send(reply, packed)
        case .success(.pending): break
        case .failure(let refusal):
            if mayDefer, refusal.code == .unknownProduct, deferUntilCaughtUp(request) { return }
            try refuse(request, refusal)
        }
    }

    private func receivedHeader() -> Result<MessageHeader, Refusal> {
        Result { () throws(Refusal) in
            try header.withBytes { bytes throws(Refusal) in try MessageHeader.decode(bytes) }
        }
    }

    private mutating func outcome(of request: MessageHeader) -> Result<Outcome, Refusal> {
        do throws(Refusal) {
            return .success(try handle(request))
        } catch {
            return .failure(error)
        }
    }

    private mutating func handle(_ request: MessageHeader) throws(Refusal) -> Outcome {
        let decoder = decoder
        switch request.kind {
        case .price:
            let cart = try body.withBytes { bytes throws(Refusal) in try decoder.priceRequest(bytes) }
            let quote = try core.priceRequested(cart, header: request, now: Clock.timestamp())
            let signed = SignedQuote(quote: quote, token: key.sign(QuoteToken(quote).encoded()))
            let reply = request.reply(.answered(quote.level), index: core.index(seenBy: request.keyHash))
            return .answered(reply, encoder.priceReply(signed))
        case .explain:
            let cart = try body.withBytes { bytes throws(Refusal) in try decoder.priceRequest(bytes) }
            let explanation = try core.explainRequested(cart, header: request, now: Clock.timestamp())
            return .answered(request.reply(.answered(explanation.quote.level)), encoder.explainReply(explanation))
        case .events:
            let batch = try body.withBytes { bytes throws(Refusal) in try decoder.eventBatch(bytes) }
            let ticket = nextTicket(for: request)
            core.eventsReceived(
                batch.events, of: batch.user, header: request, now: Clock.timestamp(), ticket: ticket, into: &actions)
            return .pending
        case .catalogue:
            let batch = try body.withBytes { bytes throws(Refusal) in try decoder.catalogueBatch(bytes) }
            try refuseFarPlans(batch.rows)
            let ticket = nextTicket(for: request)
            core.catalogueReceived(batch.rows, tenant: batch.tenant, ticket: ticket, into: &actions)
            return .pending
        case .activate:
            let path = try body.withBytes { bytes throws(Refusal) in try decoder.activateRequest(bytes) }
            disk.post(.stageBundle(path: path, nextTicket(for: request)))
            return .pending
        case .verify:
            let (user, token) = try body.withBytes { bytes throws(Refusal) in
                try decoder.verifyRequest(bytes)
            }
            return .answered(request.reply(.answered(.personal)), encoder.verifyReply(try verify(token, of: user)))
        case .inspect:
            let partition = PartitionID(UInt16(truncatingIfNeeded: request.keyHash.value))
            let status = try core.status(of: partition)
            return .answered(
                request.reply(.answered(.personal), index: status.index), encoder.partitionStatus(status))
        case .status, .report, .assign, .lead, .probe, .drain, .checkpoint:
            throw Refusal(
                .unknownKind, place: "header[5]", value: "\(request.kind)", remedy: "Ask a router for this.")
        }
    }

    /// Price histories remember a little more than a year, so a plan further ahead would push out what is known.
    private func refuseFarPlans(_ rows: [CatalogueRow]) throws(Refusal) {
        let latest = Clock.timestamp().adding(milliseconds: 52 * ShopCalendar.millisecondsPerWeek)
        for (index, row) in rows.enumerated() where row.effectiveAt > latest {
            throw Refusal(
                .invalidCatalogueRow, place: "rows[\(index)].effective_at_ms", value: "\(row.effectiveAt.milliseconds)",
                remedy: "Plan at most 52 weeks ahead; send the row again nearer to its day.")
        }
    }

    /// What a token promises, if it is ours, this user's, and not expired.
    private func verify(_ token: [UInt8], of user: UserKey) throws(Refusal) -> VerifiedQuote {
        guard let message = key.open(token) else {
            throw Refusal(
                .invalidQuote, place: "token", value: "\(token.count) bytes",
                remedy: "Present a token as this cluster issued it, unchanged.")
        }
        let quote = try QuoteToken.decode(message)
        guard quote.user == user else {
            throw Refusal(
                .invalidQuote, place: "user", value: user.description,
                remedy: "Present the token for the shopper it was issued to.")
        }
        guard Clock.timestamp() < quote.promise.expiresAt else {
            throw Refusal(
                .quoteExpired, place: "token", value: "expired at \(quote.promise.expiresAt.milliseconds)",
                remedy: "Ask for a new price.")
        }
        return quote.promise
    }

    private mutating func refuse(_ request: MessageHeader, _ refusal: Refusal) throws(ZeroMQError) {
        try send(request.reply(.refused(refusal.code)), encoder.refusal(refusal))
    }

    // MARK: - Answers that waited

    /// Does what the core has decided since the last call.
    mutating func carryOutActions() throws(ZeroMQError) {
        let decided = actions
        actions.removeAll(keepingCapacity: true)
        for action in decided {
            switch action {
            case .append(let records, let partition, let epoch, let expected):
                disk.post(.append(records, to: partition, epoch: epoch, expecting: expected))
            case .snapshotDue(let partition):
                if let snapshot = core.snapshot(of: partition) { disk.post(.keepSnapshot(snapshot, of: partition)) }
            case .answer(let ticket, let answer):
                guard let request = waiting.removeValue(forKey: ticket) else { continue }
                try send(answer, to: request)
            }
        }
    }

    private mutating func send(_ answer: WorkerAnswer, to request: MessageHeader) throws(ZeroMQError) {
        switch answer {
        case .events(let acknowledgement):
            try send(
                request.reply(.answered(.personal), index: acknowledgement.index),
                encoder.eventAcknowledgement(acknowledgement))
        case .catalogue(let acknowledgement):
            try send(
                request.reply(.answered(.personal), index: acknowledgement.index),
                encoder.catalogueAcknowledgement(acknowledgement))
        case .activation(let acknowledgement):
            try send(
                request.reply(.answered(.personal), index: acknowledgement.index),
                encoder.activationAcknowledgement(acknowledgement))
        case .refused(let refusal): try refuse(request, refusal)
        }
    }
}
