import Simulation
import Testing

@Suite struct SeededRandomTests {
    @Test func oneSeedDrawsTheSameNumbersEveryTime() {
        var one = SeededRandom(seed: 7)
        var other = SeededRandom(seed: 7)
        for _ in 0..<1_000 { #expect(one.next() == other.next()) }
    }

    @Test func partsOfASimulationDrawFromStreamsOfTheirOwn() {
        var network = SeededRandom(seed: 7, stream: "network")
        var faults = SeededRandom(seed: 7, stream: "faults")
        let same = (0..<1_000).count { _ in network.next() == faults.next() }
        #expect(same == 0)
    }

    @Test func numbersBelowABoundReachAllOfThem() {
        var random = SeededRandom(seed: 1)
        var seen = Set<Int>()
        for _ in 0..<1_000 { seen.insert(random.below(10)) }
        #expect(seen == Set(0..<10))
    }

    @Test func intervalsHaveTheMeanThatWasAskedFor() {
        var random = SeededRandom(seed: 2)
        let sum = (0..<20_000).reduce(UInt64(0)) { sum, _ in sum + random.interval(mean: 1_000) }
        #expect((950...1_050).contains(sum / 20_000))
    }

    @Test func logarithmicDrawsStayInTheirRange() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<10_000 { #expect((20...40_000).contains(random.logUniform(20...40_000))) }
    }
}
