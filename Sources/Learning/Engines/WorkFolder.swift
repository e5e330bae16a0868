// What goes to an engine and comes back lies in a temporary folder, which is gone when nobody needs it any more.

import Domain
import Foundation

/// A folder of arrays and documents.
final class WorkFolder: Sendable {
    let path: String

    init() throws(LearningError) {
        let url = FileManager.default.temporaryDirectory.appending(path: "farthing-\(UUID().uuidString)")
        path = url.path
        do {
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw unwritable("\(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// - Shape: `values` row-major, as many as the product of `shape`.
    func write(_ values: [Float], shape: [Int], to name: String) throws(LearningError) {
        try write(Data(NumberArray.encode(values, shape: shape)), to: name)
    }

    /// Features, prices and outcomes, as `<name>_x`, `<name>_price` and `<name>_bought`.
    func write(_ matrix: TrainingMatrix, to name: String) throws(LearningError) {
        try write(matrix.features, shape: [matrix.count, matrix.width], to: "\(name)_x.npy")
        try write(matrix.logRelativePrices, shape: [matrix.count], to: "\(name)_price.npy")
        try write(matrix.labels, shape: [matrix.count], to: "\(name)_bought.npy")
    }

    /// These, and what the forests of intercept and slope add to, as `<name>_a` and `<name>_s`.
    func write(
        _ matrix: TrainingMatrix, offsets: (intercepts: [Float], logSlopes: [Float]), to name: String
    ) throws(LearningError) {
        try write(matrix, to: name)
        try write(offsets.intercepts, shape: [matrix.count], to: "\(name)_a.npy")
        try write(offsets.logSlopes, shape: [matrix.count], to: "\(name)_s.npy")
    }

    /// As JSON, the names with underscores.
    func write(_ document: some Encodable, to name: String) throws(LearningError) {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        guard let data = try? encoder.encode(document) else { throw unwritable(name) }
        try write(data, to: name)
    }

    func numbers(_ name: String, shape: [Int]) throws(LearningError) -> [Float] {
        try NumberArray.decode(try bytes(name), shape: shape, place: name)
    }

    func document<Document: Decodable>(_ kind: Document.Type, _ name: String) throws(LearningError) -> Document {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = Data(try bytes(name))
        do {
            return try decoder.decode(kind, from: data)
        } catch {
            throw LearningError(place: name, value: "\(error)", remedy: Self.version)
        }
    }

    func bytes(_ name: String) throws(LearningError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else {
            throw LearningError(place: name, value: "no such file from the engine", remedy: Self.version)
        }
        return [UInt8](data)
    }

    private static let version =
        "Install the Python package of this version: pip install './clients/python[learning]'."

    func write(_ data: Data, to name: String) throws(LearningError) {
        do {
            try data.write(to: URL(filePath: "\(path)/\(name)"))
        } catch {
            throw unwritable("\(error)")
        }
    }

    private func unwritable(_ value: String) -> LearningError {
        LearningError(place: path, value: value, remedy: "Check the free space for temporary files, or set TMPDIR.")
    }
}
