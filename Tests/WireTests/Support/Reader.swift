// The decoders under test, from arrays to values: the only file of these tests that touches a pointer.

import Domain
import Wire

/// Reads every header and body that anything in the cluster reads.
struct Reader {
    let decoder: BodyDecoder

    init(unpackedBytes: Int = Limits.unpackedBytes) { decoder = BodyDecoder(unpackedBytes: unpackedBytes) }

    /// Whom replies are for.
    static let user = UserKey(tenant: "demo", user: "2337")

    private func read<Value>(
        _ bytes: [UInt8], _ decode: (RawSpan) throws(Refusal) -> Value
    ) throws(Refusal) -> Value {
        // Exactly as long as the bytes, so that a checker of memory sees any step beyond.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { unsafe copy.deallocate() }
        unsafe copy.copyBytes(from: bytes)
        return unsafe try decode(UnsafeRawBufferPointer(copy).bytes)
    }

    func header(_ bytes: [UInt8]) throws(Refusal) -> MessageHeader { try read(bytes, MessageHeader.decode) }

    func salvagedRequestID(_ bytes: [UInt8]) -> RequestID { unsafe MessageHeader.salvageRequestID(bytes.span.bytes) }

    func priceRequest(_ bytes: [UInt8]) throws(Refusal) -> PriceRequest { try read(bytes, decoder.priceRequest) }

    func eventBatch(_ bytes: [UInt8]) throws(Refusal) -> (user: UserKey, events: [Event]) {
        try read(bytes, decoder.eventBatch)
    }

    func catalogueBatch(_ bytes: [UInt8]) throws(Refusal) -> (tenant: String, rows: [CatalogueRow]) {
        try read(bytes, decoder.catalogueBatch)
    }

    func verifyRequest(_ bytes: [UInt8]) throws(Refusal) -> (user: UserKey, token: [UInt8]) {
        try read(bytes, decoder.verifyRequest)
    }

    func activateRequest(_ bytes: [UInt8]) throws(Refusal) -> ModelOrder { try read(bytes, decoder.activateRequest) }

    /// When requests come.
    static let now = Timestamp(milliseconds: 1_700_000_000_000)

    func freezeRequest(_ bytes: [UInt8]) throws(Refusal) -> PriceFreeze {
        try read(bytes) { bytes throws(Refusal) in try decoder.freezeRequest(bytes, at: Self.now) }
    }

    func stockValueBatch(_ bytes: [UInt8]) throws(Refusal) -> (tenant: String, values: [StockValue]) {
        try read(bytes, decoder.stockValueBatch)
    }

    func freezesRequest(_ bytes: [UInt8]) throws(Refusal) -> (tenant: String, after: String) {
        try read(bytes, decoder.freezesRequest)
    }

    func freezeAcknowledgement(_ bytes: [UInt8]) throws(Refusal) -> FreezeAcknowledgement {
        try read(bytes, decoder.freezeAcknowledgement)
    }

    func freezesReply(_ bytes: [UInt8]) throws(Refusal) -> FreezePage {
        try read(bytes) { bytes throws(Refusal) in try decoder.freezesReply(bytes, of: Self.user.tenant) }
    }

    func checkpointRequest(_ bytes: [UInt8]) throws(Refusal) -> PartitionID {
        try read(bytes, decoder.checkpointRequest)
    }

    func drainRequest(_ bytes: [UInt8]) throws(Refusal) -> (worker: String, drain: Bool) {
        try read(bytes, decoder.drainRequest)
    }

    func assignment(_ bytes: [UInt8]) throws(Refusal) -> Assignment { try read(bytes, decoder.assignment) }

    func checkpointAcknowledgement(_ bytes: [UInt8]) throws(Refusal) -> UInt64 {
        try read(bytes, decoder.checkpointAcknowledgement)
    }

    func drainReply(_ bytes: [UInt8]) throws(Refusal) -> Int { try read(bytes, decoder.drainReply) }

    func priceReply(_ bytes: [UInt8]) throws(Refusal) -> SignedQuote {
        try read(bytes) { bytes throws(Refusal) in try decoder.priceReply(bytes, for: Self.user) }
    }

    func explainReply(_ bytes: [UInt8]) throws(Refusal) -> Explanation {
        try read(bytes) { bytes throws(Refusal) in try decoder.explainReply(bytes, for: Self.user) }
    }

    func verifyReply(_ bytes: [UInt8]) throws(Refusal) -> VerifiedQuote { try read(bytes, decoder.verifyReply) }

    func eventAcknowledgement(_ bytes: [UInt8]) throws(Refusal) -> EventAcknowledgement {
        try read(bytes, decoder.eventAcknowledgement)
    }

    func catalogueAcknowledgement(_ bytes: [UInt8]) throws(Refusal) -> CatalogueAcknowledgement {
        try read(bytes, decoder.catalogueAcknowledgement)
    }

    func activationAcknowledgement(_ bytes: [UInt8]) throws(Refusal) -> ActivationAcknowledgement {
        try read(bytes, decoder.activationAcknowledgement)
    }

    func clusterStatus(_ bytes: [UInt8]) throws(Refusal) -> ClusterStatus {
        try read(bytes, decoder.clusterStatus)
    }

    func partitionStatus(_ bytes: [UInt8]) throws(Refusal) -> PartitionStatus {
        try read(bytes, decoder.partitionStatus)
    }

    func workerReport(_ bytes: [UInt8]) throws(Refusal) -> WorkerReport { try read(bytes, decoder.workerReport) }

    func refusal(_ bytes: [UInt8]) throws(Refusal) -> Refusal { try read(bytes, decoder.refusal) }
}
