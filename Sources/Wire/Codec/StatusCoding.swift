// Status messages in both directions: between workers and routers, and from routers to operators.

import CPricing
import CProtobuf
import Domain

extension BodyEncoder {
    public func workerReport(_ report: WorkerReport) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__worker_report__init)
            unsafe message.pointee.name = unsafe arena.text(report.name)
            unsafe message.pointee.ready = report.isReady ? 1 : 0
            unsafe message.pointee.model_version = report.modelVersion
            unsafe message.pointee.catalogue_products = report.catalogueProducts
            unsafe message.pointee.broadcast_index = report.broadcastIndex
            unsafe message.pointee.answered = report.answered
            unsafe message.pointee.partitions = report.partitions
            unsafe message.pointee.problem = unsafe arena.text(report.problem)
            return unsafe message
        }
    }

    public func partitionStatus(_ status: PartitionStatus) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__partition_status__init)
            unsafe message.pointee.partition = UInt32(status.partition.number)
            unsafe message.pointee.leader = unsafe arena.text(status.leader)
            unsafe message.pointee.index = status.index
            unsafe message.pointee.epoch = status.epoch
            unsafe message.pointee.shoppers = status.shoppers
            unsafe message.pointee.state_hash = status.stateHash
            return unsafe message
        }
    }

    public func clusterStatus(_ status: ClusterStatus) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__status_reply__init)
            unsafe message.pointee.cluster = unsafe arena.text(status.cluster)
            unsafe message.pointee.router = unsafe arena.text(status.router)
            unsafe message.pointee.uptime_ms = status.uptimeMilliseconds
            unsafe message.pointee.partitions = status.partitions
            unsafe message.pointee.in_flight = status.inFlight
            let answers = unsafe arena.make(farthing__answer_counts__init)
            unsafe answers.pointee.personal = status.answers.personal
            unsafe answers.pointee.segment = status.answers.segment
            unsafe answers.pointee.list = status.answers.list
            unsafe answers.pointee.refused = status.answers.refused
            unsafe answers.pointee.other = status.answers.other
            unsafe message.pointee.answers = unsafe answers
            unsafe message.pointee.n_workers = status.workers.count
            unsafe message.pointee.workers = unsafe arena.list(status.workers, workerStatus)
            return unsafe message
        }
    }

    private func workerStatus(_ status: WorkerStatus) -> UnsafeMutablePointer<Farthing__WorkerStatus> {
        let message = unsafe arena.make(farthing__worker_status__init)
        unsafe message.pointee.name = unsafe arena.text(status.report.name)
        unsafe message.pointee.ready = status.report.isReady ? 1 : 0
        unsafe message.pointee.silent_ms = status.silentMilliseconds
        unsafe message.pointee.partitions = status.report.partitions
        unsafe message.pointee.answered = status.report.answered
        unsafe message.pointee.in_flight = status.inFlight
        unsafe message.pointee.model_version = status.report.modelVersion
        unsafe message.pointee.catalogue_products = status.report.catalogueProducts
        unsafe message.pointee.broadcast_index = status.report.broadcastIndex
        unsafe message.pointee.problem = unsafe arena.text(status.report.problem)
        return unsafe message
    }
}

extension BodyDecoder {
    public func workerReport(_ body: RawSpan) throws(Refusal) -> WorkerReport {
        unsafe try decode(body, farthing__worker_report__unpack) {
            (message: borrowing Farthing__WorkerReport) throws(Refusal) in
            unsafe WorkerReport(
                name: try identifier(message.name, "name"), isReady: message.ready != 0,
                modelVersion: message.model_version, catalogueProducts: message.catalogue_products,
                broadcastIndex: message.broadcast_index, answered: message.answered, partitions: message.partitions,
                problem: try string(message.problem, "problem", atMost: 4096))
        }
    }

    public func partitionStatus(_ body: RawSpan) throws(Refusal) -> PartitionStatus {
        unsafe try decode(body, farthing__partition_status__unpack) {
            (message: borrowing Farthing__PartitionStatus) throws(Refusal) in
            unsafe PartitionStatus(
                partition: try partitionID(message.partition),
                leader: try string(message.leader, "leader", atMost: Limits.identifierBytes), index: message.index,
                epoch: message.epoch, shoppers: message.shoppers, stateHash: message.state_hash)
        }
    }

    public func clusterStatus(_ body: RawSpan) throws(Refusal) -> ClusterStatus {
        unsafe try decode(body, farthing__status_reply__unpack) {
            (message: borrowing Farthing__StatusReply) throws(Refusal) in
            var answers = AnswerCounts()
            if let counts = unsafe message.answers?.pointee {
                answers.personal = unsafe counts.personal
                answers.segment = unsafe counts.segment
                answers.list = unsafe counts.list
                answers.refused = unsafe counts.refused
                answers.other = unsafe counts.other
            }
            return unsafe ClusterStatus(
                cluster: try string(message.cluster, "cluster", atMost: Limits.identifierBytes),
                router: try string(message.router, "router", atMost: Limits.identifierBytes),
                uptimeMilliseconds: message.uptime_ms, partitions: message.partitions, inFlight: message.in_flight,
                answers: answers, workers: try elements(message.workers, message.n_workers, workerStatus))
        }
    }

    private func workerStatus(
        _ index: Int, _ message: borrowing Farthing__WorkerStatus
    ) throws(Refusal) -> WorkerStatus {
        unsafe WorkerStatus(
            report: WorkerReport(
                name: try string(message.name, "workers[\(index)].name", atMost: Limits.identifierBytes),
                isReady: unsafe message.ready != 0, modelVersion: unsafe message.model_version,
                catalogueProducts: unsafe message.catalogue_products, broadcastIndex: unsafe message.broadcast_index,
                answered: unsafe message.answered, partitions: unsafe message.partitions,
                problem: unsafe try string(message.problem, "workers[\(index)].problem", atMost: 4096)),
            silentMilliseconds: unsafe message.silent_ms, inFlight: unsafe message.in_flight)
    }
}
