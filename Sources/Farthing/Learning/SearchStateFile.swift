// Where a search of settings keeps what it has evaluated: replaced as a whole after each evaluation, so that a process
// killed at any moment leaves the state before or after one.

import Foundation
import Learning

struct SearchStateFile {
    private struct Contents: Codable {
        var fingerprint: String
        var evaluations: [SearchEvaluation]
    }

    let path: String
    let fingerprint: String

    /// - Returns: nothing when there is no such file.
    /// - Throws: when the file is no state, or that of other data.
    func read() throws(LearningError) -> [SearchEvaluation] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let data = FileManager.default.contents(atPath: path),
            let contents = try? JSONDecoder().decode(Contents.self, from: data)
        else {
            throw LearningError(
                place: path, value: "no state of a search", remedy: "Name another file, or remove this one.")
        }
        guard contents.fingerprint == fingerprint else {
            throw LearningError(
                place: path, value: "the state of other data, types or folds (fingerprint \(contents.fingerprint))",
                remedy: "Give the same data and folds again, name another file, or remove this one.")
        }
        return contents.evaluations
    }

    func write(_ evaluations: [SearchEvaluation]) throws(LearningError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            let contents = Contents(fingerprint: fingerprint, evaluations: evaluations)
            try encoder.encode(contents).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw LearningError(
                place: path, value: "cannot be written (\(error.localizedDescription))",
                remedy: "Check the path, its permissions and the free space.")
        }
    }
}
