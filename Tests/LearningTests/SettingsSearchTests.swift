// A search of settings that is killed goes on where it was, and chooses what it would have chosen.

import Domain
import Foundation
import Learning
import Synchronization
import Testing
import World

@Suite struct SettingsSearchTests {
    private func table(_ seed: UInt64 = 1) throws -> ExposureTable {
        let folder = try Folder()
        let csv = Exposures.csv(KnownWorld(law: .logit, seed: seed), rows: 4_000)
        return try ExposureTable(path: try folder.write(csv, to: "e.csv"), for: .outcomes)
    }

    @Test func anInterruptedSearchRepeatsNothingAndChoosesTheSame() throws {
        let search = try SettingsSearch(try table(), folds: 2)
        let saved = Mutex<[[SearchEvaluation]]>([])
        let whole = try search.run(save: { all in saved.withLock { $0.append(all) } })
        let states = saved.withLock { $0 }
        #expect(states.map(\.count) == Array(1...whole.evaluated))
        #expect(states.last == whole.evaluations)
        for count in [1, whole.evaluated / 2, whole.evaluated - 1, whole.evaluated] {
            let known = count == 0 ? [] : states[count - 1]
            let rest = try search.run(known: known)
            #expect(rest.evaluated == whole.evaluated - count)
            #expect(rest.evaluations == whole.evaluations)
            #expect(rest.chosen == whole.chosen)
        }
        #expect(whole.chosenLoss <= whole.usualLoss)
    }

    @Test func stateBelongsToItsDataAndFolds() throws {
        let first = try SettingsSearch(try table(), folds: 2).fingerprint
        #expect(try SettingsSearch(try table(), folds: 2).fingerprint == first)
        #expect(try SettingsSearch(try table(), folds: 3).fingerprint != first)
        #expect(try SettingsSearch(try table(2), folds: 2).fingerprint != first)
    }

    /// As a state file has it.
    private func evaluation(setting: Int, rung: Int, fold: Int) throws -> SearchEvaluation {
        let text =
            #"{"setting": \#(setting), "rung": \#(rung), "fold": \#(fold), "priceLoss": 0.1, "logLoss": 0.1}"#
        return try JSONDecoder().decode(SearchEvaluation.self, from: Data(text.utf8))
    }

    @Test func evaluationsThatNoSearchMakesAreRefused() throws {
        let search = try SettingsSearch(try table(), folds: 2)
        for (setting, rung, fold) in [(-1, 0, 0), (999, 0, 0), (0, 9, 0), (0, 0, 2)] {
            let known = try evaluation(setting: setting, rung: rung, fold: fold)
            #expect(throws: LearningError.self) { try search.run(known: [known]) }
        }
        let twice = try evaluation(setting: 0, rung: 0, fold: 0)
        #expect(throws: LearningError.self) { try search.run(known: [twice, twice]) }
    }
}
