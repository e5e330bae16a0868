import Foundation

/// Text that people write by hand, for whoever reads YAML strictly.
package enum TextFile {
    /// - Parameter name: what kind of file to name instead, when this one cannot be read.
    package static func read(_ path: String, name: String) throws(ConfigurationError) -> String {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ConfigurationError(
                source: path, problem: "cannot be read (\(error.localizedDescription)); name a readable \(name)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(source: path, problem: "is not UTF-8; save the file as UTF-8")
        }
        return text
    }
}
