import Simulation
import Testing

@Suite struct EventQueueTests {
    @Test func eventsComeInOrderOfTimeAndThenOfScheduling() {
        var random = SeededRandom(seed: 11)
        var queue = EventQueue<Int>()
        var expected: [(time: UInt64, number: Int)] = []
        for number in 0..<2_000 {
            let time = random.number(in: UInt64(0)...50)
            queue.schedule(number, at: time)
            expected.append((time, number))
        }
        expected.sort { ($0.time, $0.number) < ($1.time, $1.number) }
        for (time, number) in expected {
            let next = queue.next()
            #expect(next?.time == time && next?.event == number)
        }
        #expect(queue.next() == nil)
    }

    @Test func placesAreUsedAgainWithoutMixingEventsUp() {
        var queue = EventQueue<String>()
        queue.schedule("late", at: 100)
        for round in 0..<100 {
            queue.schedule("round \(round)", at: UInt64(round))
            #expect(queue.next()?.event == "round \(round)")
        }
        #expect(queue.count == 1)
        #expect(queue.nextTime == 100)
        #expect(queue.next()?.event == "late")
    }
}
