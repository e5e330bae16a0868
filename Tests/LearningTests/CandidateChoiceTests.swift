import Learning
import Testing

@Suite struct CandidateChoiceTests {
    private let candidates: [DemandCandidate] = [.straight, .bent, .capped]

    /// Errors that differ from row to row by 1 to either side.
    private func errors(_ mean: Double, rows: Int = 10_000) -> [Double] {
        (0..<rows).map { mean + ($0.isMultiple(of: 2) ? 1 : -1) }
    }

    @Test func theSmallestLossIsChosen() {
        #expect(CandidateChoice.best(of: candidates, [errors(3), errors(2.99), errors(4)]) == 1)
        #expect(CandidateChoice.best(of: [], []) == nil)
        #expect(CandidateChoice.best(of: [.capped], [errors(1)]) == 0)
    }

    /// Two standard errors of a mean of 10,000 differences of ±2 are .04.
    @Test(arguments: [(0.03, 1), (0.05, 2)])
    func aLawWithoutIntervalsHasToBeClearlyBetter(difference: Double, expected: Int) {
        let unlike = errors(2).map { 4 - $0 }
        #expect(
            CandidateChoice.best(of: candidates, [errors(3), errors(2), unlike.map { $0 - difference }]) == expected)
    }
}
