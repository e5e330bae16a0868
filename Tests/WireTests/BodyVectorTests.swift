// Bodies of the vectors decode to what they mean, and what they mean encodes to the same bytes.

import Domain
import Testing
import Wire

struct BodyVectorTests {
    private let reader = Reader()
    private let encoder = BodyEncoder()

    private func vectors(of message: String) throws -> [Vectors.Body] {
        let found = try Vectors.load().bodies.filter { $0.message == message }
        #expect(!found.isEmpty)
        return found
    }

    @Test func priceRequestsMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "PriceRequest") {
            let request = try reader.priceRequest(vector.bytes)
            #expect(request == vector.meaning.priceRequest)
            #expect(encoder.priceRequest(request).bytes == vector.bytes)
        }
    }

    @Test func eventBatchesMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "EventBatch") {
            let (user, events) = (vector.meaning.user, vector.meaning.events)
            let batch = try reader.eventBatch(vector.bytes)
            #expect(batch.user == user)
            #expect(batch.events == events.map(\.event))
            #expect(encoder.eventBatch(user: user, events: events).bytes == vector.bytes)
        }
    }

    @Test func catalogueBatchesMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "CatalogueBatch") {
            let currency = try #require(vector.meaning["currency"].currency)
            let batch = try reader.catalogueBatch(vector.bytes)
            #expect(batch.tenant == vector.meaning["tenant"].text)
            #expect(batch.rows == vector.meaning.catalogueRows(currency))
            let packed = encoder.catalogueBatch(tenant: batch.tenant, currency: currency, rows: batch.rows)
            #expect(packed.bytes == vector.bytes)
        }
    }

    @Test func verifyRequestsMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "VerifyRequest") {
            let (user, token) = try reader.verifyRequest(vector.bytes)
            #expect(user == vector.meaning.user && token == vector.meaning["token"].bytes)
            #expect(encoder.verifyRequest(user: user, token: token).bytes == vector.bytes)
        }
    }

    @Test func requestsOfOperatorsMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "ActivateRequest") {
            let order = try reader.activateRequest(vector.bytes)
            #expect(order == vector.meaning.modelOrder)
            #expect(encoder.activateRequest(order).bytes == vector.bytes)
        }
        for vector in try vectors(of: "StatusRequest") {
            #expect(encoder.statusRequest().bytes == vector.bytes)
        }
        for vector in try vectors(of: "InspectRequest") {
            let partition = PartitionID(UInt16(vector.meaning["partition"].int64))
            #expect(encoder.inspectRequest(partition).bytes == vector.bytes)
        }
    }

    @Test func stockValuesMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "StockValueBatch") {
            let batch = try reader.stockValueBatch(vector.bytes)
            #expect(batch.tenant == vector.meaning["tenant"].text)
            let currency = try #require(vector.meaning["currency"].currency)
            #expect(
                batch.values
                    == vector.meaning["values"].list.map {
                        StockValue(
                            product: $0["product"].text, worth: $0["worth"]["minor"].money, currency: currency,
                            until: $0["until_ms"].time)
                    })
            let packed = encoder.stockValueBatch(tenant: batch.tenant, currency: currency, values: batch.values)
            #expect(packed.bytes == vector.bytes)
        }
    }

    @Test func freezesMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "FreezeRequest") {
            let meaning = vector.meaning
            let freeze = PriceFreeze(
                tenant: meaning["tenant"].text, product: meaning["product"].text, until: meaning["until_ms"].time,
                reason: meaning["reason"].text, at: Reader.now)
            #expect(try reader.freezeRequest(vector.bytes) == freeze)
            let packed = encoder.freezeRequest(
                tenant: freeze.tenant, product: freeze.product, until: freeze.until, reason: freeze.reason)
            #expect(packed.bytes == vector.bytes)
        }
        for vector in try vectors(of: "FreezeReply") {
            let acknowledgement = FreezeAcknowledgement(index: vector.meaning["index"].uint64)
            #expect(try reader.freezeAcknowledgement(vector.bytes) == acknowledgement)
            #expect(encoder.freezeAcknowledgement(acknowledgement).bytes == vector.bytes)
        }
        for vector in try vectors(of: "FreezesRequest") {
            let (tenant, after) = try reader.freezesRequest(vector.bytes)
            #expect(tenant == vector.meaning["tenant"].text && after == vector.meaning["after"].text)
            #expect(encoder.freezesRequest(tenant: tenant, after: after).bytes == vector.bytes)
        }
        for vector in try vectors(of: "FreezesReply") {
            let freezes = vector.meaning["freezes"].list.map { freeze in
                PriceFreeze(
                    tenant: Reader.user.tenant, product: freeze["product"].text, until: freeze["until_ms"].time,
                    reason: freeze["reason"].text, at: freeze["frozen_at_ms"].time)
            }
            let page = FreezePage(freezes: freezes, hasMore: vector.meaning["more"].bool)
            #expect(try reader.freezesReply(vector.bytes) == page)
            #expect(encoder.freezesReply(page).bytes == vector.bytes)
        }
    }

    @Test func whatRoutersAndWorkersSayMeansWhatTheVectorsSay() throws {
        for vector in try vectors(of: "CheckpointRequest") {
            let partition = try reader.checkpointRequest(vector.bytes)
            #expect(Int64(partition.number) == vector.meaning["partition"].int64)
            #expect(encoder.checkpointRequest(partition).bytes == vector.bytes)
        }
        for vector in try vectors(of: "CheckpointAck") {
            let index = try reader.checkpointAcknowledgement(vector.bytes)
            #expect(index == vector.meaning["index"].uint64)
            #expect(encoder.checkpointAcknowledgement(index: index).bytes == vector.bytes)
        }
        for vector in try vectors(of: "DrainRequest") {
            let (worker, drain) = try reader.drainRequest(vector.bytes)
            #expect(worker == vector.meaning["worker"].text && drain == vector.meaning["drain"].bool)
            #expect(encoder.drainRequest(worker: worker, drain: drain).bytes == vector.bytes)
        }
        for vector in try vectors(of: "DrainReply") {
            let led = try reader.drainReply(vector.bytes)
            #expect(UInt64(led) == vector.meaning["led"].uint64)
            #expect(encoder.drainReply(led: led).bytes == vector.bytes)
        }
        for vector in try vectors(of: "Assignment") {
            let assignment = try reader.assignment(vector.bytes)
            #expect(
                assignment.partitions.map { UInt64($0.number) } == vector.meaning["partitions"].list.map(\.uint64))
            #expect(encoder.assignment(assignment).bytes == vector.bytes)
        }
    }

    @Test func priceRepliesMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "PriceReply") {
            let signed = try reader.priceReply(vector.bytes)
            #expect(signed.quote == vector.meaning.quote(for: Reader.user))
            #expect(signed.token == vector.meaning["token"].bytes)
            #expect(encoder.priceReply(signed).bytes == vector.bytes)
        }
    }

    @Test func explanationsMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "ExplainReply") {
            let explanation = try reader.explainReply(vector.bytes)
            #expect(explanation.quote == vector.meaning["quote"].quote(for: Reader.user))
            #expect(explanation.lines == vector.meaning["lines"].list.map(\.lineExplanation))
            #expect(encoder.explainReply(explanation).bytes == vector.bytes)
        }
    }

    @Test func verifiedQuotesMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "VerifyReply") {
            let quote = try reader.verifyReply(vector.bytes)
            #expect(quote == vector.meaning.verifiedQuote)
            #expect(encoder.verifyReply(quote).bytes == vector.bytes)
        }
    }

    @Test func acknowledgementsMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "EventAck") {
            let meaning = vector.meaning
            let acknowledgement = EventAcknowledgement(
                partition: PartitionID(UInt16(meaning["partition"].int64)), index: meaning["index"].uint64,
                accepted: meaning["accepted"].uint32, duplicates: meaning["duplicates"].uint32)
            #expect(try reader.eventAcknowledgement(vector.bytes) == acknowledgement)
            #expect(encoder.eventAcknowledgement(acknowledgement).bytes == vector.bytes)
        }
        for vector in try vectors(of: "CatalogueAck") {
            let acknowledgement = CatalogueAcknowledgement(
                index: vector.meaning["index"].uint64, accepted: vector.meaning["accepted"].uint32)
            #expect(try reader.catalogueAcknowledgement(vector.bytes) == acknowledgement)
            #expect(encoder.catalogueAcknowledgement(acknowledgement).bytes == vector.bytes)
        }
        for vector in try vectors(of: "ActivateReply") {
            let meaning = vector.meaning
            let acknowledgement = ActivationAcknowledgement(
                index: meaning["index"].uint64, version: meaning["version"].uint64,
                checksum: meaning["checksum"].uint64)
            #expect(try reader.activationAcknowledgement(vector.bytes) == acknowledgement)
            #expect(encoder.activationAcknowledgement(acknowledgement).bytes == vector.bytes)
        }
    }

    @Test func statusRepliesMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "StatusReply") {
            let status = try reader.clusterStatus(vector.bytes)
            #expect(status == vector.meaning.clusterStatus)
            // A program that did not report replicas yet could only count what it led.
            let counts = vector.meaning["workers"].list.map { $0["partitions"].int64 }
            if counts == status.workers.map({ Int64($0.report.led) }) {
                #expect(encoder.clusterStatus(status).bytes == vector.bytes)
            }
        }
        for vector in try vectors(of: "PartitionStatus") {
            let status = try reader.partitionStatus(vector.bytes)
            #expect(status == vector.meaning.partitionStatus)
            #expect(encoder.partitionStatus(status).bytes == vector.bytes)
        }
        for vector in try vectors(of: "WorkerReport") {
            let report = try reader.workerReport(vector.bytes)
            #expect(report == vector.meaning.workerReport)
            #expect(encoder.workerReport(report).bytes == vector.bytes)
        }
    }

    @Test func refusalsMeanWhatTheVectorsSay() throws {
        for vector in try vectors(of: "Refusal") {
            let (meaning, refusal) = (vector.meaning, try reader.refusal(vector.bytes))
            #expect(Int64(refusal.code.rawValue) == meaning["code"].int64)
            #expect(refusal.code.name == meaning["name"].text)
            #expect(refusal.code.isRetryable == meaning["retryable"].bool)
            #expect(refusal.place == meaning["place"].text)
            #expect(refusal.value == meaning["value"].text)
            #expect(refusal.remedy == meaning["remedy"].text)
            #expect(encoder.refusal(refusal).bytes == vector.bytes)
        }
    }
}
