// Model bundles that have been activated, kept beside the log under the name of their content: whatever
// happens to the file an operator named, every worker finds these bytes again after a restart.

import Domain
import Features
import Foundation
import Log
import Models

struct ModelStore: Sendable {
    private let directory: String

    /// - Parameter log: the log's directory.
    init(log: String) { directory = log + "/models" }

    private func name(_ checksum: UInt64) -> String { hexadecimal(checksum) + ".bundle" }

    private func path(_ checksum: UInt64) -> String { directory + "/" + name(checksum) }

    /// A bundle that was read and checked.
    struct Checked: Sendable {
        let activation: ModelActivation
        let bundle: ModelBundle
        /// Of the file, to be kept; nil when it is.
        let bytes: [UInt8]?
    }

    /// Changes nothing.
    func check(_ source: ModelSource) -> Result<Checked, Refusal> {
        Result { () throws(Refusal) in
            switch source {
            case .file(let path):
                let (bytes, bundle, checksum) = try read(path)
                let activation = ModelActivation(version: bundle.version, checksum: checksum, path: path)
                return Checked(activation: activation, bundle: bundle, bytes: bytes)
            case .kept(let checksum):
                let bundle = try load(checksum).get()
                let activation = ModelActivation(version: bundle.version, checksum: checksum, path: path(checksum))
                return Checked(activation: activation, bundle: bundle, bytes: nil)
            }
        }
    }

    /// Keeps a copy of a bundle from outside.
    func keep(_ checked: Checked) -> Result<ModelActivation, Refusal> {
        Result { () throws(Refusal) in
            // Written even when a copy exists: that one may be damaged.
            if let bytes = checked.bytes { try keep(bytes, as: checked.activation.checksum) }
            return checked.activation
        }
    }

    /// The bundle of an activation, from the copy kept when it was activated.
    func load(_ activation: ModelActivation) -> Result<ModelBundle, Refusal> { load(activation.checksum) }

    private func load(_ wanted: UInt64) -> Result<ModelBundle, Refusal> {
        Result { () throws(Refusal) in
            let kept = path(wanted)
            let (_, bundle, checksum) = try read(kept)
            guard checksum == wanted else {
                throw Refusal(
                    .modelRejected, place: kept, value: "checksum \(hexadecimal(checksum))",
                    remedy: "The kept copy is damaged: activate the bundle again from its source.")
            }
            return bundle
        }
    }

    private func read(
        _ path: String
    ) throws(Refusal) -> (bytes: [UInt8], bundle: ModelBundle, checksum: UInt64) {
        // A pipe or a device might never answer, and every other model waits for this thread.
        let resolved = (path as NSString).resolvingSymlinksInPath
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolved)
        guard attributes?[.type] as? FileAttributeType == .typeRegular,
            let handle = FileHandle(forReadingAtPath: resolved)
        else {
            throw Refusal(
                .modelRejected, place: path, value: "cannot be read",
                remedy: "Name a regular bundle file that every worker can read; `farthing learn` writes one.")
        }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: ModelBundle.largestBytes + 1) else {
            throw Refusal(
                .modelRejected, place: path, value: "not a readable file", remedy: "Name a bundle file, not a folder.")
        }
        let bytes = [UInt8](data)
        do throws(ModelError) {
            let bundle = try ModelBundle.decode(bytes, featureNames: FeatureSchema.names)
            return (bytes, bundle, try ModelBundle.checksum(ofFile: bytes))
        } catch {
            throw Refusal(
                .modelRejected, place: "\(path): \(error.place)", value: error.value,
                remedy: "\(error.remedy) What served before still serves.")
        }
    }

    /// The log will say that this model serves, so the file and its name are on the disk before the record is.
    private func keep(_ bytes: [UInt8], as checksum: UInt64) throws(Refusal) {
        do throws(LogError) {
            try LogFolder(creating: directory).write(bytes, to: name(checksum))
        } catch {
            throw Refusal(
                .logFailed, place: path(checksum), value: "\(error)",
                remedy: "Free space on the log's disk and activate the bundle again.")
        }
    }
}
