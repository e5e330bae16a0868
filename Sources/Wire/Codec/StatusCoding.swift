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
            unsafe message.pointee.problem = unsafe arena.text(report.problem)
            unsafe message.pointee.weight = report.weight
            unsafe message.pointee.draining = report.isDraining ? 1 : 0
            unsafe message.pointee.frozen_products = report.frozenProducts
            unsafe message.pointee.busy_permille = report.busyPerMille
            unsafe message.pointee.n_replicas = report.replicas.count
            unsafe message.pointee.replicas = unsafe arena.list(report.replicas, replica)
            unsafe message.pointee.models = unsafe models(report.models)
            return unsafe message
        }
    }

    private func replica(_ report: ReplicaReport) -> UnsafeMutablePointer<Farthing__Replica> {
        let message = unsafe arena.make(farthing__replica__init)
        unsafe message.pointee.partition = UInt32(report.partition.number)
        unsafe message.pointee.role = UInt32(report.role.rawValue)
        unsafe message.pointee.epoch = report.epoch
        unsafe message.pointee.index = report.index
        unsafe message.pointee.checkpoint_index = report.checkpoint?.index ?? 0
        unsafe message.pointee.checkpoint_hash = report.checkpoint?.stateHash ?? 0
        return unsafe message
    }

    public func assignment(_ assignment: Assignment) -> Packed {
        unsafe begin {
            let message = unsafe arena.make(farthing__assignment__init)
            unsafe message.pointee.n_partitions = assignment.partitions.count
            unsafe message.pointee.partitions = unsafe arena.numbers(assignment.partitions.map { UInt32($0.number) })
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
        unsafe message.pointee.partitions = UInt32(status.report.led)
        unsafe message.pointee.answered = status.report.answered
        unsafe message.pointee.in_flight = status.inFlight
        unsafe message.pointee.model_version = status.report.modelVersion
        unsafe message.pointee.catalogue_products = status.report.catalogueProducts
        unsafe message.pointee.broadcast_index = status.report.broadcastIndex
        unsafe message.pointee.problem = unsafe arena.text(status.report.problem)
        unsafe message.pointee.weight = status.report.weight
        unsafe message.pointee.draining = status.report.isDraining ? 1 : 0
        unsafe message.pointee.frozen_products = status.report.frozenProducts
        unsafe message.pointee.busy_permille = status.report.busyPerMille
        unsafe message.pointee.n_replicas = status.report.replicas.count
        unsafe message.pointee.replicas = unsafe arena.list(status.report.replicas, replica)
        unsafe message.pointee.models = unsafe models(status.report.models)
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
                broadcastIndex: message.broadcast_index, answered: message.answered,
                problem: try string(message.problem, "problem", atMost: 4096), weight: message.weight,
                isDraining: message.draining != 0, frozenProducts: message.frozen_products,
                busyPerMille: message.busy_permille,
                replicas: try elements(message.replicas, message.n_replicas, replica),
                models: models(message.models))
        }
    }

    private func replica(_ index: Int, _ message: borrowing Farthing__Replica) throws(Refusal) -> ReplicaReport {
        guard let role = unsafe UInt8(exactly: message.role).flatMap(ReplicaRole.init(rawValue:)) else {
            throw Refusal(
                .malformedBody, place: "replicas[\(index)].role", value: unsafe "\(message.role)",
                remedy: "Report one of the roles 0 to \(ReplicaRole.allCases.count - 1).")
        }
        return unsafe ReplicaReport(
            partition: try partitionID(message.partition), role: role, epoch: message.epoch, index: message.index,
            checkpoint: message.checkpoint_index == 0
                ? nil : StateCheckpoint(index: message.checkpoint_index, stateHash: message.checkpoint_hash))
    }

    /// Kind `assign`.
    public func assignment(_ body: RawSpan) throws(Refusal) -> Assignment {
        unsafe try decode(body, farthing__assignment__unpack) {
            (message: borrowing Farthing__Assignment) throws(Refusal) in
            var partitions: [PartitionID] = []
            for position in unsafe 0..<message.n_partitions {
                partitions.append(unsafe try partitionID(message.partitions[position]))
            }
            return Assignment(partitions)
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
                answered: unsafe message.answered,
                problem: unsafe try string(message.problem, "workers[\(index)].problem", atMost: 4096),
                weight: unsafe message.weight, isDraining: unsafe message.draining != 0,
                frozenProducts: unsafe message.frozen_products, busyPerMille: unsafe message.busy_permille,
                replicas: unsafe try elements(message.replicas, message.n_replicas, replica),
                models: unsafe models(message.models)),
            silentMilliseconds: unsafe message.silent_ms, inFlight: unsafe message.in_flight)
    }
}
