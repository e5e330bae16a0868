// Factors of purchases: what the fit promises, and a naive reference for one row.

import Domain
import Profiles
import Testing

@Suite struct ImplicitFactorsTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func theObjectiveFallsInEveryHalfStep(_ seed: UInt64) {
        var objectives: [Double] = []
        let weights = weights(shoppers: 80, items: 30, seed: seed)
        let settings = ImplicitSettings(factors: 6, sweeps: 10, seed: seed)
        _ = ImplicitFactors.fit(weights, settings) { objectives.append($0) }
        #expect(objectives.count == 21)
        for (before, after) in zip(objectives, objectives.dropFirst()) {
            #expect(after <= before * (1 + 1e-12))
        }
        #expect(objectives[20] < 0.9 * objectives[0])
    }

    @Test func theObjectiveIsTheSumOverAllCells() throws {
        let weights = weights(shoppers: 20, items: 9, seed: 4)
        let settings = ImplicitSettings(factors: 3, sweeps: 2)
        var last = Double.nan
        let (model, shoppers) = ImplicitFactors.fit(weights, settings) { last = $0 }
        var sum = 0.0
        var itemTotals = [Double](repeating: 20, count: 9)
        for shopper in 0..<20 {
            var row = [Double](repeating: 0, count: 9)
            for cell in weights[shopper] { row[cell.column] = settings.confidence * cell.value }
            let vector = Array(shoppers[shopper])
            for item in 0..<9 {
                let miss = (row[item] > 0 ? 1 : 0) - model.score(vector, item: item)
                sum += (1 + row[item]) * miss * miss
                itemTotals[item] += row[item]
            }
            sum += settings.penalty * (9 + row.reduce(0, +)) * vector.reduce(0) { $0 + $1 * $1 }
        }
        for item in 0..<9 {
            sum += settings.penalty * itemTotals[item] * model.items[item].reduce(0) { $0 + $1 * $1 }
        }
        #expect(abs(sum - last) < 1e-9 * sum)
    }

    /// A vector found by the solve leaves no slope in any direction.
    @Test func aShoppersVectorIsWhereTheObjectiveIsFlat() {
        let weights = weights(shoppers: 40, items: 15, seed: 5)
        let settings = ImplicitSettings(factors: 4, sweeps: 3)
        let (model, _) = ImplicitFactors.fit(weights, settings)
        let cells = weights[7]
        let vector = model.vector(of: cells)
        var confidence = [Double](repeating: 1, count: 15)
        for cell in cells { confidence[cell.column] += settings.confidence * cell.value }
        let penalty = settings.penalty * confidence.reduce(0, +)
        for place in 0..<4 {
            var slope = penalty * vector[place]
            for item in 0..<15 {
                let row = Array(model.items[item])
                slope -=
                    confidence[item] * row[place] * ((confidence[item] > 1 ? 1 : 0) - model.score(vector, item: item))
            }
            #expect(abs(slope) < 1e-9)
        }
    }

    @Test func aKnownShoppersVectorIsThatOfTheirPurchases() {
        let weights = weights(shoppers: 50, items: 20, seed: 6)
        let (model, shoppers) = ImplicitFactors.fit(weights, ImplicitSettings(factors: 5, sweeps: 4))
        for shopper in 0..<50 { #expect(model.vector(of: weights[shopper]) == Array(shoppers[shopper])) }
    }

    @Test func theNumberOfThreadsChangesNoBit() {
        let weights = weights(shoppers: 70, items: 33, seed: 7)
        let results = [1, 2, 5].map {
            ImplicitFactors.fit(weights, ImplicitSettings(factors: 7, sweeps: 3, threads: $0)).shoppers
        }
        #expect(results[0] == results[1] && results[1] == results[2])
        let other = ImplicitFactors.fit(weights, ImplicitSettings(factors: 7, sweeps: 3, seed: 2)).shoppers
        #expect(other != results[0])
    }

    @Test func moreFactorsThanItemsAndRowsWithoutPurchasesAreNoTrouble() {
        let weights = SparseRows(rowCount: 3, columnCount: 2, entries: [(0, 0, 1), (1, 1, 2)])
        let (model, shoppers) = ImplicitFactors.fit(weights, ImplicitSettings(factors: 40, sweeps: 5))
        #expect(shoppers.values.allSatisfy(\.isFinite) && model.items.values.allSatisfy(\.isFinite))
        #expect(Array(shoppers[2]) == [Double](repeating: 0, count: 40))
        #expect(model.score(Array(shoppers[0]), item: 0) > model.score(Array(shoppers[0]), item: 1))
    }
}
