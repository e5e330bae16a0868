import CPricing
import CProtobuf
import Domain

extension BodyEncoder {
    public func priceRequest(_ request: PriceRequest) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__price_request__init)
            unsafe message.pointee.tenant = unsafe arena.text(request.user.tenant)
            unsafe message.pointee.user = unsafe arena.text(request.user.user)
            unsafe message.pointee.currency = unsafe arena.text(request.currency.code)
            unsafe message.pointee.n_lines = request.lines.count
            unsafe message.pointee.lines = unsafe arena.list(request.lines) { line in
                let message = unsafe arena.make(farthing__cart_line__init)
                unsafe message.pointee.product = unsafe arena.text(line.product)
                unsafe message.pointee.quantity = line.quantity
                return unsafe message
            }
            return unsafe message
        }
    }

    /// - Parameter events: each with the id as the producer wrote it; the cluster remembers its digest.
    public func eventBatch(user: UserKey, events: [(id: [UInt8], event: Event)]) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__event_batch__init)
            unsafe message.pointee.tenant = unsafe arena.text(user.tenant)
            unsafe message.pointee.user = unsafe arena.text(user.user)
            unsafe message.pointee.n_events = events.count
            unsafe message.pointee.events = unsafe arena.list(events) { id, event in
                let message = unsafe arena.make(farthing__event__init)
                unsafe message.pointee.event_id = unsafe arena.data(id)
                unsafe message.pointee.occurred_at_ms = event.occurredAt.milliseconds
                unsafe message.pointee.basket = unsafe basket(event.basket)
                return unsafe message
            }
            return unsafe message
        }
    }

    private func basket(_ basket: Basket) -> UnsafeMutablePointer<Farthing__Basket> {
        let message = unsafe arena.make(farthing__basket__init)
        unsafe message.pointee.spend = basket.spend.minorUnits
        unsafe message.pointee.lines = basket.lines
        unsafe message.pointee.deal_lines = basket.dealLines
        unsafe message.pointee.n_items = basket.items.count
        unsafe message.pointee.items = unsafe arena.list(basket.items) { item in
            let message = unsafe arena.make(farthing__basket_item__init)
            unsafe message.pointee.product = unsafe arena.text(item.product)
            unsafe message.pointee.quantity = item.quantity
            unsafe message.pointee.paid = item.paid.minorUnits
            return unsafe message
        }
        return unsafe message
    }

    /// - Precondition: every row is in `currency`.
    public func catalogueBatch(tenant: String, currency: Currency, rows: [CatalogueRow]) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__catalogue_batch__init)
            unsafe message.pointee.tenant = unsafe arena.text(tenant)
            unsafe message.pointee.currency = unsafe arena.text(currency.code)
            unsafe message.pointee.n_rows = rows.count
            unsafe message.pointee.rows = unsafe arena.list(rows, catalogueRow)
            return unsafe message
        }
    }

    private func catalogueRow(_ row: CatalogueRow) -> UnsafeMutablePointer<Farthing__CatalogueRow> {
        let message = unsafe arena.make(farthing__catalogue_row__init)
        unsafe message.pointee.product = unsafe arena.text(row.product)
        unsafe message.pointee.name = unsafe arena.text(row.name)
        unsafe message.pointee.category = unsafe arena.text(row.category)
        unsafe message.pointee.list_price = unsafe amount(row.listPrice)
        unsafe message.pointee.unit_cost = unsafe amount(row.unitCost)
        unsafe message.pointee.minimum_price = unsafe row.minimumPrice.map(amount)
        unsafe message.pointee.deal = unsafe row.deal.map { deal in
            let message = unsafe arena.make(farthing__deal__init)
            unsafe message.pointee.price = unsafe amount(deal.price)
            unsafe message.pointee.ends_at_ms = deal.endsAt.milliseconds
            return unsafe message
        }
        unsafe message.pointee.display_share = row.displayShare
        unsafe message.pointee.mailer_share = row.mailerShare
        unsafe message.pointee.effective_at_ms = row.effectiveAt.milliseconds
        return unsafe message
    }

    /// - Precondition: every value is in `currency`.
    public func stockValueBatch(tenant: String, currency: Currency, values: [StockValue]) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__stock_value_batch__init)
            unsafe message.pointee.tenant = unsafe arena.text(tenant)
            unsafe message.pointee.currency = unsafe arena.text(currency.code)
            unsafe message.pointee.n_values = values.count
            unsafe message.pointee.values = unsafe arena.list(values) { value in
                let message = unsafe arena.make(farthing__stock_value__init)
                unsafe message.pointee.product = unsafe arena.text(value.product)
                unsafe message.pointee.worth = unsafe amount(value.worth)
                unsafe message.pointee.until_ms = value.until.milliseconds
                return unsafe message
            }
            return unsafe message
        }
    }

    func amount(_ money: Money) -> UnsafeMutablePointer<Farthing__Amount> {
        let message = unsafe arena.make(farthing__amount__init)
        unsafe message.pointee.minor = money.minorUnits
        return unsafe message
    }

    public func verifyRequest(user: UserKey, token: [UInt8]) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__verify_request__init)
            unsafe message.pointee.tenant = unsafe arena.text(user.tenant)
            unsafe message.pointee.user = unsafe arena.text(user.user)
            unsafe message.pointee.token = unsafe arena.data(token)
            return unsafe message
        }
    }

    public func activateRequest(_ order: ModelOrder) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__activate_request__init)
            let source: ModelSource?
            switch order {
            case .serve(let model): source = model
            case .tryOut(let model, let share):
                source = model
                unsafe message.pointee.trial = 1
                unsafe message.pointee.share_per_mille = share
            case .endTrial:
                source = nil
                unsafe message.pointee.trial = 1
            }
            switch source {
            case .file(let path): unsafe message.pointee.path = unsafe arena.text(path)
            case .kept(let checksum): unsafe message.pointee.checksum = checksum
            case nil: break
            }
            return unsafe message
        }
    }

    public func freezeRequest(tenant: String, product: String, until: Timestamp, reason: String) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__freeze_request__init)
            unsafe message.pointee.tenant = unsafe arena.text(tenant)
            unsafe message.pointee.product = unsafe arena.text(product)
            unsafe message.pointee.until_ms = until.milliseconds
            unsafe message.pointee.reason = unsafe arena.text(reason)
            return unsafe message
        }
    }

    public func freezesRequest(tenant: String, after product: String) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__freezes_request__init)
            unsafe message.pointee.tenant = unsafe arena.text(tenant)
            unsafe message.pointee.after = unsafe arena.text(product)
            return unsafe message
        }
    }

    public func statusRequest() -> Packed {
        unsafe begin { unsafe arena.make(farthing__status_request__init) }
    }

    public func checkpointRequest(_ partition: PartitionID) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__checkpoint_request__init)
            unsafe message.pointee.partition = UInt32(partition.number)
            return unsafe message
        }
    }

    /// - Parameter drain: false takes it back.
    public func drainRequest(worker: String, drain: Bool) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__drain_request__init)
            unsafe message.pointee.worker = unsafe arena.text(worker)
            unsafe message.pointee.drain = drain ? 1 : 0
            return unsafe message
        }
    }

    public func inspectRequest(_ partition: PartitionID) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__inspect_request__init)
            unsafe message.pointee.partition = UInt32(partition.number)
            return unsafe message
        }
    }
}
