// Binary searches say what looking at every element says.

import Domain
import TestSupport
import Testing

@Suite struct SortedSearchTests {
    @Test func whatIsFoundIsWhatALookAtEveryElementFinds() {
        var lottery = Lottery(seed: 7)
        for count in [0, 1, 2, 3, 4, 7, 8, 9, 100] {
            let sorted = (0..<count).map { _ in Int.random(in: 0..<(count / 2 + 1), using: &lottery) }.sorted()
            for element in -1...(count / 2 + 1) {
                #expect(sorted.partitioningIndex { $0 >= element } == sorted.count { $0 < element })
                #expect(sorted.sortedIndex(of: element) == sorted.firstIndex(of: element))
                #expect(sorted.sortedIndex(of: -element) { $0 - 2 * element } == sorted.firstIndex(of: element))
            }
        }
    }

    @Test func aSliceIsSearchedByItsOwnIndices() {
        let slice = [9, 1, 3, 5, 0][1...3]
        #expect(slice.sortedIndex(of: 3) == 2)
        #expect(slice.sortedIndex(of: 9) == nil)
        #expect(slice.partitioningIndex { $0 > 5 } == 4)
    }
}
