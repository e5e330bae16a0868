// A message as a value: the header that routers read, and the body that they do not.

import Domain

package struct Message {
    package var header: MessageHeader
    package var body: Body

    package init(header: MessageHeader, body: Body) {
        self.header = header
        self.body = body
    }
}

/// What real processes encode as protobuf.
package indirect enum Body {
    case none
    // Requests
    case price(PriceRequest)
    case events(UserKey, [Event])
    case catalogue(tenant: String, [CatalogueRow])
    case activate(ModelChange)
    /// Its `at` is for the worker to say.
    case freeze(PriceFreeze)
    case stock(tenant: String, [StockValue])
    case verify(PaperToken)
    // Answers
    case quote(Quote, PaperToken)
    case eventAcknowledgement(EventAcknowledgement)
    case catalogueAcknowledgement(CatalogueAcknowledgement)
    case activationAcknowledgement(ActivationAcknowledgement)
    case freezeAcknowledgement(FreezeAcknowledgement)
    case checkpointAcknowledgement(index: UInt64)
    case verified(PaperToken)
    case refusal(Refusal)
    case status(ClusterStatus)
    // Between workers and routers
    case report(WorkerReport, incarnation: UInt64)
    case assignment(Assignment)

    /// Equal bodies have equal fingerprints.
    package var fingerprint: UInt64 {
        var hash = FNV1a()
        switch self {
        case .price(let request):
            hash.update(utf8: request.user.user)
            for line in request.lines {
                hash.update(utf8: line.product)
                hash.update(word: UInt64(bitPattern: line.quantity))
            }
        case .events(let user, let events):
            hash.update(utf8: user.user)
            for event in events { hash.update(word: event.id.value) }
        case .catalogue(_, let rows):
            for row in rows {
                hash.update(utf8: row.product)
                hash.update(word: UInt64(bitPattern: row.listPrice.minorUnits))
                hash.update(word: UInt64(bitPattern: row.effectiveAt.milliseconds))
            }
        case .activate(.serve(let activation)): hash.update(word: activation.checksum)
        case .activate(.trial(let trial)):
            hash.update(word: trial?.activation.checksum ?? 0)
            hash.update(word: UInt64(trial?.sharePerMille ?? 0) + 1)
        case .stock(_, let values):
            for value in values {
                hash.update(utf8: value.product)
                hash.update(word: UInt64(bitPattern: value.worth.minorUnits))
                hash.update(word: UInt64(bitPattern: value.until.milliseconds))
            }
        case .freeze(let freeze):
            hash.update(utf8: freeze.product)
            hash.update(word: UInt64(bitPattern: freeze.until.milliseconds))
        case .verify(let token): hash.update(word: token.seal)
        default: break
        }
        return finalMix(hash.value)
    }
}
