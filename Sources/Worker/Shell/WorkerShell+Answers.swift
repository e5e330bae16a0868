// What goes back to routers: on the link that the request came on.

import Configuration
import Domain
import Foundation
import Operations
import Wire
import WorkerCore
import WorkerLog
import ZeroMQ

extension WorkerShell {
    /// Does what the core has decided since the last call, and what comes of that.
    mutating func carryOutActions() throws(ZeroMQError) {
        while !actions.isEmpty {
            let decided = actions
            actions.removeAll(keepingCapacity: true)
            for action in decided { try carryOut(action) }
        }
    }

    private mutating func carryOut(_ action: WorkerAction) throws(ZeroMQError) {
        switch action {
        case .load(let partition): housekeeping.post(.load(partition))
        case .release(let partition):
            log.post(.release(partition))
            try answerDeferred(released: partition)
        case .claim(let partition, let epoch): log.post(.claim(partition, after: epoch))
        case .catchUp(let partition): log.post(.catchUp(partition))
        case .append(let records, let partition, let epoch, let index):
            log.post(.append(records, to: partition, epoch: epoch, expecting: index))
        case .hashState(let state): housekeeping.post(.hash(state))
        case .retire(let retired): modelThread.retire(retired)
        case .snapshotDue(let state): housekeeping.post(.keepSnapshot(state))
        case .inspect(let ticket, let state): housekeeping.post(.inspect(ticket, state))
        case .answer(let ticket, let answer):
            if let request = waiting.removeValue(forKey: ticket) { try send(answer, to: request) }
        }
    }

    private mutating func send(_ answer: WorkerAnswer, to request: ReceivedRequest) throws(ZeroMQError) {
        switch answer {
        case .events(let acknowledgement):
            try send(encoder.eventAcknowledgement(acknowledgement), index: acknowledgement.index, to: request)
        case .catalogue(let acknowledgement):
            try send(encoder.catalogueAcknowledgement(acknowledgement), index: acknowledgement.index, to: request)
        case .activation(let acknowledgement):
            try send(encoder.activationAcknowledgement(acknowledgement), index: acknowledgement.index, to: request)
        case .checkpoint(_, let index):
            try send(encoder.checkpointAcknowledgement(index: index), index: index, to: request)
        case .freeze(let freeze, let acknowledgement):
            note(freeze)
            try send(encoder.freezeAcknowledgement(acknowledgement), index: acknowledgement.index, to: request)
        case .stock(let tenant, let acknowledgement):
            journal.info("\(acknowledgement.accepted) stock values of \(tenant) count from now on")
            try send(encoder.catalogueAcknowledgement(acknowledgement), index: acknowledgement.index, to: request)
        case .notLeader(let partition, let epoch): try refuse(request, core.notLeader(partition), index: epoch)
        case .refused(let refusal): try refuse(request, refusal)
        }
    }

    /// Prices that stand still are something that an operator should hear of.
    private func note(_ freeze: PriceFreeze) {
        let product = "\(freeze.tenant)/\(freeze.product)"
        if freeze.isThaw {
            journal.info("prices of \(product) move again: \(freeze.reason)")
        } else {
            let end = Date(timeIntervalSince1970: Double(freeze.until.milliseconds) / 1_000).formatted(.iso8601)
            journal.warning("prices of \(product) are frozen until \(end): \(freeze.reason)")
        }
    }

    mutating func send(_ status: PartitionStatus, to ticket: Ticket) throws(ZeroMQError) {
        guard let request = waiting.removeValue(forKey: ticket) else { return }
        try send(encoder.partitionStatus(status), index: status.index, to: request)
    }

    private func send(
        _ packed: BodyEncoder.Packed, index: UInt64, to request: ReceivedRequest
    ) throws(ZeroMQError) {
        try links[request.link].send(request.header.reply(.answered(.personal), index: index), packed)
    }

    func refuse(_ request: ReceivedRequest, _ refusal: Refusal) throws(ZeroMQError) {
        // A router that asked the wrong worker learns from the epoch whether it is behind.
        let epoch = refusal.code == .notLeader ? core.epoch(of: partition(of: request.header)) : 0
        try refuse(request, refusal, index: epoch)
    }

    private func refuse(_ request: ReceivedRequest, _ refusal: Refusal, index: UInt64) throws(ZeroMQError) {
        try links[request.link].send(
            request.header.reply(.refused(refusal.code), index: index), encoder.refusal(refusal))
    }

    private func partition(of request: MessageHeader) -> PartitionID {
        switch request.kind.destination {
        case .keyedPartition, .namedWorker, .router, .peer: request.keyHash.partition(of: settings.cluster.partitions)
        case .broadcastPartition: .broadcast
        case .numberedPartition: PartitionID(UInt16(truncatingIfNeeded: request.keyHash.value))
        }
    }
}
