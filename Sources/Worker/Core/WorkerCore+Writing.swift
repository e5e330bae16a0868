// Requests that go into a log. Each is answered by an action: at once when there is nothing to append, otherwise when
// it is durable, or when this worker turns out not to lead.

import Domain

extension WorkerCore {
    /// Behaviour of one user.
    public mutating func eventsReceived(
        _ events: [Event], of user: UserKey, header: MessageHeader, now: Timestamp, ticket: Ticket,
        into actions: inout [WorkerAction]
    ) {
        do throws(Refusal) {
            try refuseFuture(events, now)
            let partition = try partition(of: user, header)
            if let index = indexOfCounted(events, of: user, in: partition) {
                let acknowledgement = EventAcknowledgement(
                    partition: partition, index: index, accepted: 0, duplicates: UInt32(events.count))
                return answer(ticket, .events(acknowledgement), &actions)
            }
            write(.events(user: user, events: events), to: partition, ticket, &actions)
        } catch {
            answer(ticket, .refused(error), &actions)
        }
    }

    /// Rows of a tenant's catalogue, already checked one by one.
    public mutating func catalogueReceived(
        _ rows: [CatalogueRow], tenant: String, ticket: Ticket, into actions: inout [WorkerAction]
    ) {
        write(.catalogue(tenant: tenant, rows: rows), to: .broadcast, ticket, &actions)
    }

    /// A bundle that this worker has loaded and found good shall serve everywhere, or be tried, or be tried no more.
    public mutating func modelChangeRequested(
        _ change: ModelChange, ticket: Ticket?, into actions: inout [WorkerAction]
    ) {
        switch change {
        case .serve(let activation): write(.modelActivated(activation), to: .broadcast, ticket, &actions)
        case .trial(let trial): write(.modelTried(trial), to: .broadcast, ticket, &actions)
        }
    }

    /// Prices of one product shall not move, or move again. Already found acceptable by `check`.
    public mutating func freezeRequested(
        _ freeze: PriceFreeze, ticket: Ticket, into actions: inout [WorkerAction]
    ) {
        write(.priceFreeze(freeze), to: .broadcast, ticket, &actions)
    }

    /// - Throws: what is wrong with a freeze, as far as this worker can tell.
    public func check(_ freeze: PriceFreeze) throws(Refusal) {
        let latest = freeze.at.adding(milliseconds: PriceFreeze.longestMilliseconds)
        guard freeze.until <= latest else {
            throw Refusal(
                .invalidFreeze, place: "until_ms", value: "\(freeze.until.milliseconds)",
                remedy: "Freeze for a year at most, until \(latest.milliseconds), and again nearer its end.")
        }
        // Whoever does not lead may not know the product yet, and sends the request back.
        let role = role(of: .broadcast)
        if role == .leading || role == .claiming,
            broadcast.state.catalogues[freeze.tenant]?[freeze.product] == nil
        {
            throw Refusal(
                .unknownProduct, place: "product", value: freeze.product,
                remedy: "Name a product of this tenant's catalogue: what has no price has none to freeze.")
        }
    }

    /// What units of a tenant's products are worth. Already found acceptable by `check`.
    public mutating func stockValued(
        _ values: [StockValue], tenant: String, at time: Timestamp, ticket: Ticket, into actions: inout [WorkerAction]
    ) {
        write(.stockValues(tenant: tenant, at: time, values), to: .broadcast, ticket, &actions)
    }

    /// - Throws: what is wrong with a batch, as far as this worker can tell.
    public func check(_ values: [StockValue], tenant: String, at now: Timestamp) throws(Refusal) {
        let latest = now.adding(milliseconds: StockValue.longestMilliseconds)
        let role = role(of: .broadcast)
        let catalogue = broadcast.state.catalogues[tenant]
        for (index, value) in values.enumerated() {
            guard value.until <= latest else {
                throw Refusal(
                    .invalidStockValue, place: "values[\(index)].until_ms", value: "\(value.until.milliseconds)",
                    remedy: "Value stock for a year at most, until \(latest.milliseconds), and again before that ends.")
            }
            // Whoever does not lead may not know the product yet, and sends the request back.
            guard role == .leading || role == .claiming else { continue }
            guard let entry = catalogue?[value.product] else {
                throw Refusal(
                    .unknownProduct, place: "values[\(index)].product", value: value.product,
                    remedy: "Name a product of this tenant's catalogue, or leave the value out.")
            }
            if let row = entry.row(at: now), row.currency != value.currency {
                throw Refusal(
                    .currencyMismatch, place: "values[\(index)].product", value: value.product,
                    remedy: "It is priced in \(row.currency.code); say what it is worth in that currency.")
            }
        }
    }

    /// Every replica shall hash its state at one index.
    public mutating func checkpointRequested(
        _ partition: PartitionID, ticket: Ticket, into actions: inout [WorkerAction]
    ) {
        write(.checkpoint, to: partition, ticket, &actions)
    }

    private mutating func write(
        _ record: Record, to partition: PartitionID, _ ticket: Ticket?, _ actions: inout [WorkerAction]
    ) {
        if role(of: partition) != nil {
            deliver(.written(record, ticket), to: partition, &actions)
        } else if let ticket {
            bouncedUnheld[partition, default: []].insert(ticket.router)
            answer(ticket, .notLeader(partition, epoch: 0), &actions)
        }
    }

    /// A history reaches back from its latest week, so one event dated far ahead would push out everything real.
    private func refuseFuture(_ events: [Event], _ now: Timestamp) throws(Refusal) {
        let latest = now.adding(milliseconds: ShopCalendar.millisecondsPerDay)
        for (index, event) in events.enumerated() where event.occurredAt > latest {
            throw Refusal(
                .invalidEvent, place: "events[\(index)].occurred_at_ms", value: "\(event.occurredAt.milliseconds)",
                remedy: "Report what has happened: at most a day ahead of the cluster's clock (\(now.milliseconds)).")
        }
    }

    /// Where the state stands, if this worker leads or is about to, and all of these events have been counted.
    private func indexOfCounted(_ events: [Event], of user: UserKey, in partition: PartitionID) -> UInt64? {
        guard let place = place(of: partition), let role = keyed[place]?.role, role == .leading || role == .claiming
        else { return nil }
        return keyed[place]?.state.uncounted(events, of: user) == 0 ? keyed[place]?.state.index : nil
    }
}
