// Events, catalogue rows and status messages of the vectors.

import Domain

extension JSON {
    /// Each event with its id as the producer wrote it.
    var events: [(id: [UInt8], event: Event)] {
        self["events"].list.map { event in
            let basket = event["basket"]
            return (
                event["event_id"].bytes,
                Event(
                    id: EventID(digesting: event["event_id"].bytes), occurredAt: event["occurred_at_ms"].time,
                    basket: Basket(
                        spend: basket["spend"].money, lines: basket["lines"].uint32,
                        dealLines: basket["deal_lines"].uint32,
                        items: basket["items"].list.map {
                            BasketItem(
                                product: $0["product"].text, quantity: $0["quantity"].int64, paid: $0["paid"].money)
                        }))
            )
        }
    }

    /// The rows of a catalogue batch.
    func catalogueRows(_ currency: Currency) -> [CatalogueRow] {
        self["rows"].list.map { row in
            CatalogueRow(
                product: row["product"].text, name: row["name"].text, category: row["category"].text,
                currency: currency, listPrice: row["list_price"]["minor"].money,
                unitCost: row["unit_cost"]["minor"].money,
                minimumPrice: row["minimum_price"].optional { $0["minor"].money },
                deal: row["deal"].optional { Deal(price: $0["price"]["minor"].money, endsAt: $0["ends_at_ms"].time) },
                displayShare: Float(row["display_share"].real), mailerShare: Float(row["mailer_share"].real),
                effectiveAt: row["effective_at_ms"].time)
        }
    }

    var workerReport: WorkerReport {
        WorkerReport(
            name: self["name"].text, isReady: self["ready"].bool, modelVersion: self["model_version"].uint64,
            catalogueProducts: self["catalogue_products"].uint64, broadcastIndex: self["broadcast_index"].uint64,
            answered: self["answered"].uint64, problem: self["problem"].text, weight: self["weight"].uint32,
            isDraining: self["draining"].bool,
            frozenProducts: self["frozen_products"].uint64, busyPerMille: self["busy_permille"].uint32,
            replicas: self["replicas"].list.map(\.replica),
            models: self["models"].optional(\.modelReport) ?? ModelReport())
    }

    private var modelReport: ModelReport {
        var report = ModelReport()
        report.checksum = self["checksum"].uint64
        if self["previous_checksum"].uint64 != 0 {
            report.previous = .init(
                version: self["previous_version"].uint64, checksum: self["previous_checksum"].uint64)
        }
        report.trial = self["trial"].optional { trial in
            var comparison = TrialComparison()
            comparison.lines = trial["lines"].uint64
            comparison.lower = trial["lower"].uint64
            comparison.higher = trial["higher"].uint64
            comparison.movedMillionths = trial["moved_millionths"].uint64
            comparison.servingMillionths = trial["serving_millionths"].uint64
            comparison.trialMillionths = trial["trial_millionths"].uint64
            return TrialReport(
                version: trial["version"].uint64, checksum: trial["checksum"].uint64,
                sharePerMille: trial["share_per_mille"].uint32, isLoaded: trial["loaded"].bool, comparison: comparison)
        }
        return report
    }

    /// An order about a model.
    var modelOrder: ModelOrder {
        let path = self["path"].text
        let checksum = self["checksum"].uint64
        let source: ModelSource? = path.isEmpty ? (checksum == 0 ? nil : .kept(checksum)) : .file(path)
        guard self["trial"].bool else { return .serve(source ?? .file("")) }
        return source.map { .tryOut($0, sharePerMille: self["share_per_mille"].uint32) } ?? .endTrial
    }

    private var replica: ReplicaReport {
        ReplicaReport(
            partition: PartitionID(UInt16(truncatingIfNeeded: self["partition"].int64)),
            role: ReplicaRole(rawValue: UInt8(truncatingIfNeeded: self["role"].int64)) ?? .loading,
            epoch: self["epoch"].uint64, index: self["index"].uint64,
            checkpoint: self["checkpoint_index"].uint64 == 0
                ? nil
                : StateCheckpoint(index: self["checkpoint_index"].uint64, stateHash: self["checkpoint_hash"].uint64))
    }

    var partitionStatus: PartitionStatus {
        PartitionStatus(
            partition: PartitionID(UInt16(truncatingIfNeeded: self["partition"].int64)), leader: self["leader"].text,
            index: self["index"].uint64, epoch: self["epoch"].uint64, shoppers: self["shoppers"].uint64,
            stateHash: self["state_hash"].uint64)
    }

    var clusterStatus: ClusterStatus {
        var answers = AnswerCounts()
        answers.personal = self["answers"]["personal"].uint64
        answers.segment = self["answers"]["segment"].uint64
        answers.list = self["answers"]["list"].uint64
        answers.refused = self["answers"]["refused"].uint64
        answers.other = self["answers"]["other"].uint64
        return ClusterStatus(
            cluster: self["cluster"].text, router: self["router"].text, uptimeMilliseconds: self["uptime_ms"].uint64,
            partitions: self["partitions"].uint32, inFlight: self["in_flight"].uint32, answers: answers,
            workers: self["workers"].list.map { worker in
                WorkerStatus(
                    report: worker.workerReport, silentMilliseconds: worker["silent_ms"].uint32,
                    inFlight: worker["in_flight"].uint32)
            })
    }
}
