// A checker is worth what it sees: each is shown a history that breaks its promise.

import Domain
import Log
import Simulation
import Testing
import WorkerCore

@Suite struct WitnessTests {
    private let witness = Witness(partitions: 1)
    private let partition = PartitionID(0)
    private let user = UserKey(tenant: "shop", user: "ann")

    private func event(_ id: UInt64) -> Event {
        Event(
            id: EventID(id), occurredAt: SimulatedClock.epoch,
            basket: Basket(spend: Money(minorUnits: 500), lines: 1, dealLines: 0, items: []))
    }

    private func record(_ ids: UInt64...) -> Record { .events(user: user, events: ids.map(event)) }

    private func append(_ records: Record..., at index: UInt64, epoch: UInt64 = 1) {
        witness.appended(LogEntry(firstIndex: index, epoch: epoch, records: records), to: partition)
    }

    private func claim(epoch: UInt64, after earlier: UInt64, owner: String = "w1") {
        witness.claimed(partition, Leadership(epoch: epoch, owner: owner), after: earlier)
    }

    private func acknowledge(_ id: UInt64, at index: UInt64, accepted: UInt32 = 1) {
        witness.acknowledged(
            [EventID(id)],
            EventAcknowledgement(partition: partition, index: index, accepted: accepted, duplicates: 0), request: 1)
    }

    /// The state of a replica that has applied these records.
    private func state(_ records: Record...) -> FrozenState {
        var replay = Replay(of: partition, calendar: .utc)
        replay.apply(records)
        return replay.frozen
    }

    private var broken: Invariant? { witness.violation?.invariant }

    @Test func aHistoryInWhichAllIsWellBreaksNothing() {
        claim(epoch: 1, after: 0)
        append(record(1), record(2, 3), at: 1)
        acknowledge(3, at: 2)
        witness.inspected(state(record(1), record(2, 3)), at: .worker(0))
        claim(epoch: 2, after: 1, owner: "w2")
        append(record(1), at: 3, epoch: 2)
        witness.inspected(state(record(1), record(2, 3), record(1)), at: .worker(1))
        #expect(broken == nil)
    }

    @Test func anAcknowledgementOfWhatIsNotInTheLogIsSeen() {
        claim(epoch: 1, after: 0)
        acknowledge(1, at: 1)
        #expect(broken == .acknowledgedIsRecovered)
    }

    @Test func anAcknowledgementAtTooLowAnIndexIsSeen() {
        claim(epoch: 1, after: 0)
        append(record(1), record(2), at: 1)
        acknowledge(2, at: 1)
        #expect(broken == .acknowledgedIsRecovered)
    }

    @Test func aLogThatHasLostItsEndIsSeen() {
        claim(epoch: 1, after: 0)
        append(record(1), record(2), at: 1)
        append(record(3), at: 2)
        #expect(broken == .acknowledgedIsRecovered)
    }

    @Test func aStateWithoutAnEventOfTheLogIsSeen() {
        claim(epoch: 1, after: 0)
        append(record(1), record(2), at: 1)
        witness.inspected(state(record(1), record(1)), at: .worker(0))
        #expect(broken == .acknowledgedIsRecovered)
    }

    @Test func anAcknowledgementThatCountsWrongIsSeen() {
        claim(epoch: 1, after: 0)
        append(record(1), at: 1)
        acknowledge(1, at: 1, accepted: 2)
        #expect(broken == .appliedOnce)
    }

    @Test func anEntryOfAnOlderEpochIsSeen() {
        claim(epoch: 1, after: 0)
        claim(epoch: 2, after: 1, owner: "w2")
        append(record(1), at: 1, epoch: 1)
        #expect(broken == .staleLeaderNeverWrites)
    }

    @Test func twoLeadersUnderOneEpochAreSeen() {
        claim(epoch: 1, after: 0)
        claim(epoch: 1, after: 1, owner: "w2")
        #expect(broken == .staleLeaderNeverWrites)
    }

    @Test func aClaimThatOverlooksARivalIsSeen() {
        claim(epoch: 1, after: 0)
        claim(epoch: 2, after: 0, owner: "w2")
        #expect(broken == .staleLeaderNeverWrites)
    }

    @Test func anEventReportedAsRefusedAndFoundInTheLogIsSeen() {
        claim(epoch: 1, after: 0)
        append(record(1), at: 1)
        witness.refused([EventID(1)], in: partition, code: .unavailable, request: 1)
        #expect(broken == .unknownIsNotFailed)
    }

    @Test func anEventReportedAsRefusedAndAppendedLaterIsSeen() {
        claim(epoch: 1, after: 0)
        witness.refused([EventID(1)], in: partition, code: .unavailable, request: 1)
        append(record(1), at: 1)
        #expect(broken == .unknownIsNotFailed)
    }

    @Test func replicasThatDifferAtOneIndexAreSeen() {
        claim(epoch: 1, after: 0)
        append(record(1), record(2), record(3), at: 1)
        witness.inspected(state(record(1), record(2)), at: .worker(0))
        witness.inspected(state(record(2), record(1)), at: .worker(1))
        #expect(broken == .replicasAtSameIndexAreIdentical)
    }

    @Test func aStateThatHasAppliedWhatTheLogDoesNotHoldIsSeen() {
        claim(epoch: 1, after: 0)
        append(record(1), at: 1)
        witness.inspected(state(record(1), record(2)), at: .worker(0))
        #expect(broken == .corruptIsNeverServed)
    }

    private func shown(logOdds: Float) -> Record {
        let later = SimulatedClock.epoch.adding(milliseconds: 60_000)
        return .exposures(
            at: SimulatedClock.epoch,
            [
                Exposure(
                    user: user, product: "apple", day: ShopCalendar.utc.day(of: SimulatedClock.epoch), anchor: .zero,
                    personalPrice: .zero, listPrice: .zero, expiresAt: later, modelVersion: 1, arm: 0, propensity: 1,
                    prediction: DemandPrediction(logOdds: logOdds, priceTerm: 0, saturation: 1, settledAt: later))
            ])
    }

    private let clock = Record.exposures(at: SimulatedClock.epoch.adding(milliseconds: 60_000), [])

    @Test func aStateThatHasLearnedWhatTheLogSaysBreaksNothing() {
        claim(epoch: 1, after: 0)
        append(shown(logOdds: -1), record(1), at: 1)
        witness.inspected(state(shown(logOdds: -1), record(1)), at: .worker(0))
        append(clock, at: 3)
        witness.inspected(state(shown(logOdds: -1), record(1), clock), at: .worker(0))
        #expect(broken == nil)
    }

    @Test func aStateThatHasLearnedFromSomethingElseIsSeen() {
        for records in [[shown(logOdds: -1), record(1)], [shown(logOdds: -1), record(1), clock]] {
            let witness = Witness(partitions: 1)
            witness.claimed(partition, Leadership(epoch: 1, owner: "w1"), after: 0)
            witness.appended(LogEntry(firstIndex: 1, epoch: 1, records: records), to: partition)
            var replay = Replay(of: partition, calendar: .utc)
            replay.apply([shown(logOdds: -1.5)] + records.dropFirst())
            witness.inspected(replay.frozen, at: .worker(0))
            #expect(witness.violation?.invariant == .outcomesCountOnce)
        }
    }
}
