// What is encoded decodes to the same value, for random values of every message with every enum.

import Domain
import Testing
import Wire

struct RoundTripTests {
    private let reader = Reader()
    private let encoder = BodyEncoder()

    @Test(arguments: 0..<40 as Range<UInt64>)
    func requests(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let cart = samples.priceRequest()
        #expect(try reader.priceRequest(encoder.priceRequest(cart).bytes) == cart)

        let (user, events) = (samples.user(), samples.events())
        let batch = try reader.eventBatch(encoder.eventBatch(user: user, events: events).bytes)
        #expect(batch.user == user && batch.events == events.map(\.event))

        let currency = samples.currency()
        let rows = samples.catalogueRows(currency)
        let catalogue = try reader.catalogueBatch(
            encoder.catalogueBatch(tenant: "t", currency: currency, rows: rows).bytes)
        #expect(catalogue.tenant == "t" && catalogue.rows == rows)

        let token = samples.generator.bytes(200)
        let verify = try reader.verifyRequest(encoder.verifyRequest(user: user, token: token).bytes)
        #expect(verify.user == user && verify.token == token)

        let partition = samples.partition()
        #expect(try reader.checkpointRequest(encoder.checkpointRequest(partition).bytes) == partition)

        let worker = samples.identifier()
        let drain = Bool.random(using: &samples.generator)
        let asked = try reader.drainRequest(encoder.drainRequest(worker: worker, drain: drain).bytes)
        #expect(asked.worker == worker && asked.drain == drain)

        let assignment = Assignment(Set(samples.some(0...256) { $0.partition() }).sorted())
        #expect(try reader.assignment(encoder.assignment(assignment).bytes) == assignment)

        let freeze = PriceFreeze(
            tenant: samples.identifier(), product: samples.identifier(), until: samples.time(),
            reason: samples.line(1...Limits.freezeReasonBytes), at: Reader.now)
        let frozen = encoder.freezeRequest(
            tenant: freeze.tenant, product: freeze.product, until: freeze.until, reason: freeze.reason)
        #expect(try reader.freezeRequest(frozen.bytes) == freeze)

        let (tenant, money) = (samples.identifier(), samples.currency())
        let values = samples.some(1...20) { samples in
            StockValue(
                product: samples.identifier(), worth: samples.amount(), currency: money, until: samples.time())
        }
        let stock = encoder.stockValueBatch(tenant: tenant, currency: money, values: values)
        #expect(try reader.stockValueBatch(stock.bytes) == (tenant, values))

        let path = samples.text(1...4_096)
        let share = UInt32.random(in: 0...1_000, using: &samples.generator)
        let orders: [ModelOrder] = [
            .serve(.file(path)), .serve(.kept(7)), .tryOut(.file(path), sharePerMille: share),
            .tryOut(.kept(.max), sharePerMille: share), .endTrial,
        ]
        for order in orders { #expect(try reader.activateRequest(encoder.activateRequest(order).bytes) == order) }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func quotes(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let signed = SignedQuote(quote: samples.quote(for: Reader.user), token: samples.generator.bytes(120))
        #expect(try reader.priceReply(encoder.priceReply(signed).bytes) == signed)

        let explanation = samples.explanation(for: Reader.user)
        #expect(try reader.explainReply(encoder.explainReply(explanation).bytes) == explanation)

        let promise = QuoteToken(signed.quote).promise
        #expect(try reader.verifyReply(encoder.verifyReply(promise).bytes) == promise)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func acknowledgementsAndStatus(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        let events = EventAcknowledgement(
            partition: samples.partition(), index: samples.word(), accepted: samples.half(), duplicates: samples.half())
        #expect(try reader.eventAcknowledgement(encoder.eventAcknowledgement(events).bytes) == events)

        let catalogue = CatalogueAcknowledgement(index: samples.word(), accepted: samples.half())
        #expect(try reader.catalogueAcknowledgement(encoder.catalogueAcknowledgement(catalogue).bytes) == catalogue)

        let activation = ActivationAcknowledgement(
            index: samples.word(), version: samples.word(), checksum: samples.word())
        #expect(try reader.activationAcknowledgement(encoder.activationAcknowledgement(activation).bytes) == activation)

        let page = FreezePage(
            freezes: samples.some(0...20) { samples in
                PriceFreeze(
                    tenant: Reader.user.tenant, product: samples.identifier(), until: samples.time(),
                    reason: samples.text(0...200), at: samples.time())
            }, hasMore: Bool.random(using: &samples.generator))
        #expect(try reader.freezesReply(encoder.freezesReply(page).bytes) == page)

        let index = samples.word()
        #expect(try reader.checkpointAcknowledgement(encoder.checkpointAcknowledgement(index: index).bytes) == index)

        let led = Int(samples.half())
        #expect(try reader.drainReply(encoder.drainReply(led: led).bytes) == led)

        let report = samples.workerReport()
        #expect(try reader.workerReport(encoder.workerReport(report).bytes) == report)

        let cluster = samples.clusterStatus()
        #expect(try reader.clusterStatus(encoder.clusterStatus(cluster).bytes) == cluster)

        let partition = PartitionStatus(
            partition: samples.partition(), leader: samples.text(0...64), index: samples.word(), epoch: samples.word(),
            shoppers: samples.word(), stateHash: samples.word())
        #expect(try reader.partitionStatus(encoder.partitionStatus(partition).bytes) == partition)
    }

    @Test func everyLevelAndEveryReason() throws {
        var samples = Samples(seed: 1)
        for level in PriceLevel.allCases {
            for reason in PriceReason.allCases {
                var quote = samples.quote(for: Reader.user)
                quote.level = level
                quote.lines[0].level = level
                quote.lines[0].reasons = []
                quote.lines[0].reasons.insert(reason)
                let signed = SignedQuote(quote: quote, token: [])
                #expect(try reader.priceReply(encoder.priceReply(signed).bytes) == signed)
            }
        }
    }

    @Test func everyRefusalCode() throws {
        for code in RefusalCode.allCases {
            let refusal = Refusal(code, place: "lines[2].quantity", value: "“0”", remedy: "Ask for 1 to 10000.")
            #expect(try reader.refusal(encoder.refusal(refusal).bytes) == refusal)
        }
    }

    @Test func oneEncoderServesManyMessagesAndForgetsEach() throws {
        var samples = Samples(seed: 2)
        let carts = (0..<20).map { _ in samples.priceRequest() }
        let packed = carts.map { encoder.priceRequest($0).bytes }
        for (cart, bytes) in zip(carts, packed) { #expect(try reader.priceRequest(bytes) == cart) }
    }
}
