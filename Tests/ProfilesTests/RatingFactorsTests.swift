import Domain
import Profiles
import Testing

@Suite struct RatingFactorsTests {
    /// Ratings that biases and two hidden traits made, with a little noise.
    private func ratings(users: Int, items: Int, each: Int, seed: UInt64) -> [(row: Int, column: Int, value: Double)] {
        var draws = Draws(seed: seed, "ratings")
        func traits(_ count: Int) -> [[Double]] { (0..<count).map { _ in (0..<3).map { _ in draws.normal() } } }
        let (left, right) = (traits(users), traits(items))
        return (0..<users).flatMap { user in
            (0..<items).shuffled(using: &draws).prefix(each).map { item in
                let taste = left[user][1] * right[item][1] + left[user][2] * right[item][2]
                return (user, item, 3 + 0.4 * (left[user][0] + right[item][0]) + 0.5 * taste + 0.2 * draws.normal())
            }
        }
    }

    @Test(arguments: [UInt64(1), 2])
    func factorsFindWhatBiasesCannot(_ seed: UInt64) {
        let ratings = ratings(users: 150, items: 60, each: 30, seed: seed)
        let settings = RatingSettings(factors: 4, penalty: 0.02, seed: seed)
        let measured = RatingFolds(ratings, users: 150, items: 60, count: 5, settings)
        #expect(measured.folds.map(\.ratings).reduce(0, +) == ratings.count)
        // The hidden traits are worth .71, the noise .2.
        #expect(measured.biasesAlone > 0.6)
        #expect(measured.factors < 0.35)
    }

    @Test func theFoldsAreTheSameForTheSameSeedOnAnyNumberOfThreads() {
        let ratings = ratings(users: 40, items: 30, each: 12, seed: 3)
        let folds = [1, 2].map { threads in
            RatingFolds(
                ratings, users: 40, items: 30, count: 4, RatingSettings(factors: 3, sweeps: 3, threads: threads))
        }
        #expect(folds[0] == folds[1])
        let other = RatingFolds(
            ratings, users: 40, items: 30, count: 4, RatingSettings(factors: 3, sweeps: 3, seed: 9))
        #expect(other != folds[0])
    }

    @Test func whoIsUnknownGetsWhatIsUsual() {
        let rows = SparseRows(
            rowCount: 3, columnCount: 3, entries: [(0, 0, 4), (0, 1, 2), (1, 0, 5), (1, 1, 3)])
        let model = RatingFactors(rows, RatingSettings(factors: 2))
        #expect(abs(model.predict(user: 2, item: 2) - 3.5) < 1e-9)
        #expect(model.predict(user: 2, item: 0) > 3.5)
        #expect(model.predict(user: 0, item: 0) > model.predict(user: 0, item: 1))
        #expect((2...5).contains(model.predict(user: 1, item: 0)))
    }
}
