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

    /// Handles the message in `header` and `body`. A read whose time is up gets no answer: its router has given one. A
    /// write is done all the same, because it stands in an order.
    mutating func handleMessage(
        from link: Int, arrivedAt: MonotonicInstant, _ now: MonotonicInstant
    ) throws(ZeroMQError) {
        switch receivedHeader() {
        case .failure(let refusal): journal.warning("dropped a message that no router would send: \(refusal)")
        case .success(let header):
            switch header.kind {
            case .assign, .lead, .probe: handleInstruction(header, from: link)
            default:
                let deadline = arrivedAt.adding(microseconds: UInt64(header.deadlineMicroseconds))
                guard now < deadline || header.kind.writes else { return }
                try answer(ReceivedRequest(header: header, link: link, deadline: deadline), .justCome)
            }
        }
    }

    /// Answers the request whose body is in `body`, now or when the log has spoken.
    mutating func answer(_ request: ReceivedRequest, _ progress: ReadProgress) throws(ZeroMQError) {
        switch outcome(of: request) {
        case .success(.answered(let reply, let packed)): try links[request.link].send(reply, packed)
        case .success(.pending): break
        case .failure(let refusal): try refuseOrWait(request, refusal, progress)
        }
    }

    private func receivedHeader() -> Result<MessageHeader, Refusal> {
        Result { () throws(Refusal) in
            try header.withBytes { bytes throws(Refusal) in try MessageHeader.decode(bytes) }
        }
    }

    private mutating func outcome(of request: ReceivedRequest) -> Result<Outcome, Refusal> {
        do throws(Refusal) {
            return .success(try handle(request))
        } catch {
            return .failure(error)
        }
    }

    private mutating func handle(_ received: ReceivedRequest) throws(Refusal) -> Outcome {
        let decoder = decoder
        let request = received.header
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
            let ticket = nextTicket(for: received)
            core.eventsReceived(
                batch.events, of: batch.user, header: request, now: Clock.timestamp(), ticket: ticket, into: &actions)
            return .pending
        case .catalogue:
            let batch = try body.withBytes { bytes throws(Refusal) in try decoder.catalogueBatch(bytes) }
            try refuseFarPlans(batch.rows)
            let ticket = nextTicket(for: received)
            core.catalogueReceived(batch.rows, tenant: batch.tenant, ticket: ticket, into: &actions)
            return .pending
        case .stock:
            let batch = try body.withBytes { bytes throws(Refusal) in try decoder.stockValueBatch(bytes) }
            let now = Clock.timestamp()
            try core.check(batch.values, tenant: batch.tenant, at: now)
            let ticket = nextTicket(for: received)
            core.stockValued(batch.values, tenant: batch.tenant, at: now, ticket: ticket, into: &actions)
            return .pending
        case .activate:
            let order = try body.withBytes { bytes throws(Refusal) in try decoder.activateRequest(bytes) }
            // Only the leader may ask the model store to keep it.
            guard core.role(of: .broadcast) == .leading else { throw core.notLeader(.broadcast) }
            carryOut(order, nextTicket(for: received))
            return .pending
        case .freeze:
            let freeze = try body.withBytes { bytes throws(Refusal) in
                try decoder.freezeRequest(bytes, at: Clock.timestamp())
            }
            try core.check(freeze)
            core.freezeRequested(freeze, ticket: nextTicket(for: received), into: &actions)
            return .pending
        case .freezes:
            let (tenant, product) = try body.withBytes { bytes throws(Refusal) in try decoder.freezesRequest(bytes) }
            let page = try core.freezes(of: tenant, after: product, now: Clock.timestamp())
            let index = core.index(of: .broadcast) ?? 0
            return .answered(request.reply(.answered(.personal), index: index), encoder.freezesReply(page))
        case .checkpoint:
            let partition = try body.withBytes { bytes throws(Refusal) in try decoder.checkpointRequest(bytes) }
            core.checkpointRequested(partition, ticket: nextTicket(for: received), into: &actions)
            return .pending
        case .verify:
            let (user, token) = try body.withBytes { bytes throws(Refusal) in
                try decoder.verifyRequest(bytes)
            }
            return .answered(request.reply(.answered(.personal)), encoder.verifyReply(try verify(token, of: user)))
        case .inspect:
            let partition = PartitionID(UInt16(truncatingIfNeeded: request.keyHash.value))
            core.inspectRequested(partition, ticket: nextTicket(for: received), into: &actions)
            return .pending
        case .drain:
            let led = try drain()
            return .answered(request.reply(.answered(.personal)), encoder.drainReply(led: led))
        case .status, .report, .assign, .lead, .probe:
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

    /// Starts or ends handing over.
    /// - Returns: how many partitions this worker leads.
    private mutating func drain() throws(Refusal) -> Int {
        let decoder = decoder
        let (worker, drain) = try body.withBytes { bytes throws(Refusal) in try decoder.drainRequest(bytes) }
        guard worker == name else {
            throw Refusal(
                .misrouted, place: "worker", value: worker, remedy: "Send the key hash of this name; here is \(name).")
        }
        core.drainRequested(drain)
        journal.info(drain ? "hands over what it leads" : "takes part again")
        return core.ledPartitions.count
    }

    /// What a router says on its own account. Nothing of it is answered; heartbeats show what has come of it.
    private mutating func handleInstruction(_ header: MessageHeader, from link: Int) {
        let now = Clock.monotonic()
        let router = links[link].name
        switch header.kind {
        case .assign:
            switch receivedAssignment() {
            case .success(let assignment): core.assigned(assignment, now: now, into: &actions)
            case .failure(let refusal): journal.warning("dropped an assignment of router \(router): \(refusal)")
            }
        case .lead:
            guard let number = UInt16(exactly: header.keyHash.value) else {
                return journal.warning("router \(router) asks to lead partition \(header.keyHash.value)")
            }
            core.leadRequested(
                PartitionID(number), after: header.index, by: link, inOrder: header.tag == MessageHeader.inOrderTag,
                now: now, into: &actions)
        default: break
        }
    }

    private func receivedAssignment() -> Result<Assignment, Refusal> {
        let decoder = decoder
        return Result { () throws(Refusal) in
            try body.withBytes { bytes throws(Refusal) in try decoder.assignment(bytes) }
        }
    }
}
