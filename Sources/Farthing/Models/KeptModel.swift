// The registry of models: the copies that the log keeps of every bundle that ever served or was tried.

import Domain
import Features
import Foundation
import Models

struct KeptModel: Encodable {
    var version: UInt64
    var checksum: String
    var bytes: Int
    var keptAt: Date
    /// Empty for a sound copy.
    var problem: String

    /// Newest first. Empty where this machine does not have the log's directory.
    static func all(inLog directory: String) -> [KeptModel] {
        let folder = URL(filePath: directory).appending(path: "models")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".bundle") }.map { KeptModel(folder.appending(path: $0)) }
            .sorted { ($0.keptAt, $0.checksum) > ($1.keptAt, $1.checksum) }
    }

    private init(_ file: URL) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        checksum = file.deletingPathExtension().lastPathComponent
        bytes = (attributes?[.size] as? NSNumber)?.intValue ?? 0
        keptAt = attributes?[.modificationDate] as? Date ?? .distantPast
        let content = FileManager.default.contents(atPath: file.path) ?? Data()
        do throws(ModelError) {
            version = try ModelBundle.decode([UInt8](content), featureNames: FeatureSchema.names).version
            problem = ""
        } catch {
            version = 0
            problem = "\(error)"
        }
    }
}
