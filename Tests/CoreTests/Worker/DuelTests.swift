// Laws of replication, under chance: whatever the order in which claims, appends, answers and deaths of two workers
// interleave.

import Domain
import Testing
import WorkerCore

@Suite struct DuelTests {
    @Test(arguments: 0..<200)
    func whateverHappensNothingAcknowledgedIsLostDoubledOrReordered(_ seed: UInt64) throws {
        var duel = Duel(seed: seed)
        for _ in 0..<4_000 {
            duel.step(isCalm: false)
        }
        duel.calmDown()
        var steps = 0
        while !duel.isSettled && steps < 40_000 {
            duel.step(isCalm: true)
            steps += 1
        }
        let isSettled = duel.isSettled
        #expect(isSettled, "every write is acknowledged once nobody dies any more")
        let claims = duel.claims
        #expect(claims > 5, "leadership has moved")

        let log = try duel.log()
        for router in duel.routers {
            let written = log.compactMap { record -> UInt64? in
                guard case .events(router.user, let events) = record else { return nil }
                return events[0].id.value
            }
            var seen: Set<UInt64> = []
            let first = written.filter { seen.insert($0).inserted }
            #expect(first == first.sorted(), "a shopper's events are in the order in which they were sent")
            #expect(Set(router.acknowledged).isSubset(of: seen))
            #expect(router.acknowledged.count == Int(router.sent))
            #expect(first.last == router.sent && first.count == Int(router.sent), "no phantoms")
        }
        var replay = Replay(of: Duel.partition, calendar: .utc)
        replay.apply(log)
        for worker in duel.workers {
            // Whoever has come to the end of the log holds what the log says, byte for byte.
            guard let state = worker.core.frozenState(of: Duel.partition), state.index == replay.index else { continue }
            #expect(state.encoded() == replay.frozen.encoded())
        }
    }
}
