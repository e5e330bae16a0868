// Decoders as values, so that one law can be put to all of them.

import Domain
import Wire

/// Decodes a body and forgets it.
typealias Decode = ([UInt8]) throws(Refusal) -> Void

/// Why bytes are not decoded; nil when they are.
func whyRefused(_ bytes: [UInt8], _ decode: Decode) -> Refusal? {
    do throws(Refusal) {
        try decode(bytes)
        return nil
    } catch {
        return error
    }
}

extension Reader {
    /// What a worker does with the body of a request; nil for kinds whose body nobody reads.
    func decode(_ kind: MessageKind) -> Decode? {
        switch kind {
        case .price, .explain: { bytes throws(Refusal) in _ = try priceRequest(bytes) }
        case .events: { bytes throws(Refusal) in _ = try eventBatch(bytes) }
        case .catalogue: { bytes throws(Refusal) in _ = try catalogueBatch(bytes) }
        case .verify: { bytes throws(Refusal) in _ = try verifyRequest(bytes) }
        case .activate: { bytes throws(Refusal) in _ = try activateRequest(bytes) }
        case .stock: { bytes throws(Refusal) in _ = try stockValueBatch(bytes) }
        case .freeze: { bytes throws(Refusal) in _ = try freezeRequest(bytes) }
        case .freezes: { bytes throws(Refusal) in _ = try freezesRequest(bytes) }
        case .checkpoint: { bytes throws(Refusal) in _ = try checkpointRequest(bytes) }
        case .drain: { bytes throws(Refusal) in _ = try drainRequest(bytes) }
        case .report: { bytes throws(Refusal) in _ = try workerReport(bytes) }
        case .assign: { bytes throws(Refusal) in _ = try assignment(bytes) }
        case .status, .inspect, .lead, .probe: nil
        }
    }

    /// Every body that anything in the cluster decodes, by the name of its message.
    var decoders: [(message: String, decode: Decode)] {
        [
            ("PriceRequest", { bytes throws(Refusal) in _ = try priceRequest(bytes) }),
            ("EventBatch", { bytes throws(Refusal) in _ = try eventBatch(bytes) }),
            ("CatalogueBatch", { bytes throws(Refusal) in _ = try catalogueBatch(bytes) }),
            ("VerifyRequest", { bytes throws(Refusal) in _ = try verifyRequest(bytes) }),
            ("ActivateRequest", { bytes throws(Refusal) in _ = try activateRequest(bytes) }),
            ("StockValueBatch", { bytes throws(Refusal) in _ = try stockValueBatch(bytes) }),
            ("FreezeRequest", { bytes throws(Refusal) in _ = try freezeRequest(bytes) }),
            ("FreezesRequest", { bytes throws(Refusal) in _ = try freezesRequest(bytes) }),
            ("FreezeReply", { bytes throws(Refusal) in _ = try freezeAcknowledgement(bytes) }),
            ("FreezesReply", { bytes throws(Refusal) in _ = try freezesReply(bytes) }),
            ("PriceReply", { bytes throws(Refusal) in _ = try priceReply(bytes) }),
            ("ExplainReply", { bytes throws(Refusal) in _ = try explainReply(bytes) }),
            ("VerifyReply", { bytes throws(Refusal) in _ = try verifyReply(bytes) }),
            ("EventAck", { bytes throws(Refusal) in _ = try eventAcknowledgement(bytes) }),
            ("CatalogueAck", { bytes throws(Refusal) in _ = try catalogueAcknowledgement(bytes) }),
            ("ActivateReply", { bytes throws(Refusal) in _ = try activationAcknowledgement(bytes) }),
            ("StatusReply", { bytes throws(Refusal) in _ = try clusterStatus(bytes) }),
            ("PartitionStatus", { bytes throws(Refusal) in _ = try partitionStatus(bytes) }),
            ("CheckpointRequest", { bytes throws(Refusal) in _ = try checkpointRequest(bytes) }),
            ("CheckpointAck", { bytes throws(Refusal) in _ = try checkpointAcknowledgement(bytes) }),
            ("DrainRequest", { bytes throws(Refusal) in _ = try drainRequest(bytes) }),
            ("DrainReply", { bytes throws(Refusal) in _ = try drainReply(bytes) }),
            ("Assignment", { bytes throws(Refusal) in _ = try assignment(bytes) }),
            ("WorkerReport", { bytes throws(Refusal) in _ = try workerReport(bytes) }),
            ("Refusal", { bytes throws(Refusal) in _ = try refusal(bytes) }),
        ]
    }
}
